import { formatYuan, parseYuan } from './money'
import { isPlainKey, type Language, text } from './text'
import { formatDateTime, instant } from './time'

/** Fields whose values are amounts in yuan. */
const AMOUNTS = new Set(['amount', 'over', 'requested', 'balance', 'drift'])
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** Fields whose values are words of ours, with the keys under which they stand. */
const WORDS: Readonly<Record<string, (value: string) => readonly string[]>> = {
  channel: (value) => [`refunds.channel.${value}`, `alertChannels.${value}`],
  cause: (value) => [`alerts.cause.${value}`, `payments.quarantine.cause.${value}`],
  reason: (value) => [`alerts.reason.${value}`],
  kind: (value) => [`invoices.reversal.kind.${value}`],
  report_type: (value) => [`reports.type.${value}`],
  error: (value) => [`reports.error.${value}`],
  fault: (value) => [`alerts.fault.${value}`],
  ended: (value) => [`alerts.ended.${value}`],
  result: (value) => [`alerts.result.${value}`],
  code: (value) => [`backups.fault.${value}`],
  window: (value) => [`service.window.${value}`],
  rule: (value) => [`checks.rule.${value}`],
}

export type AlertFact = { label: string; value: string }

/** What comes first: whose business it is and how much. The database keeps no order of its own. */
const FIRST = ['operator', 'application', 'requested', 'amount', 'over', 'channel', 'day']
const rank = (field: string): number => (FIRST.includes(field) ? FIRST.indexOf(field) : FIRST.length)

/** What an alert keeps about its matter, as people read it. What this release has no words for stays as it is. */
export const alertFacts = (language: Language, details: Record<string, unknown>): AlertFact[] =>
  Object.entries(details)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([field, value]) => ({
      label: labelOf(language, field),
      value: shownAs(language, field, typeof value === 'string' ? value : JSON.stringify(value)),
    }))

/** What the facts say already: an id that leads somewhere, or a provider with what it tells of. */
const SILENT = /^(?:[a-z]+_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^(?:wechat|alipay)\b/

/** The subject where it tells people something, in words where there are some. */
export function spokenSubject(language: Language, subject: string): string[] {
  if (SILENT.test(subject)) return []
  const key = `alerts.subject.${subject}`
  return [isPlainKey(key) ? text(language, key) : subject]
}

/** Subject and facts in one line; ids lead nowhere there, and a bare number says what it counts. */
export const alertLine = (language: Language, { subject, details }: { subject: string; details: Record<string, unknown> }): string =>
  [
    ...spokenSubject(language, subject),
    ...alertFacts(language, Object.fromEntries(Object.entries(details).filter(([field]) => !field.endsWith('_id')))).map(
      ({ label, value }) => (/^\d+$/.test(value) ? `${label} ${value}` : value),
    ),
  ]
    .join(' · ')
    .slice(0, 200)

/** Why a message did not arrive: its code in words, then what else is known. */
export function faultWords(language: Language, error: string): string {
  const [code = '', ...detail] = error.split(' ')
  const key = `alertFault.${code}`
  return isPlainKey(key)
    ? [text(language, key), detail.join(' ')].filter((part) => part !== '').join(language === 'zh' ? '：' : ': ')
    : error
}

function labelOf(language: Language, field: string): string {
  const key = [`alerts.field.${field}`, `audit.field.${field}`].find(isPlainKey)
  return key ? text(language, key) : field
}

function shownAs(language: Language, field: string, value: string): string {
  if (field === 'delivery_error') return faultWords(language, value)
  if (INSTANT.test(value)) return formatDateTime(instant(value))
  if (AMOUNTS.has(field)) {
    const amount = parseYuan(value)
    return amount === undefined ? value : formatYuan(amount)
  }
  const key = Object.hasOwn(WORDS, field) ? WORDS[field]!(value).find(isPlainKey) : undefined
  return key ? text(language, key) : value
}

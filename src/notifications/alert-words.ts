import { alertFacts, spokenSubject } from '#src/core/alert-details'
import { alertDesk, alertPage, alertSource } from '#src/core/alert-source'
import { isPlainKey, text } from '#src/core/text'
import { formatDateTime, formatMinute, type Instant } from '#src/core/time'
import { config } from '#src/platform/config'
import { severityOf } from './alert-kinds'
import type { AlertRow } from './alert-list'

/** What is told, before it takes the form of a mail or of a robot's message. Written in Chinese, for our own people. */
export type AlertMessage = { title: string; lines: AlertLine[] }
export type AlertLine = { label?: string; value: string } | { label: string; url: string }
export type Occasion = 'opened' | 'reminder' | 'settled' | 'test'

/** Of more alerts than this a message names the first. */
const MOST_NAMED = 10

const optional = (key: string): string | undefined => (isPlainKey(key) ? text('zh', key) : undefined)
const link = (label: string, path: string): AlertLine => ({ label, url: config().PUBLIC_URL + path })

/** The words for one alert or for several; at least one. */
export function alertMessage(occasion: Occasion, alerts: readonly AlertRow[], now: Instant): AlertMessage {
  const [first] = alerts
  if (!first) return testMessage(now)
  return alerts.length === 1 ? aboutOne(occasion, first, now) : aboutMany(occasion, alerts, now)
}

function testMessage(now: Instant): AlertMessage {
  return {
    title: text('zh', 'alertMail.test'),
    lines: [
      { value: text('zh', 'alertMail.test.what') },
      when('alertMail.at', now),
      link(text('zh', 'alertMail.open'), '/admin/alert-channels'),
    ],
  }
}

const kindName = (kind: string): string => optional(`alerts.kind.${kind}`) ?? kind
const severityName = (kind: string): string => text('zh', `alerts.severity.${severityOf(kind)}`)
const when = (label: 'alertMail.at' | 'alerts.settledAt', at: Instant): AlertLine => ({
  label: text('zh', label),
  value: `${formatDateTime(at)}（北京时间）`,
})

function aboutOne(occasion: Occasion, alert: AlertRow, now: Instant): AlertMessage {
  const { kind, subject, details, occurrences, firstAt } = alert
  const opening = occasion === 'settled' || occasion === 'reminder' ? text('zh', `alertMail.${occasion}`) : severityName(kind)
  const what = optional(`alerts.what.${kind}`)
  const source = alertSource(alert)
  return {
    title: `${opening}：${kindName(kind)}`,
    lines: [
      ...spokenSubject('zh', subject).map((value) => ({ label: text('zh', 'alerts.subject'), value })),
      ...alertFacts('zh', details),
      ...(occurrences > 1 ? [{ label: text('zh', 'alerts.count'), value: String(occurrences) }] : []),
      when('alertMail.at', firstAt),
      ...(occasion === 'settled' ? ending(alert) : []),
      ...(occasion === 'reminder' ? [{ label: text('zh', 'alertMail.openFor'), value: lasting(firstAt, now) }] : []),
      ...(what && occasion !== 'settled' ? [{ label: text('zh', 'alerts.what'), value: what }] : []),
      ...(source && occasion !== 'settled' ? [link(text('zh', 'alerts.open'), source)] : []),
      link(text('zh', 'alertMail.open'), alertPage(alert)),
      ...(occasion === 'settled' ? [] : [{ label: text('zh', 'alerts.runbook'), value: text('zh', 'alerts.runbook.section', { kind }) }]),
    ],
  }
}

function ending({ firstAt, closedAt, closedByName, note }: AlertRow): AlertLine[] {
  if (!closedAt) return []
  return [
    when('alerts.settledAt', closedAt),
    { label: text('zh', 'alertMail.lasted'), value: lasting(firstAt, closedAt) },
    { label: text('zh', 'alerts.settledBy'), value: closedByName ?? text('zh', 'alerts.byItself') },
    ...(note === null ? [] : [{ label: text('zh', 'alerts.reason'), value: note }]),
  ]
}

function aboutMany(occasion: Occasion, alerts: readonly AlertRow[], now: Instant): AlertMessage {
  const named = alerts.slice(0, MOST_NAMED).map((alert) => ({ value: `· ${inOneLine(occasion, alert, now)}` }))
  const rest = alerts.length - named.length
  return {
    title: text('zh', `alertMail.${occasion as 'opened' | 'reminder' | 'settled'}.many`, { count: alerts.length }),
    lines: [
      ...named,
      ...(rest > 0 ? [{ value: text('zh', 'alertMail.more', { count: rest }) }] : []),
      link(text('zh', 'alertMail.list'), `${alertDesk(alerts[0]!.audience)}/alerts${occasion === 'settled' ? '?state=settled' : ''}`),
    ],
  }
}

function inOneLine(occasion: Occasion, { kind, subject, details, firstAt }: AlertRow, now: Instant): string {
  const known = alertFacts('zh', pick(details, ['operator', 'amount', 'requested', 'over', 'error'])).map(({ value }) => value)
  const time = occasion === 'reminder' ? lasting(firstAt, now) : formatMinute(firstAt)
  return [severityName(kind), kindName(kind), ...spokenSubject('zh', subject), ...known, time].join(' ')
}

const pick = (details: Record<string, string>, fields: readonly string[]) =>
  Object.fromEntries(fields.flatMap((field) => (details[field] === undefined ? [] : [[field, details[field].slice(0, 80)]])))

/** A stretch of time in its two largest units. */
function lasting(from: Instant, to: Instant): string {
  const minutes = Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000))
  if (minutes < 60) return text('zh', 'alertMail.minutes', { minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return text('zh', 'alertMail.hours', { hours, minutes: minutes % 60 })
  return text('zh', 'alertMail.days', { days: Math.floor(hours / 24), hours: hours % 24 })
}

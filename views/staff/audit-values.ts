import { formatYuan, minus, parseYuan, ZERO } from '#src/core/money'
import { isPlainKey, type PlainKey } from '#src/core/text'
import { formatDateTime, instant } from '#src/core/time'
import { useText } from '../page-context'

/** Fields whose values are words of ours, with the keys under which people's words stand. */
const WORDS: Readonly<Record<string, (value: string) => readonly string[]>> = {
  door: (value) => [`audit.door.${value}`],
  channel: (value) => [`refunds.channel.${value}`, `alertChannels.${value}`],
  payment_method: (value) => [`refunds.channel.${value}`],
  invoice_type: (value) => [`invoices.type.${value}`],
  category: (value) => [`category.${value}`],
  role: (value) => [value === 'operator' ? 'role.staff' : `role.${value}`],
  grade: (value) => [`role.${value}`],
  cause: (value) => [`alerts.cause.${value}`, `payments.quarantine.cause.${value}`],
  kind: (value) => [`invoices.reversal.kind.${value}`, `alerts.kind.${value}`, `export.kind.${value}`, `audit.on.${value}`],
  reason_code: (value) => [`invoices.reversal.code.${value}`],
  direction: (value) => [`adjustments.direction.${value}`],
  format: (value) => [`reports.format.${value}`, `export.${value}`],
  report_type: (value) => [`reports.type.${value}`],
  sections: (value) => [`reports.section.${value}`],
  from_state: (value) => [`recharge.state.${value}`],
  to_state: (value) => [`recharge.state.${value}`],
  status: (value) => [`payments.quarantine.state.${value}`, `refunds.state.${value}`],
  outcome: (value) => [`audit.outcome.${value}`],
  granted: (value) => [`permission.${value.replace(':', '-')}`],
}

/** Fields whose values are amounts in yuan; a changed setting has no field of its own. */
const AMOUNTS: ReadonlySet<string> = new Set([
  ...['', 'amount', 'requested', 'actual', 'balance', 'balance_before', 'balance_after', 'initial_balance', 'operator_balances'],
  ...['limit', 'tax', 'over', 'fee', 'unit_price', 'old_price', 'new_price'],
])
/** An amount as details keep it. */
const AMOUNT = /^(-?)(\d+\.\d{2})$/
/** A moment as JSON keeps it. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/
/** What only leads somewhere or proves something: ids, with or without their prefix, and hashes. */
const MACHINE = /^(?:[a-z]+_)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$|^[0-9a-f]{40,}$/

/**
 * The value of a field as people read it: our own words in their language, amounts with their sign, moments in Beijing time. What there
 * are no words for stays as it was written; undefined for what has no form on one line.
 */
export function useValueWords(): (field: string, value: unknown) => string | undefined {
  const t = useText()
  return (field, value) => wordsOf(t, field, value)
}

function wordsOf(t: (key: PlainKey) => string, field: string, value: unknown): string | undefined {
  if (typeof value === 'boolean') return t(value ? 'audit.yes' : 'audit.no')
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) {
    const parts = value.map((part) => wordsOf(t, field, part))
    return parts.every((part) => part !== undefined) ? parts.join(t('audit.comma')) : undefined
  }
  if (typeof value !== 'string') return undefined
  const key = Object.hasOwn(WORDS, field) ? WORDS[field]!(value).find(isPlainKey) : undefined
  if (key) return t(key as PlainKey)
  const [, sign, digits] = (AMOUNTS.has(field) && AMOUNT.exec(value)) || []
  const amount = digits === undefined ? undefined : parseYuan(digits)
  if (amount !== undefined) return formatYuan(sign ? minus(ZERO, amount) : amount)
  return MOMENT.test(value) ? formatDateTime(instant(value)) : value
}

/** Whether a value tells people something in a list; numbers for machines stand on the page of the entry. */
export const isForPeople = (value: unknown): boolean => !(typeof value === 'string' && MACHINE.test(value)) && !isStructure(value)

const isStructure = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(Array.isArray(value) && value.every((part) => typeof part === 'string'))

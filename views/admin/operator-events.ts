import { formatYuan, type Money } from '#src/core/money'
import type { PlainKey } from '#src/core/text'
import { zh } from '#src/core/text.zh'
import type { IconName } from '../components/icon'
import type { Tone } from '../components/notice'

/** The words of an act of the audit log; undefined for one that has none yet, which shows its own name. */
export function eventKey(operation: string): PlainKey | undefined {
  const key = `audit.op.${operation}`
  return Object.hasOwn(zh, key) ? (key as PlainKey) : undefined
}

/** Entries in the books, by their type. */
const ENTRIES = ['recharge', 'refund', 'refund_payout', 'suspense', 'fee', 'adjustment'] as const
export const entryKey = (type: string): PlainKey | undefined =>
  (ENTRIES as readonly string[]).includes(type) ? `operators.entry.${type as (typeof ENTRIES)[number]}` : undefined

const TONES: Readonly<Record<string, Tone>> = {
  operator_lock: 'bad',
  operator_deactivate: 'bad',
  operator_unlock: 'ok',
  view_api_key: 'warn',
  api_key_reset: 'warn',
  authorization_revoke: 'bad',
  authorization_grant: 'ok',
  application_request_approve: 'ok',
  application_request_reject: 'bad',
  refund_reject: 'bad',
  invoice_reject: 'bad',
  recharge_fail: 'bad',
  bank_transfer_reject: 'bad',
}
export const eventTone = (operation: string): Tone => TONES[operation] ?? 'info'

const ICONS: readonly (readonly [RegExp, IconName])[] = [
  [/^(api_key|view_api_key)/, 'key-round'],
  [/^(login|session|password)/, 'circle-user'],
  [/^logout/, 'log-out'],
  [/^site_/, 'store'],
  [/^(authorization|application)/, 'gamepad-2'],
  [/^(refund|invoice|recharge|bank_transfer|adjustment|quarantine)/, 'receipt'],
]
export const eventIcon = (operation: string): IconName | undefined => ICONS.find(([pattern]) => pattern.test(operation))?.[1]

type Details = Readonly<Record<string, unknown>> | null

/** Why it was done, where somebody said so. */
export function reasonOf(details: Details): string | null {
  const reason = details?.reason ?? details?.note
  return typeof reason === 'string' && reason !== '' ? reason : null
}

export type Change = { field: string; before: string | null; after: string }

/** What was changed, field by field; a plain value of before and after has no name of a field. */
export function changesOf(details: Details): Change[] {
  const after = details?.after
  if (after === null || typeof after !== 'object' || Array.isArray(after)) return []
  const before = (details?.before ?? {}) as Record<string, unknown>
  return Object.entries(after)
    .filter(([field, value]) => value !== undefined && shown(before[field]) !== shown(value))
    .map(([field, value]) => ({ field, before: before[field] == null ? null : shown(before[field]), after: shown(value) }))
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value)

const FIELDS = {
  name: 'operators.name',
  phone: 'operators.phone',
  email: 'operators.email',
  category: 'operators.category',
  pinned: 'operators.pin',
} as const
/** Values that have words of their own. */
const VALUES: Readonly<Record<string, PlainKey>> = {
  'category.trial': 'category.trial',
  'category.normal': 'category.normal',
  'category.vip': 'category.vip',
  'pinned.true': 'operators.yes',
  'pinned.false': 'operators.no',
}
export const valueKey = (field: string, value: string): PlainKey | undefined => VALUES[`${field}.${value}`]

export const fieldKey = (field: string): PlainKey | undefined => FIELDS[field as keyof typeof FIELDS]

/** `+¥100.00`, `−¥50.00`, or nothing for what passed the balance by. */
export const signed = (amount: Money): string => (amount > 0n ? `+${formatYuan(amount)}` : formatYuan(amount))

import * as v from 'valibot'
import { WALLET_CURRENCIES } from '#drizzle/schema'
import { bareUuid, isoInstant, pageQuery, text } from '#src/core/fields'
import type { FieldFault } from '#src/core/problem'
import { timeQuery } from '#src/core/time-filter'
import { say, type Validated } from '#src/core/validation'
import type { Act } from './decide'

/** The shapes of API 9: exactly these fields, nothing unknown, nothing converted. */

const LARGEST_AMOUNT = 1_000_000_000

const amount = v.pipe(
  v.number(),
  v.check(
    (value) => Number.isInteger(value) && value >= 1 && value <= LARGEST_AMOUNT,
    say('须为1-1000000000的整数', 'must be a whole number from 1 to 1000000000'),
  ),
  v.metadata({ type: 'integer', minimum: 1, maximum: LARGEST_AMOUNT, examples: [100] }),
)
const currency = v.picklist(WALLET_CURRENCIES)
const words = { reason: text(2, 200), reference: v.nullish(text(1, 128), null) }
const userId = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_.:-]{1,128}$/, say('须为1-128位字母、数字或 _ . : -', 'must be 1-128 letters, digits or _ . : -')),
)

export const UserId = userId
export const MoveBody = v.strictObject({ currency, amount, ...words })
export const TransferBody = v.strictObject({
  fromUserId: userId,
  toUserId: userId,
  currency,
  amount,
  /** What the other side gives in return, in the same moment: a trade on the market. */
  inReturn: v.nullish(v.strictObject({ currency, amount }), null),
  /** The freeze that pays: the id of its row. */
  freezeId: v.nullish(bareUuid, null),
  ...words,
})
export const ReleaseBody = v.strictObject({ amount: v.nullish(amount, null), ...words })
export const ReversalBody = v.strictObject(words)
export const StatementQuery = v.object({
  ...pageQuery,
  ...timeQuery,
  currency: v.optional(currency),
})
export const BalanceQuery = v.object({ at: v.optional(isoInstant) })

const KEY = /^[A-Za-z0-9_.:-]{8,64}$/

/** The mandatory Idempotency-Key of a change. */
export function idempotencyKeyOf(request: Request): Validated<string> {
  const value = request.headers.get('idempotency-key') ?? ''
  return KEY.test(value) ? { ok: true, value } : { ok: false, faults: [value === '' ? NO_KEY : BAD_KEY] }
}

const NO_KEY: FieldFault = { field: 'Idempotency-Key', message: { zh: '不能为空', en: 'is required' } }
const BAD_KEY: FieldFault = {
  field: 'Idempotency-Key',
  message: { zh: '须为8-64位字母、数字或 _ . : -', en: 'must be 8-64 letters, digits or _ . : -' },
}

/** SHA-256 in hex of what was asked, however it was written down: the same key must ask for the same. */
export function requestHash(act: Act): string {
  const lines = Object.entries(act)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) =>
        `${name}=${value !== null && typeof value === 'object' ? `${value.currency}:${value.amount}` : String(value ?? '')}`,
    )
  return new Bun.CryptoHasher('sha256').update(lines.map((line) => JSON.stringify(line)).join('\n')).digest('hex')
}

import * as v from 'valibot'
import { WALLET_CURRENCIES } from '#drizzle/schema'
import { type Answer, bareId, count, isoText, oneOf, orNull, words } from '#src/core/answers'
import type { ProblemCode } from '#src/core/errors'

/** The answers of API 9: bare and in camelCase, unlike everything else. */

const wallet = v.strictObject({
  id: bareId,
  userId: words('player-1001'),
  gameCoins: count,
  cashBalance: count,
  computingPower: count,
})
const transaction = v.strictObject({
  id: bareId,
  currency: oneOf(WALLET_CURRENCIES),
  direction: oneOf(['credit', 'debit']),
  amount: count,
  balanceBefore: count,
  balanceAfter: count,
  reason: words('通关奖励'),
  reference: orNull(words('match-77')),
  createdAt: isoText,
})
const part = v.strictObject({ wallet, transactions: v.array(transaction) })
const replayed = v.boolean()

const bare = (entries: v.ObjectEntries, errors: readonly ProblemCode[]): Answer => ({
  status: 200,
  body: v.strictObject(entries),
  files: [],
  errors,
})

const PARTNER: readonly ProblemCode[] = [
  'INVALID_PARTNER_KEY',
  'INVALID_SIGNATURE',
  'TIMESTAMP_EXPIRED',
  'PERMISSION_DENIED',
  'RATE_LIMIT_EXCEEDED',
]
const CHANGE: readonly ProblemCode[] = [...PARTNER, 'IDEMPOTENCY_KEY_CONFLICT']

export const WalletAnswer = bare({ wallet, isNewWallet: v.boolean() }, PARTNER)
export const MovedAnswer = bare({ wallet, transaction, replayed }, [...CHANGE, 'WALLET_NOT_FOUND', 'INSUFFICIENT_BALANCE'])
export const TransferAnswer = bare({ from: part, to: part, replayed }, [
  ...CHANGE,
  'WALLET_NOT_FOUND',
  'RESOURCE_NOT_FOUND',
  'INSUFFICIENT_BALANCE',
])
export const ReleaseAnswer = bare({ wallet, transaction, replayed }, [...CHANGE, 'RESOURCE_NOT_FOUND'])
export const ReversalAnswer = bare({ wallets: v.array(part), replayed }, [...CHANGE, 'RESOURCE_NOT_FOUND', 'INSUFFICIENT_BALANCE'])
export const BalancesAnswer = bare(
  {
    userId: words('player-1001'),
    at: isoText,
    gameCoins: count,
    cashBalance: count,
    computingPower: count,
    frozen: v.strictObject({ gameCoins: count, cashBalance: count, computingPower: count }),
  },
  [...PARTNER, 'WALLET_NOT_FOUND'],
)
export const StatementAnswer: Answer = {
  status: 200,
  body: v.strictObject({
    success: v.literal(true),
    page: count,
    page_size: count,
    total: count,
    items: v.array(transaction),
  }),
  files: [],
  errors: [...PARTNER, 'WALLET_NOT_FOUND'],
}

import { addSeconds, type Instant } from '#src/core/time'
import type { RefundTrade } from '#src/payments/gateways/gateway'
import type { Payout } from './payouts'

/** What follows from what a provider tells about a payout. */
export type Verdict =
  | 'complete'
  /** Under way: ask again. */
  | 'watch'
  /** A person is needed. */
  | 'abnormal'
  /** Finally not done: only a new number can try again. */
  | 'closed'
  /** The provider never got it. */
  | 'absent'
  /** Ended before; nothing follows. */
  | 'settled_before'
  /** The provider paid what had another end with us: somebody must get the money back. */
  | 'paid_twice'
  /** Another amount than ours was paid. */
  | 'wrong_amount'

/** Pure. States move one way: what is paid, given back or replaced stays so whatever is told. */
export function decideTrade({ status, amount }: Pick<Payout, 'status' | 'amount'>, trade: RefundTrade): Verdict {
  const isPaid = trade.state === 'success'
  if (status === 'completed') return 'settled_before'
  if (status === 'replaced' || status === 'returned') return isPaid ? 'paid_twice' : 'settled_before'
  if (isPaid) return trade.amount === null || trade.amount === amount ? 'complete' : 'wrong_amount'
  if (trade.state === 'processing') return 'watch'
  // What was refused stays with finance, as does what finance has on its desk already.
  if (trade.state === 'absent') return 'absent'
  return trade.state === 'closed' && status === 'processing' ? 'closed' : 'abnormal'
}

/** Minutes until a payout is asked about again, by how often it was (PAYMENTS 1); the last step repeats. */
const STEPS_MINUTES = [1, 5, 10, 20, 30] as const
/** What lies on the desk may still be put right at the provider. */
const DESK_MINUTES = 24 * 60

export const nextPayoutCheck = (checks: number, at: Instant): Instant =>
  addSeconds(at, STEPS_MINUTES[Math.min(checks, STEPS_MINUTES.length - 1)]! * 60)
export const nextDeskCheck = (at: Instant): Instant => addSeconds(at, DESK_MINUTES * 60)

import type { Instant } from '#src/core/time'
import type { Trade } from './gateways/gateway'
import type { Order } from './orders'

/** Why a payment is kept apart. */
export type Cause = 'amount' | 'currency' | 'merchant' | 'unknown_order' | 'duplicate' | 'closed_account' | 'other'

/** What follows from what the provider says about an order. */
export type Verdict =
  | { does: 'nothing'; because: 'absent' | 'unpaid' | 'settled_before' | 'quarantined_before' | 'closed_after_success' | 'closed_before' }
  | { does: 'close' }
  | { does: 'credit'; late: boolean }
  /** `holds`: the money is on our account with the provider, so that the ledger must show it. */
  | { does: 'quarantine'; cause: Cause; holds: boolean }

export type Known = {
  order: Pick<Order, 'status' | 'outTradeNo' | 'amount' | 'providerTxnId' | 'expiresAt'> | undefined
  /** Whether its owner's account is closed. */
  ownerIsClosed: boolean
  /** Whether this payment is, or was, kept apart already. */
  isQuarantined: boolean
  /** Whether another order was credited with this payment. */
  isCreditedElsewhere: boolean
}

/**
 * Decides; pure. The order of the guards is the rule: what is no money changes nothing but an open order; money is compared with the
 * order before it is believed; states move one way only (PAYMENTS 3). A trade that was refunded had been paid.
 */
export function decideSettlement(trade: Trade, known: Known, at: Instant): Verdict {
  const { order } = known
  if (trade.state === 'absent' || trade.state === 'unpaid') return { does: 'nothing', because: trade.state }
  if (trade.state === 'closed') return decideClosed(order)
  const isKnownPayment = order?.status === 'success' && (trade.providerTxnId === null || trade.providerTxnId === order.providerTxnId)
  if (isKnownPayment) return { does: 'nothing', because: 'settled_before' }
  if (known.isQuarantined) return { does: 'nothing', because: 'quarantined_before' }
  if (!trade.ours) return { does: 'quarantine', cause: 'merchant', holds: false }
  if (trade.currency !== 'CNY') return { does: 'quarantine', cause: 'currency', holds: false }
  if (!order) return { does: 'quarantine', cause: 'unknown_order', holds: true }
  if (trade.outTradeNo !== order.outTradeNo) return { does: 'quarantine', cause: 'other', holds: false }
  if (order.status === 'success' || known.isCreditedElsewhere)
    return { does: 'quarantine', cause: 'duplicate', holds: order.status === 'success' }
  if (trade.amount !== order.amount) return { does: 'quarantine', cause: 'amount', holds: true }
  if (known.ownerIsClosed) return { does: 'quarantine', cause: 'closed_account', holds: true }
  return { does: 'credit', late: isLate(order, trade, at) }
}

function decideClosed(order: Known['order']): Verdict {
  if (!order) return { does: 'nothing', because: 'absent' }
  if (order.status === 'success') return { does: 'nothing', because: 'closed_after_success' }
  const wasOpen = order.status === 'pending' || order.status === 'abnormal'
  return wasOpen ? { does: 'close' } : { does: 'nothing', because: 'closed_before' }
}

/** Paid in time and only told late is not late: late is money that came when the order had ended. */
function isLate({ status, expiresAt }: NonNullable<Known['order']>, { paidAt }: Trade, at: Instant): boolean {
  return status === 'expired' || status === 'failed' || (paidAt ?? at) > expiresAt
}

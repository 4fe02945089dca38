import { and, eq, sql } from 'drizzle-orm'
import { refundPayouts } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { GatewayRefused, GatewayUnknown, type RefundTrade } from '#src/payments/gateways/gateway'
import { read, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { nextPayoutCheck } from './decide-trade'
import { changePayout, findPayout, lockPayout, type Payout } from './payouts'
import { askProvider, gatewayOf, layOnDesk, orderOf, type PayoutOutcome, settleTrade } from './settle'

/** What a look at a payout came to; `unknown`: the provider did not answer; `waits`: it would not do it now. */
export type Advanced = PayoutOutcome | 'unknown' | 'waits'

/** Our own account at the provider is too low: finance tops it up, and the same number goes out again. */
const BALANCE_LOW = new Set(['NOT_ENOUGH', 'ACQ.SELLER_BALANCE_NOT_ENOUGH', 'ACQ.BUYER_NOT_ENOUGH', 'ACQ.NOT_ENOUGH'])
/** A no that is none for ever. */
const NOT_NOW = new Set([
  'FREQUENCY_LIMITED',
  'RATELIMIT_EXCEEDED',
  'BIZERR_NEED_RETRY',
  'SYSTEM_ERROR',
  'ACQ.SYSTEM_ERROR',
  'NO_AUTH',
  'SIGN_ERROR',
])

/**
 * Brings a payout as far as it goes now: one that may have been sent is asked about first, one that the provider does not know is sent,
 * always under its own number. Safe to call twice at once. Never throws for a provider that does not answer.
 */
export async function advancePayout(id: Uuid, at: Instant): Promise<Advanced> {
  const payout = await findPayout({ id })
  if (!payout || payout.channel === 'bank' || !['processing', 'abnormal'].includes(payout.status)) return 'settled_before'
  try {
    const told = payout.attempts > 0 ? await askProvider(payout, at) : 'absent'
    return told === 'absent' && payout.status === 'processing' ? await send(payout, at) : told
  } catch (error) {
    return notAnswered(payout, error, at)
  }
}

async function send(payout: Payout, at: Instant): Promise<Advanced> {
  const gateway = gatewayOf(payout)
  const { outTradeNo, amount: total } = await orderOf(payout)
  if (!(await noteAttempt(payout, at))) return 'settled_before'
  faultPoint('refund:attempted')
  let trade: RefundTrade
  try {
    trade = await gateway.refund({ outTradeNo, outRefundNo: payout.outRefundNo, amount: payout.amount, total, reason: '余额退款' })
  } catch (error) {
    if (error instanceof GatewayRefused) return refused(payout, error, at)
    // Nobody knows whether it was done: the provider is asked, and if it does not know either, the same number goes out again later.
    log('warn', 'refund sent without an answer', {
      operation: 'refund-send',
      channel: payout.channel,
      out_refund_no: payout.outRefundNo,
      error,
    })
    return askProvider(payout, at)
  }
  faultPoint('refund:sent')
  return settleTrade(payout, trade, at)
}

/** Before the call, so that a process that dies in it leaves a payout that is asked about. False when somebody settled it meanwhile. */
async function noteAttempt({ id, checks }: Payout, at: Instant): Promise<boolean> {
  const noted = await read()
    .update(refundPayouts)
    .set({ attempts: sql`${refundPayouts.attempts} + 1`, nextCheckAt: nextPayoutCheck(checks, at), updatedAt: at })
    .where(and(eq(refundPayouts.id, id), eq(refundPayouts.status, 'processing')))
    .returning({ id: refundPayouts.id })
  return noted.length > 0
}

/** The provider's no: for now, or for ever once it says that it never took the number. */
async function refused(payout: Payout, error: GatewayRefused, at: Instant): Promise<Advanced> {
  const words = `${error.code} ${error.message}`
  if (BALANCE_LOW.has(error.code)) return postpone(payout, words, at, true)
  if (NOT_NOW.has(error.code)) return postpone(payout, words, at, false)
  const told = await askProvider(payout, at)
  if (told !== 'absent') return told
  return transaction(async (tx) => {
    const locked = await lockPayout(tx, payout)
    if (locked.payout.status !== 'processing') return 'settled_before' as const
    return layOnDesk(tx, locked, { state: 'refused', providerRefundId: null }, `支付渠道拒绝退款：${words}`, at)
  })
}

function postpone(found: Payout, words: string, at: Instant, isBalanceLow: boolean): Promise<Advanced> {
  return transaction(async (tx) => {
    const { payout } = await lockPayout(tx, found)
    if (payout.status !== 'processing') return 'settled_before' as const
    await later(tx, payout, words, at)
    const details = { channel: payout.channel, refund_id: showId('refund', payout.refundId), amount: yuan(payout.amount) }
    if (isBalanceLow) await raiseAlert(tx, { kind: 'merchant_balance_low', subject: payout.channel, audience: 'finance', details }, at)
    return 'waits' as const
  })
}

async function notAnswered(found: Payout, error: unknown, at: Instant): Promise<'unknown'> {
  if (!(error instanceof GatewayUnknown || error instanceof GatewayRefused)) throw error
  log('warn', 'refund could not be asked about', {
    operation: 'refund-sync',
    channel: found.channel,
    out_refund_no: found.outRefundNo,
    error,
  })
  await transaction(async (tx) => {
    const { payout } = await lockPayout(tx, found)
    if (payout.nextCheckAt !== null) await later(tx, payout, error.message, at)
  })
  return 'unknown'
}

const later = (tx: Transaction, { id, checks }: Payout, words: string, at: Instant) =>
  changePayout(tx, id, { checks: checks + 1, nextCheckAt: nextPayoutCheck(checks, at), lastError: words.slice(0, 500) }, at)

import { and, eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { rechargeOrders, refundTransfers } from '#drizzle/schema'
import { requireOpenAccount } from '#src/accounts/lock'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { reason } from '#src/core/fields'
import { showId, type Uuid } from '#src/core/ids'
import { formatYuan } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { changePayout, findPayout, type LockedPayout, lockPayout, openPayouts, type Payout, queueSends, sourceLimits } from './payouts'
import { advancePayout } from './send'
import { abnormal, factsOf } from './settle'

/** What finance does with a payout that its provider did not make. */

export const DeskInput = v.strictObject({ reason })

/** The provider's last words: what it said so stays so, and the money is still ours to send another way. */
const FINAL = ['abnormal', 'closed', 'refused']

/** Asks the provider once more, so that nothing is decided on yesterday's word. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (NOT_FINAL). */
async function freshPayout(id: Uuid, at: Instant): Promise<Payout> {
  const payout = await findPayout({ id })
  if (!payout) throw payoutNotFound(id)
  if (payout.channel === 'bank' || payout.status !== 'abnormal') return payout
  if ((await advancePayout(id, at)) === 'unknown') throw brokenRule('NOT_FINAL', 'payout_id')
  return (await findPayout({ id }))!
}

const payoutNotFound = (id: Uuid): Problem => new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')

/**
 * The provider is asked to try again: under a new number where it closed the old one, under the same where it refused. An abnormal refund
 * is put right at the provider, by hand: from here it can only be asked about. False when nothing changed. Throws like `freshPayout`.
 */
export async function retryPayout(id: Uuid, act: PersonalAct): Promise<boolean> {
  const fresh = await freshPayout(id, act.at)
  if (fresh.status !== 'abnormal') return true
  if (fresh.providerState === 'abnormal') return false
  await transaction(async (tx) => {
    const { payout } = await lockFinal(tx, fresh)
    const { refundId, operatorId, orderId, channel, amount } = payout
    if (payout.providerState !== 'closed') {
      await changePayout(tx, id, { status: 'processing', nextCheckAt: act.at }, act.at)
      await queueSends(tx, [id])
    } else {
      await requireRoom(tx, orderId!, act.at)
      await changePayout(tx, id, { status: 'replaced', finishedAt: act.at, nextCheckAt: null }, act.at)
      await openPayouts(tx, { refundId, operatorId, replaces: id }, [{ orderId, channel, amount }], act.at)
    }
    await settleAlert(tx, abnormal(payout), act.at)
    await recordDesk(tx, 'refund_retry', payout, {}, act)
  })
  return true
}

async function requireRoom(tx: Transaction, orderId: Uuid, at: Instant): Promise<void> {
  const [order] = await tx.db
    .select({ partials: rechargeOrders.refundCount })
    .from(rechargeOrders)
    .where(eq(rechargeOrders.id, orderId))
    .for('no key update')
  if (order!.partials >= sourceLimits(at).maxPartials) throw brokenRule('NO_MORE_PARTIALS', 'payout_id')
}

/** The money goes by bank transfer instead; it still counts as given back of the order it came from. */
export async function reroutePayout(id: Uuid, why: string, act: PersonalAct): Promise<Uuid> {
  const fresh = await freshPayout(id, act.at)
  return transaction(async (tx) => {
    const { payout } = await lockFinal(tx, fresh)
    const { refundId, operatorId, orderId, amount } = payout
    await changePayout(tx, id, { status: 'replaced', finishedAt: act.at, nextCheckAt: null }, act.at)
    const [transfer] = await openPayouts(tx, { refundId, operatorId, replaces: id }, [{ orderId, channel: 'bank', amount }], act.at)
    await settleAlert(tx, abnormal(payout), act.at)
    await recordDesk(tx, 'refund_reroute', payout, { reason: why, transfer: transfer!.id }, act)
    return transfer!.id
  })
}

/**
 * The money is the operator's again: only when the provider said its last word, or when it was to be sent by hand and nobody has. Throws
 * like `freshPayout`, INVALID_PARAMS for an account that is closed.
 */
export async function giveBack(id: Uuid, why: string, act: PersonalAct): Promise<void> {
  const fresh = await freshPayout(id, act.at)
  await transaction(async (tx) => {
    await requireOpenAccount(tx, fresh.operatorId)
    const { operator, payout } = fresh.channel === 'bank' ? await lockUnsent(tx, fresh) : await lockFinal(tx, fresh)
    const { refundId, operatorId, orderId, amount } = payout
    const row = journalRow(operator, { kind: 'refund_return', amount, refundId, description: '退款无法汇出，退回余额' }, act.at)
    await appendRows(tx, [row])
    faultPoint('refund:returned')
    await changePayout(tx, id, { status: 'returned', ledgerSeq: row.seq, finishedAt: act.at, nextCheckAt: null }, act.at)
    if (orderId) {
      await tx.db
        .update(rechargeOrders)
        .set({ refunded: sql`${rechargeOrders.refunded} - ${amount}::bigint`, updatedAt: act.at })
        .where(and(eq(rechargeOrders.id, orderId), eq(rechargeOrders.operatorId, operatorId)))
    }
    const content = `退款 ${formatYuan(amount)} 无法汇出，已退回账户余额，原因：${why}。可以继续使用，或重新申请退款。`
    await notify(tx, [operatorId], { type: 'refund', title: '退款已退回余额', content, relatedId: refundId }, act.at)
    await settleAlert(tx, abnormal(payout), act.at)
    await recordDesk(tx, 'refund_return', payout, { reason: why, ledger_seq: String(row.seq) }, act)
  })
}

/** A payout about which its provider has said its last word. Throws INVALID_PARAMS (ALREADY_PROCESSED, NOT_FINAL). */
async function lockFinal(tx: Transaction, found: Payout): Promise<LockedPayout> {
  const locked = await lockPayout(tx, found)
  const { status, providerState } = locked.payout
  if (status === 'processing') throw brokenRule('NOT_FINAL', 'payout_id')
  if (status !== 'abnormal') throw brokenRule('ALREADY_PROCESSED', 'payout_id')
  if (!FINAL.includes(providerState ?? '')) throw brokenRule('NOT_FINAL', 'payout_id')
  return locked
}

/** A bank transfer that nobody has entered. Throws INVALID_PARAMS (ALREADY_PROCESSED). */
export async function lockUnsent(tx: Transaction, found: Payout): Promise<LockedPayout> {
  const locked = await lockPayout(tx, found)
  if (locked.payout.status !== 'processing' || locked.payout.channel !== 'bank') throw brokenRule('ALREADY_PROCESSED', 'payout_id')
  const entered = await tx.db
    .select({ id: refundTransfers.id })
    .from(refundTransfers)
    .where(and(eq(refundTransfers.payoutId, found.id), sql`${refundTransfers.status} <> 'rejected'`))
  if (entered.length > 0) throw brokenRule('ALREADY_PROCESSED', 'payout_id')
  return locked
}

export function recordDesk(
  tx: Transaction,
  operation: string,
  payout: Payout,
  more: Record<string, unknown>,
  { actor, origin, at }: PersonalAct,
) {
  const details = { operator_id: payout.operatorId, refund: showId('refund', payout.refundId), ...factsOf(payout), ...more }
  return record(tx, { actor, origin, operation, target: { kind: 'refund', id: payout.refundId }, details }, at)
}

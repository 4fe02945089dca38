import { and, eq, inArray, sql } from 'drizzle-orm'
import { rechargeOrders, refundPayouts } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import { addSeconds, type Instant } from '#src/core/time'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import { read, type Transaction } from '#src/platform/database'
import { enqueue } from '#src/platform/outbox'
import { setting } from '#src/settings/settings'
import type { Slice, SourceLimits, SourceOrder } from './plan'

export type Payout = typeof refundPayouts.$inferSelect

/** The task of the deliveries process that sends a payout to its provider. */
export const SEND_TASK = 'refund_send'

/** If the task is lost, the job that looks every five minutes sends it. */
const SEND_BY_SECONDS = 60

/** Payouts that are neither paid nor given back nor replaced: their money is owed. */
export const OPEN = ['processing', 'abnormal'] as const

export const sourceLimits = (now: Instant): SourceLimits => ({
  now,
  maxDays: setting('refund_source_max_days'),
  maxPartials: setting('refund_max_partials'),
})

/**
 * Orders that no provider can take a refund of: those whose number is not the provider's (resolve-quarantine.ts#numberFor), and those
 * whose amount its bill has corrected, since a refund names the amount that was paid. Their money goes back by bank transfer.
 */
const takesRefunds = sql`NOT (${rechargeOrders.origin} = 'quarantine' AND ${rechargeOrders.outTradeNo} ~ '^Q[0-9a-f]{32}$')
  AND NOT EXISTS (SELECT FROM bill_differences d WHERE d.order_id = ${rechargeOrders.id} AND d.state = 'resolved'
    AND d.action IN ('reverse', 'correct'))`

/** The paid orders of an operator that refunds can go back to. */
export const sourceOrders = (db: Transaction['db'], operatorId: Uuid): Promise<SourceOrder[]> =>
  db
    .select({
      id: rechargeOrders.id,
      channel: rechargeOrders.paymentMethod,
      paid: rechargeOrders.amount,
      refunded: rechargeOrders.refunded,
      partials: rechargeOrders.refundCount,
      paidAt: sql<Instant>`${rechargeOrders.paidAt}`.mapWith(rechargeOrders.paidAt),
    })
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.operatorId, operatorId), eq(rechargeOrders.status, 'success'), takesRefunds))

/** The same under our lock: no other refund takes of them until this transaction ends. */
export async function lockSourceOrders(tx: Transaction, operatorId: Uuid): Promise<SourceOrder[]> {
  await tx.sql`SELECT FROM recharge_orders WHERE operator_id = ${operatorId} AND status = 'success' ORDER BY id FOR NO KEY UPDATE`
  return sourceOrders(tx.db, operatorId)
}

type Owner = { refundId: Uuid; operatorId: Uuid }

/**
 * Writes the slices of a plan as payouts, takes them from their orders and queues what a provider has to be told. A payout's number is
 * made from its id and stays for ever. With `replaces` the order has been taken from before.
 */
export async function openPayouts(
  tx: Transaction,
  { refundId, operatorId, replaces }: Owner & { replaces?: Uuid },
  slices: readonly Slice[],
  at: Instant,
) {
  const rows = slices.map(({ orderId, channel, amount }) => {
    const id = newId()
    const nextCheckAt = channel === 'bank' ? null : addSeconds(at, SEND_BY_SECONDS)
    const number = { outRefundNo: id.replaceAll('-', ''), replaces: replaces ?? null }
    return { id, refundId, operatorId, orderId, ...number, channel, amount, nextCheckAt, createdAt: at, updatedAt: at }
  })
  await tx.db.insert(refundPayouts).values(rows)
  for (const { orderId, channel, amount } of rows) {
    if (orderId === null) continue
    await tx.db
      .update(rechargeOrders)
      .set({
        // A refund that takes another's place takes no money from the order again; only its number counts.
        refunded: sql`${rechargeOrders.refunded} + ${replaces ? 0n : amount}::bigint`,
        refundCount: sql`${rechargeOrders.refundCount} + ${channel === 'bank' ? 0 : 1}::integer`,
        updatedAt: at,
      })
      .where(and(eq(rechargeOrders.id, orderId), eq(rechargeOrders.operatorId, operatorId)))
  }
  await queueSends(
    tx,
    rows.filter(({ channel }) => channel !== 'bank').map(({ id }) => id),
  )
  return rows
}

export const queueSends = (tx: Transaction, ids: readonly Uuid[]): Promise<void> =>
  enqueue(
    tx,
    SEND_TASK,
    ids.map((id) => ({ key: id, payload: { payout_id: id } })),
  )

/** A payout as it stands, without a lock. */
export async function findPayout(
  by: { id: Uuid } | { channel: 'wechat' | 'alipay'; outRefundNo: string },
  db: Transaction['db'] = read(),
): Promise<Payout | undefined> {
  const which =
    'id' in by ? eq(refundPayouts.id, by.id) : and(eq(refundPayouts.outRefundNo, by.outRefundNo), eq(refundPayouts.channel, by.channel))
  const [payout] = await db.select().from(refundPayouts).where(which)
  return payout
}

export type LockedPayout = { operator: LockedOperator; payout: Payout }

/** A payout under our lock, its operator's before it like everybody who moves money. */
export async function lockPayout(tx: Transaction, { id, operatorId }: Pick<Payout, 'id' | 'operatorId'>): Promise<LockedPayout> {
  const [operator] = await lockOperators(tx, { ids: [operatorId] })
  const [payout] = await tx.db.select().from(refundPayouts).where(eq(refundPayouts.id, id)).for('no key update')
  return { operator: operator!, payout: payout! }
}

export async function changePayout(tx: Transaction, id: Uuid, changes: Partial<Payout>, at: Instant): Promise<void> {
  await tx.db
    .update(refundPayouts)
    .set({ ...changes, updatedAt: at })
    .where(eq(refundPayouts.id, id))
}

/** Whether nothing of a refund is owed any more. */
export async function isPaidOut(tx: Transaction, refundId: Uuid): Promise<boolean> {
  const open = await tx.db
    .select({ id: refundPayouts.id })
    .from(refundPayouts)
    .where(and(eq(refundPayouts.refundId, refundId), inArray(refundPayouts.status, [...OPEN])))
    .limit(1)
  return open.length === 0
}

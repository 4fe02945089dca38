import { rechargeOrders, refundPayouts, refundRecords } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import { parseYuan, ZERO } from '#src/core/money'
import { addDays, addSeconds, formatDateTime, type Instant, instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { creditOrder } from '#src/payments/credit'
import type { Bill, Channel } from '#src/payments/gateways/gateway'
import { lockOrder } from '#src/payments/orders'
import { read, transaction } from '#src/platform/database'
import { reconcileChannel } from '#src/reconciliation/close-day'
import { aStaff } from '#tests/support/factory'
import { type AlipayRow, alipayFile, type WechatRow, wechatFile } from './bill-files'

/** Stories of a bill day: what our books say, and what the provider's bill says of the same. */

export const DAY = '2026-03-05'
export const NEXT_DAY = '2026-03-06'
/** When the job runs: the morning after the day. */
export const MORNING = instant('2026-03-06T10:30:00+08:00')
export const SECOND_MORNING = addDays(MORNING, 1)
export const at = (time: string, day = DAY): Instant => instant(`${day}T${time}+08:00`)

export type PaidOrder = { id: Uuid; operatorId: Uuid; ourNo: string; providerNo: string; amount: string; at: string }

let counter = 0
export const providerNumber = (): string => `42000012342026030${String(++counter).padStart(11, '0')}`

type OrderStory = { amount?: string; channel?: Channel; paidAt?: Instant; creditedAt?: Instant; providerNo?: string }

/** An order that was opened and of which we know no end yet. */
export async function anOpenOrder(
  operatorId: Uuid,
  { amount = '100.00', channel = 'wechat', paidAt = at('12:00:00') }: OrderStory = {},
): Promise<PaidOrder> {
  const [id, createdAt] = [newId(), addSeconds(paidAt, -60)]
  await read()
    .insert(rechargeOrders)
    .values({
      id,
      operatorId,
      amount: parseYuan(amount)!,
      paymentMethod: channel,
      refunded: ZERO,
      expiresAt: addSeconds(createdAt, 900),
      createdAt,
      updatedAt: createdAt,
    })
  return { id, operatorId, ourNo: id.replaceAll('-', ''), providerNo: providerNumber(), amount, at: formatDateTime(paidAt) }
}

/** An order that was paid and credited. */
export async function aPaidOrder(operatorId: Uuid, story: OrderStory = {}): Promise<PaidOrder> {
  const made = await anOpenOrder(operatorId, story)
  const { paidAt = at('12:00:00'), creditedAt = addSeconds(paidAt, 2), providerNo = made.providerNo } = story
  await transaction(async (tx) => {
    const act = { actor: { kind: 'system' as const, id: null, name: '系统', role: 'system' }, origin: null, at: creditedAt }
    await creditOrder(tx, await lockOrder(tx, made), { kind: 'recharge', providerTxnId: providerNo, paidAt, late: false }, act)
  })
  return { ...made, providerNo }
}

export type SentRefund = { payoutId: Uuid; refundNo: string; ourNo: string; providerNo: string; amount: string; at: string }

/** A part of an order that went back, done unless told otherwise. */
export async function aRefund(
  order: PaidOrder,
  {
    amount,
    doneAt = at('18:00:00'),
    status = 'completed',
    channel = 'wechat',
  }: {
    amount: string
    doneAt?: Instant
    status?: 'completed' | 'processing' | 'abnormal'
    channel?: Channel
  },
): Promise<SentRefund> {
  const [refundId, payoutId, refundNo] = [newId(), newId(), `r${newId().replaceAll('-', '')}`]
  const fen = parseYuan(amount)!
  await read()
    .insert(refundRecords)
    .values({
      ...{
        id: refundId,
        operatorId: order.operatorId,
        requested: fen,
        reason: '门店停业，退回余额全部',
        createdAt: doneAt,
        updatedAt: doneAt,
      },
      ...{ status: 'approved', actual: fen, firstReviewer: (await aStaff('finance')).id, reviewedAt: doneAt },
    })
  await transaction(async (tx) => {
    const [operator] = await lockOperators(tx, { ids: [order.operatorId] })
    await appendRows(tx, [journalRow(operator!, { kind: 'refund', amount: fen, refundId, description: '退款' }, doneAt)])
    const [after] = await lockOperators(tx, { ids: [order.operatorId] })
    const row = journalRow(after!, { kind: 'refund_payout', channel, amount: fen, refundId, description: '退款付出' }, doneAt)
    if (status === 'completed') await appendRows(tx, [row])
    await tx.db.insert(refundPayouts).values({
      ...{ id: payoutId, refundId, operatorId: order.operatorId, orderId: order.id, outRefundNo: refundNo, amount: fen, channel, status },
      ...(status === 'completed' ? { ledgerSeq: row.seq, finishedAt: doneAt } : { nextCheckAt: doneAt }),
      createdAt: doneAt,
      updatedAt: doneAt,
    })
    await tx.sql`UPDATE recharge_orders SET refunded_fen = refunded_fen + ${fen}, refund_count = refund_count + 1 WHERE id = ${order.id}`
  })
  return { payoutId, refundNo, ourNo: order.ourNo, providerNo: order.providerNo, amount, at: formatDateTime(doneAt) }
}

/** A provider whose bills are these; a day without one is not ready. */
export function aSource(channel: Channel, bills: Record<string, readonly WechatRow[] | Uint8Array | Bill>) {
  const asked: string[] = []
  return {
    channel,
    asked,
    downloadBill: async (day: string): Promise<Bill> => {
      asked.push(day)
      const given = bills[day]
      if (given === undefined) return { state: 'wait', code: 'STATEMENT_CREATING' }
      if (Array.isArray(given))
        return { state: 'ready', name: 'bill', bytes: channel === 'wechat' ? wechatFile(given) : alipayFile(given as AlipayRow[]) }
      return given instanceof Uint8Array ? { state: 'ready', name: 'bill', bytes: given } : (given as Bill)
    },
  }
}

/** The job of a morning against these bills. */
export const reconcile = (bills: Parameters<typeof aSource>[1], now: Instant = MORNING, channel: Channel = 'wechat') =>
  reconcileChannel(aSource(channel, bills), now)

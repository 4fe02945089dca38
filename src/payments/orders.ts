import { and, eq } from 'drizzle-orm'
import { rechargeOrders } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import { settleAlert } from '#src/notifications/alerts'
import { read, type Transaction } from '#src/platform/database'
import type { Channel } from './gateways/gateway'

/** An order as it is stored: what an operator wants to pay, and what became of it. */
export type Order = typeof rechargeOrders.$inferSelect
export type OrderStatus = Order['status']
export type PaymentMethod = Order['paymentMethod']

/** Which order: ours by its id, or the provider's word for it. */
export type OrderReference = { orderId: Uuid } | { channel: Channel; outTradeNo: string }

export async function findOrder(by: OrderReference): Promise<Order | undefined> {
  const [order] = await read().select().from(rechargeOrders).where(chosen(by))
  return order
}

const chosen = (by: OrderReference) =>
  'orderId' in by
    ? eq(rechargeOrders.id, by.orderId)
    : and(eq(rechargeOrders.paymentMethod, by.channel), eq(rechargeOrders.outTradeNo, by.outTradeNo))

/** An operator's own order. Throws ORDER_NOT_FOUND for an unknown one and for somebody else's. */
export async function requireOwnOrder(operatorId: Uuid, id: Uuid): Promise<Order> {
  const [order] = await read()
    .select()
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.operatorId, operatorId), eq(rechargeOrders.id, id)))
  if (!order) throw orderNotFound(id)
  return order
}

export const orderNotFound = (id: Uuid): Problem => new Problem('ORDER_NOT_FOUND', { id: showId('order', id) })

export type LockedOrder = { operator: LockedOperator; order: Order }

/** An order and its owner under our lock, the owner first, as everybody who moves money locks. */
export async function lockOrder(tx: Transaction, { id, operatorId }: Pick<Order, 'id' | 'operatorId'>): Promise<LockedOrder> {
  const [operator] = await lockOperators(tx, { ids: [operatorId] })
  const [order] = await tx.db.select().from(rechargeOrders).where(eq(rechargeOrders.id, id)).for('no key update')
  return { operator: operator!, order: order! }
}

export type OrderChange = Partial<
  Pick<
    Order,
    | 'status'
    | 'providerTxnId'
    | 'paidAt'
    | 'late'
    | 'queryFailures'
    | 'errorMessage'
    | 'checks'
    | 'nextCheckAt'
    | 'qrCodeUrl'
    | 'paymentUrl'
  >
>

export const changeOrder = async (tx: Transaction, id: Uuid, change: OrderChange, at: Instant): Promise<void> => {
  await tx.db
    .update(rechargeOrders)
    .set({ ...change, updatedAt: at })
    .where(eq(rechargeOrders.id, id))
  if (change.status && !isOpen({ status: change.status })) await settleAlert(tx, { kind: 'order_abnormal', subject: id }, at)
}

/** Whether the payer may still pay in the ordinary way. */
export const isOpen = ({ status }: Pick<Order, 'status'>): boolean => status === 'pending' || status === 'abnormal'

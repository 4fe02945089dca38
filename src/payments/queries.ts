import { and, desc, eq, gt, gte, lt, type SQL, sql } from 'drizzle-orm'
import { bankTransfers, operatorAccounts, rechargeOrders } from '#drizzle/schema'
import { bareId, parseId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { read } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import { type Order, type OrderStatus, orderNotFound, type PaymentMethod } from './orders'

export const ORDER_STATUSES = ['pending', 'success', 'failed', 'expired', 'abnormal'] as const satisfies readonly OrderStatus[]
export const METHODS = ['wechat', 'alipay', 'bank'] as const satisfies readonly PaymentMethod[]

/** Which orders are meant; what is not said means all. */
export type OrderFilter = {
  status?: OrderStatus | undefined
  method?: PaymentMethod | undefined
  /** Included. */
  from?: Instant | undefined
  /** Excluded. */
  to?: Instant | undefined
}

const orders = rechargeOrders

const filtered = ({ status, method, from, to }: OrderFilter): SQL | undefined =>
  and(
    status && eq(orders.status, status),
    method && eq(orders.paymentMethod, method),
    from && gte(orders.createdAt, from),
    to && lt(orders.createdAt, to),
  )

const owned = (operatorId: Uuid, filter: OrderFilter): SQL | undefined => and(eq(orders.operatorId, operatorId), filtered(filter))

/** One page of an operator's orders, newest first. */
export async function listOwnOrders(operatorId: Uuid, filter: OrderFilter, keyset: Keyset): Promise<Slice<Order>> {
  const rows = await read()
    .select()
    .from(orders)
    .where(and(owned(operatorId, filter), beyond(keyset)))
    .orderBy(isBackwards(keyset) ? orders.id : desc(orders.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, ({ id }) => id)
}

const beyond = ({ after, before }: Keyset): SQL | undefined => (after ? lt(orders.id, after) : before ? gt(orders.id, before) : undefined)

export type OrderSums = { orders: number; paid: number; paidAmount: Money }

const sumColumns = {
  orders: sql<number>`count(*)::int`,
  paid: sql<number>`count(*) FILTER (WHERE ${orders.status} = 'success')::int`,
  paidAmount: sql<Money>`coalesce(sum(${orders.amount}) FILTER (WHERE ${orders.status} = 'success'), 0)::bigint`,
}

/** Over the whole filter, not over one page of it. */
export async function sumsOfOwnOrders(operatorId: Uuid, filter: OrderFilter): Promise<OrderSums> {
  const [sums] = await read().select(sumColumns).from(orders).where(owned(operatorId, filter))
  return { ...sums!, paidAmount: BigInt(sums!.paidAmount) as Money }
}

/** Rows read at a time by an export. */
const CHUNK = 2_000

/** All of them, newest first, in chunks that are each a query of their own: no connection waits for a slow reader. */
export async function* ownOrderChunks(operatorId: Uuid, filter: OrderFilter): AsyncGenerator<Order[]> {
  for (let after: Uuid | undefined; ; ) {
    const rows = await read()
      .select()
      .from(orders)
      .where(and(owned(operatorId, filter), after ? lt(orders.id, after) : undefined))
      .orderBy(desc(orders.id))
      .limit(CHUNK)
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    after = rows.at(-1)!.id
  }
}

export type FoundOrder = { order: Order; operatorName: string }

/** What finance looks for: an order of ours by either number, a provider's number, or part of an operator's name. */
export type OrderSearch = OrderFilter & { keyword?: string | undefined; operatorId?: Uuid | undefined }

function sought({ keyword = '', operatorId, ...filter }: OrderSearch): SQL | undefined {
  const mine = and(filtered(filter), operatorId ? eq(orders.operatorId, operatorId) : undefined)
  if (keyword === '') return mine
  const id = parseId('order', keyword) ?? bareId(dashed(keyword))
  if (id) return and(mine, eq(orders.id, id))
  return and(
    mine,
    sql`(${orders.outTradeNo} = ${keyword} OR ${orders.providerTxnId} = ${keyword} OR ${operatorAccounts.name} ILIKE ${likePattern(keyword)})`,
  )
}

/** Our number as providers print it is the id without its dashes. */
const dashed = (text: string): string =>
  text.replace(/^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i, '$1-$2-$3-$4-$5')

const selectFound = () =>
  read()
    .select({ order: orders, operatorName: operatorAccounts.name })
    .from(orders)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, orders.operatorId))

/** One page of the orders of all operators, newest first. */
export async function listOrders(search: OrderSearch, keyset: Keyset): Promise<Slice<FoundOrder>> {
  const rows = await selectFound()
    .where(and(sought(search), beyond(keyset)))
    .orderBy(isBackwards(keyset) ? orders.id : desc(orders.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, ({ order }) => order.id)
}

/** One numbered page of them with their count, as the API lists them. */
export async function pageOfOrders(search: OrderSearch, { page, page_size }: { page: number; page_size: number }) {
  const counting = read()
    .select({ total: sql<number>`count(*)::int` })
    .from(orders)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, orders.operatorId))
    .where(sought(search))
  const [[counted], rows] = await Promise.all([
    counting,
    selectFound()
      .where(sought(search))
      .orderBy(desc(orders.id))
      .limit(page_size)
      .offset((page - 1) * page_size),
  ])
  return { total: counted!.total, rows }
}

/** Over the whole search. */
export async function sumsOfOrders(search: OrderSearch): Promise<OrderSums> {
  const [sums] = await read()
    .select(sumColumns)
    .from(orders)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, orders.operatorId))
    .where(sought(search))
  return { ...sums!, paidAmount: BigInt(sums!.paidAmount) as Money }
}

/** One order of any operator. Throws ORDER_NOT_FOUND. */
export async function requireAnyOrder(id: Uuid): Promise<FoundOrder> {
  const [found] = await selectFound().where(eq(orders.id, id))
  if (!found) throw orderNotFound(id)
  return found
}

/** What an operator told about its transfer; undefined for orders that are none. */
export async function transferOf(orderId: Uuid) {
  const [transfer] = await read().select().from(bankTransfers).where(eq(bankTransfers.orderId, orderId))
  return transfer
}

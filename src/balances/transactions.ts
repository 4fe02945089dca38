import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { COMPANY_TYPES } from '#src/ledger/chart'
import { rawSql } from '#src/platform/database'
import { ledgerDays } from './days'
import { type SeqRange, seqRange } from './seq-range'

/** What moves an operator's balance. Money that goes from one account of the company to another is not among it. */
export const MOVEMENT_KINDS = ['recharge', 'consumption', 'refund', 'adjustment'] as const
export type MovementKind = (typeof MOVEMENT_KINDS)[number]

/** Which rows of the journal are meant; what is not said means all. */
export type TransactionFilter = {
  kind?: MovementKind | undefined
  /** Included. */
  from?: Instant | undefined
  /** Excluded. */
  to?: Instant | undefined
}

export type TransactionRow = {
  id: Uuid
  /** Place in the operator's chain, without a gap from 1 on. */
  seq: bigint
  at: Instant
  kind: MovementKind
  direction: 'in' | 'out'
  amount: Money
  balanceBefore: Money
  balanceAfter: Money
  usageId: Uuid | null
  orderId: Uuid | null
  refundId: Uuid | null
  /** How a recharge was paid. */
  channel: 'wechat' | 'alipay' | 'bank' | null
  description: string
}

/** One page of an operator's movements, newest first. Cursors are places in the chain, so that new rows move nothing. */
export async function listTransactions(operatorId: Uuid, filter: TransactionFilter, keyset: Keyset): Promise<Slice<TransactionRow>> {
  const sql = rawSql()
  const range = await seqRange(operatorId, filter)
  const step = keyset.after ? sql`AND t.seq < ${keyset.after}::bigint` : keyset.before ? sql`AND t.seq > ${keyset.before}::bigint` : sql``
  const order = isBackwards(keyset) ? sql`ORDER BY t.seq` : sql`ORDER BY t.seq DESC`
  const rows = await sql<TransactionRow[]>`
    SELECT ${columns()} FROM transaction_records t WHERE ${movementsOf(operatorId, filter, range)} ${step} ${order} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ seq }) => String(seq))
}

/** One numbered page of them with their count, as the API lists them. */
export async function pageOfTransactions(
  operatorId: Uuid,
  filter: TransactionFilter,
  { page, page_size }: { page: number; page_size: number },
): Promise<{ total: number; rows: TransactionRow[] }> {
  const range = await seqRange(operatorId, filter)
  const [total, rows] = await Promise.all([
    countTransactions(operatorId, filter),
    rawSql()<TransactionRow[]>`
      SELECT ${columns()} FROM transaction_records t WHERE ${movementsOf(operatorId, filter, range)}
      ORDER BY t.seq DESC LIMIT ${page_size} OFFSET ${(page - 1) * page_size}`,
  ])
  return { total, rows }
}

/** How many movements there are. Without a time the sums of days know it; a part of a day is counted. */
export async function countTransactions(operatorId: Uuid, filter: TransactionFilter): Promise<number> {
  if (!filter.from && !filter.to) {
    const days = await ledgerDays(operatorId)
    return days.filter(({ kind }) => !filter.kind || kind === filter.kind).reduce((sum, { rows }) => sum + rows, 0)
  }
  const range = await seqRange(operatorId, filter)
  const [row] = await rawSql()<{ total: number }[]>`
    SELECT count(*)::int AS total FROM transaction_records t WHERE ${movementsOf(operatorId, filter, range)}`
  return row!.total
}

/** Rows read at a time by an export. */
const CHUNK = 2_000

/**
 * All of them, newest first, in chunks that are each a query of their own: no connection waits for a slow reader. Rows never change
 * and new ones come behind the head that stood at the first query, so that together they are one snapshot.
 */
export async function* transactionChunks(operatorId: Uuid, filter: TransactionFilter): AsyncGenerator<TransactionRow[]> {
  const range = await seqRange(operatorId, filter)
  for (let last = range.to; last > range.from; ) {
    const rows = await rawSql()<TransactionRow[]>`
      SELECT ${columns()} FROM transaction_records t
      WHERE ${movementsOf(operatorId, filter, { from: range.from, to: last })} ORDER BY t.seq DESC LIMIT ${CHUNK}`
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    last = rows.at(-1)!.seq
  }
}

const columns = () => rawSql()`
  t.id, t.seq, t.created_at AS at, t.type AS kind, CASE WHEN t.credit_account = 'operator' THEN 'in' ELSE 'out' END AS direction,
  t.amount_fen AS amount, t.balance_before_fen AS "balanceBefore", t.balance_after_fen AS "balanceAfter", t.usage_id AS "usageId",
  t.order_id AS "orderId", t.refund_id AS "refundId", t.description,
  CASE WHEN t.type = 'recharge' THEN nullif(split_part(t.debit_account, ':', 2), '') END AS channel`

/** The conditions on transaction_records `t`; whose rows they are is the first of them. */
function movementsOf(operatorId: Uuid, { kind, from, to }: TransactionFilter, range: SeqRange) {
  const sql = rawSql()
  return sql`t.operator_id = ${operatorId} AND t.seq >= ${String(range.from)}::bigint AND t.seq < ${String(range.to)}::bigint
    ${from ? sql`AND t.created_at >= ${from}` : sql``} ${to ? sql`AND t.created_at < ${to}` : sql``} ${ofKind(kind)}`
}

/** The second condition names the index of what is no game; a parameter alone would not. */
function ofKind(kind: MovementKind | undefined) {
  const sql = rawSql()
  if (kind === undefined) return sql`AND t.type <> ALL (${COMPANY_TYPES}::text[])`
  return kind === 'consumption' ? sql`AND t.type = 'consumption'` : sql`AND t.type = ${kind} AND t.type <> 'consumption'`
}

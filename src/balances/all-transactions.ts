import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { type Account, COMPANY_TYPES } from '#src/ledger/chart'
import { rawSql } from '#src/platform/database'
import { type SeqRange, seqRange } from './seq-range'
import { MOVEMENT_KINDS, type TransactionRow } from './transactions'

/** Everything the journal knows: what moves an operator's balance, and what moves between accounts of the company. */
export const LEDGER_KINDS = [...MOVEMENT_KINDS, ...COMPANY_TYPES] as const
export type LedgerKind = (typeof LEDGER_KINDS)[number]

/** Which rows of the journal are meant, of all operators; what is not said means all. */
export type LedgerFilter = {
  operatorId?: Uuid | undefined
  /** A few operators, where a word means several. */
  operatorIds?: readonly Uuid[] | undefined
  kind?: LedgerKind | undefined
  /** Included. */
  from?: Instant | undefined
  /** Excluded. */
  to?: Instant | undefined
  /** The channel that the money came or left through. */
  method?: Channel | undefined
  /** Both included. */
  least?: Money | undefined
  most?: Money | undefined
  /** These rows and no others; what `soughtRows` makes of an id. */
  ids?: readonly Uuid[] | undefined
}

export const CHANNELS = ['wechat', 'alipay', 'bank'] as const
type Channel = (typeof CHANNELS)[number]

/**
 * A row of the journal as our people see it. `direction` is the operator's side; of a row between accounts of the company it is that of
 * the channel the money came or left through.
 */
export type LedgerRow = Omit<TransactionRow, 'kind'> & {
  kind: LedgerKind
  operatorId: Uuid
  operatorName: string
  debit: Account
  credit: Account
  /** Whether it moved the operator's balance. */
  isOwn: boolean
}

type Place = { id: Uuid; seq: bigint; at: Instant }

/** One page of the journal of all operators, newest first. The cursor is the id of a row; one that is no row's shows the first page. */
export async function listLedger(filter: LedgerFilter, keyset: Keyset): Promise<Slice<LedgerRow>> {
  const cursor = keyset.after ?? keyset.before
  const place = cursor ? await placeOf(cursor) : undefined
  const asked: Keyset = place ? keyset : { size: keyset.size }
  return cutPage(await rowsBeyond(filter, place, isBackwards(asked), rowsWanted(asked)), asked, ({ id }) => id)
}

/** Rows read at a time by an export. */
const CHUNK = 2_000

/** All that there are at `until`, newest first, in chunks that are each a query of their own: no connection waits for a slow reader. */
export async function* ledgerChunks(filter: LedgerFilter, until: Instant): AsyncGenerator<LedgerRow[]> {
  const bounded = { ...filter, to: filter.to && filter.to < until ? filter.to : until }
  for (let place: Place | undefined; ; ) {
    const rows = await rowsBeyond(bounded, place, false, CHUNK)
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    place = rows.at(-1)!
  }
}

/** One numbered page of them, as the API lists them. */
export async function pageOfLedger(filter: LedgerFilter, { page, page_size }: { page: number; page_size: number }): Promise<LedgerRow[]> {
  return rowsBeyond(filter, undefined, false, page_size, (page - 1) * page_size)
}

/** One row of any operator; undefined when there is none. */
export async function findLedgerRow(id: Uuid): Promise<LedgerRow | undefined> {
  const [row] = await rowsBeyond({ ids: [id] }, undefined, false, 1)
  return row
}

async function placeOf(id: Uuid): Promise<Place | undefined> {
  const [row] = await rawSql()<Place[]>`SELECT id, seq, created_at AS at FROM transaction_records WHERE id = ${id}`
  return row
}

async function rowsBeyond(filter: LedgerFilter, place: Place | undefined, back: boolean, limit: number, skip = 0): Promise<LedgerRow[]> {
  const sql = rawSql()
  const range = filter.operatorId ? await seqRange(filter.operatorId, filter) : undefined
  const rows = sql`SELECT * FROM transaction_records t WHERE ${matching(filter, range)} ${beyond(filter, place, back)}`
  // Each of a few operators gives its newest; looking through the rows of all for theirs could take the whole journal.
  const found = filter.operatorIds
    ? sql`SELECT t.* FROM unnest(${[...filter.operatorIds]}::uuid[]) AS one (id) CROSS JOIN LATERAL (
            ${rows} AND t.operator_id = one.id ${back ? sql`ORDER BY t.seq` : sql`ORDER BY t.seq DESC`} LIMIT ${limit + skip}) t`
    : rows
  return sql<LedgerRow[]>`
    SELECT ${columns()} FROM (${found} ${order(filter, back)} LIMIT ${limit} OFFSET ${skip}) t
    JOIN operator_accounts o ON o.id = t.operator_id ${order(filter, back)}`
}

/** One operator's rows stand in its chain, those of all in time. */
function order({ operatorId }: LedgerFilter, back: boolean) {
  const sql = rawSql()
  if (operatorId) return back ? sql`ORDER BY t.seq` : sql`ORDER BY t.seq DESC`
  return back ? sql`ORDER BY t.created_at, t.id` : sql`ORDER BY t.created_at DESC, t.id DESC`
}

function beyond({ operatorId }: LedgerFilter, place: Place | undefined, back: boolean) {
  const sql = rawSql()
  if (!place) return sql``
  const { id, seq, at } = place
  if (operatorId) return back ? sql`AND t.seq > ${String(seq)}::bigint` : sql`AND t.seq < ${String(seq)}::bigint`
  return back ? sql`AND (t.created_at, t.id) > (${at}, ${id}::uuid)` : sql`AND (t.created_at, t.id) < (${at}, ${id}::uuid)`
}

/** The conditions on transaction_records `t`. */
export function matching(filter: LedgerFilter, range: SeqRange | undefined) {
  const { operatorId, operatorIds, kind, from, to, ids, least, most } = filter
  const sql = rawSql()
  const own = range
    ? sql`t.operator_id = ${operatorId!} AND t.seq >= ${String(range.from)}::bigint AND t.seq < ${String(range.to)}::bigint`
    : operatorIds
      ? sql`t.operator_id = ANY (${[...operatorIds]}::uuid[])`
      : sql`true`
  const amount = sql`${least ? sql`AND t.amount_fen >= ${least}` : sql``} ${most ? sql`AND t.amount_fen <= ${most}` : sql``}`
  return sql`${own} ${ids ? sql`AND t.id = ANY (${[...ids]}::uuid[])` : sql``} ${amount} ${through(filter)} ${from ? sql`AND t.created_at >= ${from}` : sql``} ${to ? sql`AND t.created_at < ${to}` : sql``} ${ofKind(kind)}`
}

/** Money of a channel is no game, which names the index of what is none. */
function through({ method }: LedgerFilter) {
  const sql = rawSql()
  if (!method) return sql``
  return sql`AND t.type <> 'consumption' AND ${`clearing:${method}`} IN (t.debit_account, t.credit_account)`
}

/** The second condition names the index of what is no game; a parameter alone would not. */
function ofKind(kind: LedgerKind | undefined) {
  const sql = rawSql()
  if (kind === undefined) return sql``
  return kind === 'consumption' ? sql`AND t.type = 'consumption'` : sql`AND t.type = ${kind} AND t.type <> 'consumption'`
}

const columns = () => rawSql()`
  t.id, t.seq, t.created_at AS at, t.type AS kind, t.amount_fen AS amount, t.balance_before_fen AS "balanceBefore",
  t.balance_after_fen AS "balanceAfter", t.usage_id AS "usageId", t.order_id AS "orderId", t.refund_id AS "refundId", t.description,
  CASE WHEN t.credit_account = 'operator' OR t.debit_account LIKE 'clearing:%' THEN 'in' ELSE 'out' END
    AS direction,
  CASE WHEN t.debit_account LIKE 'clearing:%' THEN split_part(t.debit_account, ':', 2)
       WHEN t.credit_account LIKE 'clearing:%' THEN split_part(t.credit_account, ':', 2) END AS channel,
  t.debit_account AS debit, t.credit_account AS credit, 'operator' IN (t.debit_account, t.credit_account) AS "isOwn", t.operator_id AS "operatorId", o.name AS "operatorName"`

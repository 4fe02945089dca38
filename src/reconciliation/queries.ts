import { and, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { DIFFERENCE_KINDS, DIFFERENCE_STATES, providerBills, type rechargeOrders, type refundPayouts } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { addDays, type BusinessDay, businessDay, type Instant, isCalendarDay, startOfDay } from '#src/core/time'
import type { Channel } from '#src/payments/gateways/gateway'
import { rawSql, read } from '#src/platform/database'
import type { Difference } from './differences'
import type { BillRow } from './import-bill'

export type DayRow = BillRow & { open: number; all: number; openSum: Money }

/** The bills of a stretch of days, newest first, each with its differences counted; the sum is of what is not closed. */
export function billDays(first: BusinessDay, last: BusinessDay): Promise<DayRow[]> {
  return rawSql()<DayRow[]>`
    SELECT b.id, b.channel, b.bill_date::text AS "billDate", b.state, b.attempts, b.last_answer AS "lastAnswer", b.file_name AS "fileName",
           b.file_path AS "filePath", b.file_bytes AS "fileBytes", b.file_sha256 AS "fileSha256",
           b.payments, b.refunds, b.payment_fen AS payment, b.refund_fen AS refund, b.fee_millifen AS "feeMillifen",
           b.our_payment_fen AS "ourPayment", b.our_refund_fen AS "ourRefund", b.settled_fen AS settled, b.attempted_at AS "attemptedAt",
           b.imported_at AS "importedAt", b.matched_at AS "matchedAt", b.closed_at AS "closedAt", b.created_at AS "createdAt",
           coalesce(d.open, 0)::int AS open, coalesce(d.all, 0)::int AS all, coalesce(d.sum, 0)::bigint AS "openSum"
    FROM provider_bills b
    LEFT JOIN (
      SELECT bill_id, count(*) AS all, count(*) FILTER (WHERE closed_at IS NULL) AS open,
             sum(abs(coalesce(our_fen, 0) - coalesce(bill_fen, 0))) FILTER (WHERE closed_at IS NULL) AS sum
      FROM bill_differences GROUP BY bill_id
    ) d ON d.bill_id = b.id
    WHERE b.bill_date BETWEEN ${first}::date AND ${last}::date
    ORDER BY b.bill_date DESC, b.channel DESC`
}

/** The bill of a channel's day. Throws RESOURCE_NOT_FOUND. */
export async function requireBill(channel: Channel, day: BusinessDay): Promise<DayRow> {
  const found = (await billDays(day, day)).find((bill) => bill.channel === channel)
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { channel, day }, 'resource')
  return found
}

const CHANNEL_VALUES = ['wechat', 'alipay'] as const
const optional = <S extends v.GenericSchema<string>>(schema: S) => v.fallback(v.optional(schema), undefined)
/** The fields of a filter as a page's address carries them; what cannot be read is not said. */
export const DIFFERENCE_FILTER = {
  channel: optional(v.picklist(CHANNEL_VALUES)),
  day: optional(v.pipe(v.string(), v.check(isCalendarDay))),
  kind: optional(v.picklist(DIFFERENCE_KINDS)),
  state: optional(v.picklist([...DIFFERENCE_STATES, 'todo', 'overdue'])),
}

export type DifferenceFilter = {
  channel?: Channel | undefined
  day?: BusinessDay | undefined
  kind?: Difference['kind'] | undefined
  /** `todo` is everything that is not closed, `overdue` what should have been by now. */
  state?: Difference['state'] | 'todo' | 'overdue' | undefined
}

export type DifferenceRow = Pick<
  Difference,
  | 'id'
  | 'channel'
  | 'billDate'
  | 'kind'
  | 'state'
  | 'ours'
  | 'billed'
  | 'orderId'
  | 'payoutId'
  | 'dueOn'
  | 'action'
  | 'reason'
  | 'foundAt'
  | 'closedAt'
> & { operatorName: string | null; ownerName: string | null; number: string | null; providerNo: string | null }

/** One page of differences, newest first. */
export async function listDifferences(filter: DifferenceFilter, keyset: Keyset, now: Instant): Promise<Slice<DifferenceRow>> {
  const sql = rawSql()
  const step = keyset.after ? sql`AND d.id < ${keyset.after}::uuid` : keyset.before ? sql`AND d.id > ${keyset.before}::uuid` : sql``
  const order = isBackwards(keyset) ? sql`ORDER BY d.id` : sql`ORDER BY d.id DESC`
  const rows = await sql<
    DifferenceRow[]
  >`SELECT ${columns()} ${from()} WHERE ${matching(filter, now)} ${step} ${order} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ id }) => id)
}

/** Read at a time by an export. */
const CHUNK = 2_000

/** All of them, newest first, in chunks that are each a query of their own. */
export async function* differenceChunks(filter: DifferenceFilter, now: Instant): AsyncGenerator<DifferenceRow[]> {
  const sql = rawSql()
  for (let last: Uuid | undefined; ; ) {
    const rows: DifferenceRow[] = await sql<DifferenceRow[]>`
      SELECT ${columns()} ${from()} WHERE ${matching(filter, now)} ${last ? sql`AND d.id < ${last}::uuid` : sql``} ORDER BY d.id DESC LIMIT ${CHUNK}`
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    last = rows.at(-1)!.id
  }
}

export type DifferenceSums = { rows: number; ours: Money; billed: Money }

/** Count and sums over a whole filter. */
export async function sumDifferences(filter: DifferenceFilter, now: Instant): Promise<DifferenceSums> {
  const [row] = await rawSql()<DifferenceSums[]>`
    SELECT count(*)::int AS rows, coalesce(sum(d.our_fen), 0)::bigint AS ours, coalesce(sum(d.bill_fen), 0)::bigint AS billed
    ${from()} WHERE ${matching(filter, now)}`
  return row!
}

/** How many of each state are not closed, and how many should have been. */
export async function openCounts(now: Instant): Promise<{ todo: number; proposed: number; carried: number; overdue: number }> {
  const [row] = await rawSql()<{ todo: number; proposed: number; carried: number; overdue: number }[]>`
    SELECT (count(*) FILTER (WHERE d.state IN ('open', 'proposed', 'carried')))::int AS todo, (count(*) FILTER (WHERE d.state = 'proposed'))::int AS proposed,
           (count(*) FILTER (WHERE d.state = 'carried'))::int AS carried, (count(*) FILTER (WHERE ${isOverdue(now)}))::int AS overdue
    FROM bill_differences d WHERE d.closed_at IS NULL`
  return row!
}

/** Older than the second day after it, unless it is carried to a day that has not come. */
const isOverdue = (now: Instant) => rawSql()`
  (d.state IN ('open', 'proposed', 'carried') AND d.bill_date <= ${businessDay(addDays(now, -3))}::date AND (d.state <> 'carried' OR d.due_on < ${businessDay(now)}::date))`

function matching({ channel, day, kind, state }: DifferenceFilter, now: Instant) {
  const sql = rawSql()
  const byState =
    state === undefined
      ? sql``
      : state === 'todo'
        ? sql`AND d.state IN ('open', 'proposed', 'carried')`
        : state === 'overdue'
          ? sql`AND ${isOverdue(now)}`
          : sql`AND d.state = ${state}`
  return sql`true ${channel ? sql`AND d.channel = ${channel}` : sql``} ${day ? sql`AND d.bill_date = ${day}::date` : sql``}
    ${kind ? sql`AND d.kind = ${kind}` : sql``} ${byState}`
}

const columns = () => rawSql()`
  d.id, d.channel, d.bill_date::text AS "billDate", d.kind, d.state, d.our_fen AS ours, d.bill_fen AS billed, d.order_id AS "orderId",
  d.payout_id AS "payoutId", d.due_on::text AS "dueOn", d.action, d.reason, d.found_at AS "foundAt", d.closed_at AS "closedAt",
  o.name AS "operatorName", owner.name AS "ownerName", coalesce(l.refund_no, l.our_no, p.out_refund_no, r.out_trade_no) AS number,
  coalesce(l.provider_no, r.provider_txn_id) AS "providerNo"`

const from = () => rawSql()`
  FROM bill_differences d
  LEFT JOIN operator_accounts o ON o.id = d.operator_id
  LEFT JOIN admin_accounts owner ON owner.id = d.owner_id
  LEFT JOIN provider_bill_lines l ON l.bill_id = d.bill_id AND l.line_no = d.line_no
  LEFT JOIN recharge_orders r ON r.id = d.order_id
  LEFT JOIN refund_payouts p ON p.id = d.payout_id`

export type OneDifference = DifferenceRow & {
  approvedAt: Instant | null
  proposedAt: Instant | null
  proposerId: Uuid | null
  proposerName: string | null
  approverName: string | null
  actionOperator: string | null
  order: {
    amount: Money
    status: (typeof rechargeOrders.$inferSelect)['status']
    outTradeNo: string
    providerTxnId: string | null
    createdAt: Instant
    paidAt: Instant | null
  } | null
  payout: {
    amount: Money
    status: (typeof refundPayouts.$inferSelect)['status']
    outRefundNo: string
    refundId: Uuid
    createdAt: Instant
    finishedAt: Instant | null
  } | null
  journal: JournalFact | null
  resolution: JournalFact | null
  line: {
    no: number
    kind: 'payment' | 'refund'
    amount: Money
    feeMillifen: bigint
    state: string
    at: Instant
    ourNo: string
    providerNo: string
    refundNo: string | null
  } | null
  quarantineId: Uuid | null
  quarantineStatus: 'open' | 'credited' | 'returned' | 'dismissed' | null
}
type JournalFact = { seq: bigint; at: Instant; debit: string; credit: string; amount: Money; description: string }

/** One difference with all that is known about it on the three sides. Throws RESOURCE_NOT_FOUND. */
export async function requireDifference(id: Uuid): Promise<OneDifference> {
  const sql = rawSql()
  const [base] = await sql<(DifferenceRow & Record<string, unknown>)[]>`
    SELECT ${columns()}, d.proposed_at AS "proposedAt", d.proposed_by AS "proposerId", proposer.name AS "proposerName", d.approved_at AS "approvedAt",
           approver.name AS "approverName", target.name AS "actionOperator", q.id AS "quarantineId", q.status AS "quarantineStatus",
           ${orderColumns()}, ${payoutColumns()}, ${lineColumns()},
           t.seq AS t_seq, t.created_at AS t_at, t.debit_account AS t_debit, t.credit_account AS t_credit, t.amount_fen AS t_amount, t.description AS t_description,
           x.seq AS x_seq, x.created_at AS x_at, x.debit_account AS x_debit, x.credit_account AS x_credit, x.amount_fen AS x_amount, x.description AS x_description
    ${from()}
    LEFT JOIN admin_accounts proposer ON proposer.id = d.proposed_by
    LEFT JOIN admin_accounts approver ON approver.id = d.approved_by
    LEFT JOIN operator_accounts target ON target.id = d.action_operator_id
    LEFT JOIN payment_quarantine q ON q.channel = d.channel AND q.provider_txn_id = l.provider_no
    LEFT JOIN transaction_records t ON t.operator_id = d.operator_id AND t.seq = d.journal_seq
    LEFT JOIN transaction_records x ON x.operator_id = d.resolved_operator_id AND x.seq = d.resolved_seq
    WHERE d.id = ${id}`
  if (!base) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('difference', id) }, 'resource')
  return {
    ...base,
    order: part(base, 'r'),
    payout: part(base, 'p'),
    line: part(base, 'l'),
    journal: part(base, 't'),
    resolution: part(base, 'x'),
  } as unknown as OneDifference
}

const orderColumns = () => rawSql()`
  r.amount_fen AS r_amount, r.status AS r_status, r.out_trade_no AS "r_outTradeNo", r.provider_txn_id AS "r_providerTxnId", r.created_at AS "r_createdAt", r.paid_at AS "r_paidAt"`
const payoutColumns = () => rawSql()`
  p.amount_fen AS p_amount, p.status AS p_status, p.out_refund_no AS "p_outRefundNo", p.refund_id AS "p_refundId", p.created_at AS "p_createdAt", p.finished_at AS "p_finishedAt"`
const lineColumns = () => rawSql()`
  l.amount_fen AS l_amount, l.kind AS l_kind, l.line_no AS l_no, l.fee_millifen AS "l_feeMillifen", l.state AS l_state, l.at AS l_at, l.our_no AS "l_ourNo",
  l.provider_no AS "l_providerNo", l.refund_no AS "l_refundNo"`

/** The columns of one joined row, or null where there was none. */
function part(row: Record<string, unknown>, prefix: string): Record<string, unknown> | null {
  const own = Object.entries(row).filter(([name]) => name.startsWith(`${prefix}_`))
  const fields = Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]))
  return fields.amount === null ? null : fields
}

export type FeeLine = { no: number; ourNo: string; kind: 'payment' | 'refund'; amount: Money; feeMillifen: bigint; at: Instant }

/** The lines of an operator in a day's bill, largest fee first: what a difference of fees is made of. */
export function feeLines(differenceId: Uuid, most = 50): Promise<FeeLine[]> {
  return rawSql()<FeeLine[]>`
    SELECT l.line_no AS no, l.our_no AS "ourNo", l.kind, l.amount_fen AS amount, l.fee_millifen AS "feeMillifen", l.at
    FROM bill_differences d JOIN provider_bill_lines l ON l.bill_id = d.bill_id AND l.operator_id = d.operator_id
    WHERE d.id = ${differenceId} AND d.kind = 'fee' ORDER BY abs(l.fee_millifen) DESC, l.line_no LIMIT ${most}`
}

/** Where a day's file is kept; undefined where there is none. */
export async function keptBill(channel: Channel, day: BusinessDay) {
  const [bill] = await read()
    .select({ path: providerBills.filePath, name: providerBills.fileName })
    .from(providerBills)
    .where(and(eq(providerBills.channel, channel), eq(providerBills.billDate, day)))
  return bill?.path && bill.name ? { path: bill.path, name: bill.name } : undefined
}

/** First and last day of a month `YYYY-MM`. */
export function monthDays(month: string): { first: BusinessDay; last: BusinessDay } {
  const first = `${month}-01`
  const inNext = businessDay(addDays(startOfDay(first), 31)).slice(0, 7)
  return { first, last: businessDay(addDays(startOfDay(`${inNext}-01`), -1)) }
}

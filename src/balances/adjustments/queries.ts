import * as v from 'valibot'
import { ADJUSTMENT_STATES } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant, Stretch } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import { adjustmentNotFound } from './adjust'

type AdjustmentState = (typeof ADJUSTMENT_STATES)[number]

/** The fields of a filter as an address carries them; what cannot be read is not said. */
export const ADJUSTMENT_FILTER = {
  status: v.fallback(v.optional(v.picklist(ADJUSTMENT_STATES)), undefined),
  direction: v.fallback(v.optional(v.picklist(['in', 'out'])), undefined),
}

export type AdjustmentFilter = {
  status?: AdjustmentState | undefined
  direction?: 'in' | 'out' | undefined
  operatorId?: Uuid | undefined
  /** In the operator's name, its username or the reason. */
  keyword?: string | undefined
  /** When it was entered. */
  stretch?: Stretch | null | undefined
}

export type AdjustmentRow = {
  id: Uuid
  operatorId: Uuid
  operatorName: string
  direction: 'in' | 'out'
  amount: Money
  reason: string
  status: AdjustmentState
  createdAt: Instant
  creatorName: string
  deciderName: string | null
  decidedAt: Instant | null
}

/** One page of adjustments, newest first. */
export async function listAdjustments(filter: AdjustmentFilter, keyset: Keyset): Promise<Slice<AdjustmentRow>> {
  const sql = rawSql()
  const step = keyset.after ? sql`AND a.id < ${keyset.after}::uuid` : keyset.before ? sql`AND a.id > ${keyset.before}::uuid` : sql``
  const order = isBackwards(keyset) ? sql`ORDER BY a.id` : sql`ORDER BY a.id DESC`
  const rows = await sql<
    AdjustmentRow[]
  >`SELECT ${columns()} ${from()} WHERE ${matching(filter)} ${step} ${order} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ id }) => id)
}

/** Read at a time by an export. */
const CHUNK = 2_000

/** All of them, newest first, in chunks that are each a query of their own. */
export async function* adjustmentChunks(filter: AdjustmentFilter): AsyncGenerator<AdjustmentRow[]> {
  const sql = rawSql()
  for (let last: Uuid | undefined; ; ) {
    const rows: AdjustmentRow[] = await sql<AdjustmentRow[]>`
      SELECT ${columns()} ${from()} WHERE ${matching(filter)} ${last ? sql`AND a.id < ${last}::uuid` : sql``} ORDER BY a.id DESC LIMIT ${CHUNK}`
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    last = rows.at(-1)!.id
  }
}

export type AdjustmentSums = { rows: number; in: Money; out: Money; waiting: number }

/** Over a whole filter: how many there are, what of them is booked, and, whatever the filter, how many wait for a second person. */
export async function sumAdjustments(filter: AdjustmentFilter): Promise<AdjustmentSums> {
  const [row] = await rawSql()<AdjustmentSums[]>`
    SELECT count(*)::int AS rows,
           coalesce(sum(a.amount_fen) FILTER (WHERE a.status = 'booked' AND a.direction = 'in'), 0)::bigint AS in,
           coalesce(sum(a.amount_fen) FILTER (WHERE a.status = 'booked' AND a.direction = 'out'), 0)::bigint AS out,
           (SELECT count(*)::int FROM balance_adjustments WHERE status = 'waiting') AS waiting
    ${from()} WHERE ${matching(filter)}`
  return row!
}

function matching({ status, direction, operatorId, keyword, stretch }: AdjustmentFilter) {
  const sql = rawSql()
  const pattern = likePattern(keyword ?? '')
  return sql`true ${status ? sql`AND a.status = ${status}` : sql``} ${direction ? sql`AND a.direction = ${direction}` : sql``}
    ${operatorId ? sql`AND a.operator_id = ${operatorId}` : sql``}
    ${keyword ? sql`AND (o.name ILIKE ${pattern} OR o.username ILIKE ${pattern} OR a.reason ILIKE ${pattern})` : sql``}
    ${stretch ? sql`AND a.created_at >= ${stretch.from} AND a.created_at < ${stretch.to}` : sql``}`
}

const columns = () => rawSql()`
  a.id, a.operator_id AS "operatorId", o.name AS "operatorName", a.direction, a.amount_fen AS amount, a.reason, a.status,
  a.created_at AS "createdAt", creator.name AS "creatorName", decider.name AS "deciderName", a.decided_at AS "decidedAt"`

const from = () => rawSql()`
  FROM balance_adjustments a
  JOIN operator_accounts o ON o.id = a.operator_id
  JOIN admin_accounts creator ON creator.id = a.created_by
  LEFT JOIN admin_accounts decider ON decider.id = a.decided_by`

export type OneAdjustment = AdjustmentRow & {
  username: string
  /** The operator's balance as it is now. */
  balance: Money
  needsSecond: boolean
  createdBy: Uuid
  submittedAt: Instant | null
  rejectReason: string | null
  correctsId: Uuid | null
  proofPath: string | null
  proofType: string | null
  proofBytes: number | null
  /** 64 hex characters. */
  proofSha256: string | null
  transactionId: Uuid | null
  seq: bigint | null
  balanceBefore: Money | null
  balanceAfter: Money | null
}

/** One adjustment with all that is known about it. Throws RESOURCE_NOT_FOUND. */
export async function requireAdjustment(id: Uuid): Promise<OneAdjustment> {
  const [found] = await rawSql()<OneAdjustment[]>`
    SELECT ${columns()}, o.username, o.balance_fen AS balance, a.needs_second AS "needsSecond", a.created_by AS "createdBy",
           a.submitted_at AS "submittedAt", a.reject_reason AS "rejectReason", a.corrects_id AS "correctsId", a.proof_path AS "proofPath",
           a.proof_type AS "proofType", a.proof_bytes AS "proofBytes", encode(a.proof_sha256, 'hex') AS "proofSha256",
           t.id AS "transactionId", t.seq, t.balance_before_fen AS "balanceBefore", t.balance_after_fen AS "balanceAfter"
    ${from()} LEFT JOIN transaction_records t ON t.operator_id = a.operator_id AND t.seq = a.ledger_seq
    WHERE a.id = ${id}`
  if (!found) throw adjustmentNotFound(id)
  return found
}

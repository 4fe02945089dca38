import { type Money, ZERO } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { type Period, stretchOf } from './period'
import type { Reading } from './snapshot'

const MOST_NAMED = 50

type Counted = { count: number; requested: Money; actual: Money }
export type RefundState = 'pending' | 'approved' | 'rejected' | 'cancelled'
export type PaidOut = { channel: string; status: string; count: number; amount: Money }
type ApprovedRefund = {
  at: Instant
  name: string
  requested: Money
  actual: Money
  /** Who approved; two above the limit. */
  reviewers: string
}

export type Refunds = {
  /** Of what was asked for within the period, by what became of it. */
  asked: Record<RefundState, Counted>
  /** Of what was decided within the period: how long it took, in hours; null where nothing was. */
  hours: number | null
  /** Approved within the period, newest first. */
  approved: { named: ApprovedRefund[]; count: number; actual: Money }
  /** The journal's own sum of the period: what was approved less what came back. */
  booked: Money
  returned: Money
  payouts: PaidOut[]
}

const NONE: Counted = { count: 0, requested: ZERO, actual: ZERO }

/** Refunds of a period: what was asked for, decided, and paid out. */
export async function refundsOf(sql: Reading, period: Period): Promise<Refunds> {
  const { from, to } = stretchOf(period)
  const states = await sql<(Counted & { status: RefundState })[]>`
    SELECT status, count(*)::int AS count, sum(requested_fen)::bigint AS requested, coalesce(sum(actual_fen), 0)::bigint AS actual
    FROM refund_records WHERE created_at >= ${iso(from)} AND created_at < ${iso(to)} GROUP BY status`
  const [took] = await sql<{ hours: number | null }[]>`
    SELECT round((avg(extract(epoch FROM reviewed_at - created_at)) / 3600)::numeric, 1)::float8 AS hours FROM refund_records
    WHERE status IN ('approved', 'rejected') AND reviewed_at >= ${iso(from)} AND reviewed_at < ${iso(to)}`
  const approved = await sql<(ApprovedRefund & { count: number; sum: Money })[]>`
    SELECT r.reviewed_at AS at, o.name, r.requested_fen AS requested, r.actual_fen AS actual,
           concat_ws(' / ', f.name, CASE WHEN s.id <> f.id THEN s.name END) AS reviewers,
           (count(*) OVER ())::int AS count, (sum(r.actual_fen) OVER ())::bigint AS sum
    FROM refund_records r JOIN operator_accounts o ON o.id = r.operator_id
    LEFT JOIN admin_accounts f ON f.id = r.first_reviewer LEFT JOIN admin_accounts s ON s.id = r.second_reviewer
    WHERE r.status = 'approved' AND r.reviewed_at >= ${iso(from)} AND r.reviewed_at < ${iso(to)}
    ORDER BY r.reviewed_at DESC, r.id DESC LIMIT ${MOST_NAMED}`
  const [journal] = await sql<{ booked: Money; returned: Money }[]>`
    SELECT coalesce(sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END), 0)::bigint AS booked,
           coalesce(sum(amount_fen) FILTER (WHERE credit_account = 'operator'), 0)::bigint AS returned
    FROM transaction_records WHERE type <> 'consumption' AND type = 'refund' AND created_at >= ${iso(from)} AND created_at < ${iso(to)}`
  const payouts = await sql<PaidOut[]>`
    SELECT p.channel, p.status, count(*)::int AS count, sum(p.amount_fen)::bigint AS amount
    FROM refund_payouts p JOIN refund_records r ON r.id = p.refund_id
    WHERE p.status <> 'replaced' AND r.reviewed_at >= ${iso(from)} AND r.reviewed_at < ${iso(to)}
    GROUP BY p.channel, p.status ORDER BY p.channel, p.status`
  const byState = Object.fromEntries(states.map(({ status, ...counted }) => [status, counted])) as Partial<Refunds['asked']>
  return {
    asked: { pending: NONE, approved: NONE, rejected: NONE, cancelled: NONE, ...byState },
    hours: took!.hours,
    approved: {
      named: approved.map(({ at, name, requested, actual, reviewers }) => ({ at, name, requested, actual, reviewers })),
      count: approved[0]?.count ?? 0,
      actual: approved[0]?.sum ?? ZERO,
    },
    ...journal!,
    payouts: [...payouts],
  }
}

import { type Money, minus, plus, ZERO } from '#src/core/money'
import { type BusinessDay, type Instant, iso } from '#src/core/time'
import { daysIn, type Period, stretchOf } from './period'
import type { Reading } from './snapshot'

/** What moved: games from their sums, everything else, which is rare, from the journal. */
export type Flows = {
  recharge: Money
  refund: Money
  consumption: Money
  adjustedIn: Money
  adjustedOut: Money
  fees: Money
}
export type IncomeDay = Flows & { day: BusinessDay /** All balances together at the end of the day. */; closing: Money }
type Source = { account: string; rows: number; amount: Money }

export type Income = {
  sums: Flows
  before: Flows
  days: IncomeDay[]
  sources: Source[]
  /** What was owed to operators when the period began and when it ended. */
  opening: Money
  closing: Money
  /** Approved refunds that had not left yet when it ended. */
  payable: Money
  proof: { at: Instant; isGood: boolean } | null
}

const NO_FLOWS: Flows = { recharge: ZERO, refund: ZERO, consumption: ZERO, adjustedIn: ZERO, adjustedOut: ZERO, fees: ZERO }
const FLOWS = Object.keys(NO_FLOWS) as (keyof Flows)[]

export const addFlows = (a: Flows, b: Flows): Flows =>
  Object.fromEntries(FLOWS.map((name) => [name, plus(a[name], b[name])])) as unknown as Flows

/** By how much the balances of all operators grew. */
export const grownBy = ({ recharge, refund, consumption, adjustedIn, adjustedOut }: Flows): Money =>
  minus(plus(recharge, adjustedIn), plus(plus(refund, consumption), adjustedOut))

/** Money in and out over a period and the one before it, day by day, with what was owed at both ends. */
export async function incomeOf(sql: Reading, period: Period, before: Period): Promise<Income> {
  const byDay = await flowsByDay(sql, period)
  const earlier = [...(await flowsByDay(sql, before)).values()].reduce(addFlows, NO_FLOWS)
  const closing = minus(await owedNow(sql), await grownSince(sql, period))
  const sums = [...byDay.values()].reduce(addFlows, NO_FLOWS)
  const opening = minus(closing, grownBy(sums))
  let owed = opening
  const days = daysIn(period).map((day): IncomeDay => {
    const flows = byDay.get(day) ?? NO_FLOWS
    owed = plus(owed, grownBy(flows))
    return { day, ...flows, closing: owed }
  })
  return {
    sums,
    before: earlier,
    days,
    sources: await sourcesOf(sql, period),
    opening,
    closing,
    payable: await payableAt(sql, period),
    proof: await lastProof(sql),
  }
}

async function flowsByDay(sql: Reading, period: Period): Promise<Map<BusinessDay, Flows>> {
  const { from, to } = stretchOf(period)
  const rows = await sql<(Flows & { day: BusinessDay })[]>`
    SELECT coalesce(p.day, m.day) AS day, coalesce(p.consumption, 0)::bigint AS consumption, coalesce(m.recharge, 0)::bigint AS recharge,
           coalesce(m.refund, 0)::bigint AS refund, coalesce(m.adjusted_in, 0)::bigint AS "adjustedIn",
           coalesce(m.adjusted_out, 0)::bigint AS "adjustedOut", coalesce(m.fees, 0)::bigint AS fees
    FROM (SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(total_fen) AS consumption FROM usage_days
          WHERE day BETWEEN ${period.first}::date AND ${period.last}::date GROUP BY usage_days.day) p
    FULL JOIN (
      SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day,
             sum(amount_fen) FILTER (WHERE type = 'recharge') AS recharge,
             sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END) FILTER (WHERE type = 'refund') AS refund,
             sum(amount_fen) FILTER (WHERE type = 'adjustment' AND credit_account = 'operator') AS adjusted_in,
             sum(amount_fen) FILTER (WHERE type = 'adjustment' AND debit_account = 'operator') AS adjusted_out,
             sum(amount_fen) FILTER (WHERE type = 'fee') AS fees
      FROM transaction_records WHERE type <> 'consumption' AND created_at >= ${iso(from)} AND created_at < ${iso(to)} GROUP BY 1) m
    ON m.day = p.day`
  return new Map(rows.map(({ day, ...flows }) => [day, flows]))
}

async function owedNow(sql: Reading): Promise<Money> {
  const [row] = await sql<{ owed: Money }[]>`SELECT coalesce(sum(balance_fen), 0)::bigint AS owed FROM operator_accounts`
  return row!.owed
}

/** What happened to the balances after the period: from the balances of now back to those of its end. */
async function grownSince(sql: Reading, period: Period): Promise<Money> {
  const [row] = await sql<{ grown: Money }[]>`
    SELECT (coalesce((SELECT sum(CASE WHEN credit_account = 'operator' THEN amount_fen WHEN debit_account = 'operator' THEN -amount_fen ELSE 0 END)
                      FROM transaction_records WHERE type <> 'consumption' AND created_at >= ${iso(stretchOf(period).to)}), 0)
          - coalesce((SELECT sum(total_fen) FROM usage_days WHERE day > ${period.last}::date), 0))::bigint AS grown`
  return row!.grown
}

/** Where recharges came from, most first. */
async function sourcesOf(sql: Reading, period: Period): Promise<Source[]> {
  const { from, to } = stretchOf(period)
  return sql<Source[]>`
    SELECT debit_account AS account, count(*)::int AS rows, sum(amount_fen)::bigint AS amount
    FROM transaction_records WHERE type <> 'consumption' AND type = 'recharge' AND created_at >= ${iso(from)} AND created_at < ${iso(to)}
    GROUP BY 1 ORDER BY amount DESC, account`
}

async function payableAt(sql: Reading, period: Period): Promise<Money> {
  const [row] = await sql<{ payable: Money }[]>`
    SELECT coalesce(sum(CASE WHEN credit_account = 'refund_payable' THEN amount_fen ELSE -amount_fen END), 0)::bigint AS payable
    FROM transaction_records
    WHERE type <> 'consumption' AND 'refund_payable' IN (debit_account, credit_account) AND created_at < ${iso(stretchOf(period).to)}`
  return row!.payable
}

/** When the whole ledger was last proved, and whether that was well. */
async function lastProof(sql: Reading): Promise<Income['proof']> {
  const [row] = await sql<{ at: Instant; isGood: boolean }[]>`
    SELECT finished_at AS at, drift_fen = 0 AND jsonb_array_length(findings) = 0 AS "isGood" FROM ledger_proofs
    WHERE scope = 'full' ORDER BY finished_at DESC LIMIT 1`
  return row ?? null
}

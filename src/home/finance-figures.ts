import type { Uuid } from '#src/core/ids'
import { type Money, minus, plus, ZERO } from '#src/core/money'
import {
  addDays,
  type BusinessDay,
  businessDay,
  comparedStretches,
  daysBetween,
  type Instant,
  startOfDay,
  startOfMonth,
} from '#src/core/time'
import { COMPANY_TYPES } from '#src/ledger/chart'
import { rawSql } from '#src/platform/database'
import { monthDays } from '#src/reconciliation/queries'
import { consumedWithin, type Within } from './consumed'

/** What came in, was played for and went back: the words of finance's first page and of its API. */
export type Flows = { recharge: Money; consumption: Money; refund: Money }
export type FlowsDay = Flows & { day: BusinessDay }

export const netIncome = ({ recharge, refund }: Pick<Flows, 'recharge' | 'refund'>): Money => minus(recharge, refund)

const add = (a: Flows, b: Flows): Flows => ({
  recharge: plus(a.recharge, b.recharge),
  consumption: plus(a.consumption, b.consumption),
  refund: plus(a.refund, b.refund),
})
const NOTHING: Flows = { recharge: ZERO, consumption: ZERO, refund: ZERO }
export const sumOfDays = (days: readonly Flows[]): Flows => days.reduce(add, NOTHING)

/** What of rows `t` of the journal was recharged and what was refunded, less what came back to balances. */
const paidSums = () => rawSql()`
  coalesce(sum(amount_fen) FILTER (WHERE type = 'recharge'), 0)::bigint AS recharge,
  coalesce(sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END) FILTER (WHERE type = 'refund'), 0)::bigint AS refund`

/** Each day of a month, empty ones included: games from their sums, the rest from its own index of the journal. */
export async function flowsOfMonth(month: string): Promise<FlowsDay[]> {
  const { first, last } = monthDays(month)
  const rows = await rawSql()<FlowsDay[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, 0::bigint AS recharge, sum(total_fen)::bigint AS consumption, 0::bigint AS refund
    FROM usage_days WHERE day BETWEEN ${first}::date AND ${last}::date GROUP BY usage_days.day
    UNION ALL
    SELECT paid.day, paid.recharge, 0::bigint, paid.refund FROM (
      SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day, ${paidSums()} FROM transaction_records
      WHERE type <> 'consumption' AND created_at >= ${startOfDay(first)} AND created_at < ${addDays(startOfDay(last), 1)} GROUP BY 1) paid`
  return daysBetween(startOfDay(first), startOfDay(last)).map((day) => ({ day, ...sumOfDays(rows.filter((row) => row.day === day)) }))
}

const STRETCHES = ['today', 'yesterday', 'month', 'monthBefore'] as const
export type ComparedFlows = Record<(typeof STRETCHES)[number], Flows>

/** Today and this month, each with the same stretch before it, in two statements. What is still under way is whole, up to its last game. */
export async function comparedFlows(now: Instant): Promise<ComparedFlows> {
  const [consumed, paid] = await Promise.all([consumedCompared(now), paidCompared(now)])
  const flows = (name: (typeof STRETCHES)[number]): Flows => ({ ...paid[name]!, consumption: consumed[name]! })
  return { today: flows('today'), yesterday: flows('yesterday'), month: flows('month'), monthBefore: flows('monthBefore') }
}

async function consumedCompared(now: Instant): Promise<Record<string, Money>> {
  const { today, yesterday, month, monthBefore } = comparedStretches(now)
  const tomorrow = addDays(startOfDay(businessDay(now)), 1)
  const sum = (within: Within) => rawSql()`(SELECT coalesce(sum(amount), 0)::bigint FROM (${consumedWithin(within)}) c)`
  const [row] = await rawSql()<Record<string, Money>[]>`
    SELECT ${sum({ from: today.from, to: tomorrow })} AS today, ${sum(yesterday)} AS yesterday,
           ${sum({ from: month.from, to: tomorrow })} AS month, ${sum(monthBefore)} AS "monthBefore"`
  return row!
}

async function paidCompared(now: Instant): Promise<Record<string, Pick<Flows, 'recharge' | 'refund'>>> {
  const stretches = comparedStretches(now)
  const part = (pick: 'from' | 'to') => STRETCHES.map((name) => stretches[name][pick].toISOString())
  const rows = await rawSql()<{ name: string; recharge: Money; refund: Money }[]>`
    SELECT part.name, paid.recharge, paid.refund
    FROM unnest(${[...STRETCHES]}::text[], ${part('from')}::timestamptz[], ${part('to')}::timestamptz[]) AS part (name, since, until)
    CROSS JOIN LATERAL (SELECT ${paidSums()} FROM transaction_records
      WHERE type <> 'consumption' AND created_at >= part.since AND created_at <= part.until) paid`
  return Object.fromEntries(rows.map(({ name, ...paid }) => [name, paid]))
}

/** What happened since midnight, and how many operators there are. */
export async function todaysFlows(now: Instant): Promise<Flows & Standing> {
  const today = businessDay(now)
  const [[row], standing] = await Promise.all([
    rawSql()<Flows[]>`
      SELECT ${paidSums()}, (SELECT coalesce(sum(total_fen), 0)::bigint FROM usage_days WHERE day = ${today}::date) AS consumption
      FROM transaction_records WHERE type <> 'consumption' AND created_at >= ${startOfDay(today)}`,
    standingOf(now),
  ])
  return { ...row!, ...standing }
}

export type Standing = {
  operators: number
  newToday: number
  /** Operators whose balance moved today. */
  activeToday: number
  /** What the platform owes: all balances together, and how many are not empty. */
  liability: Money
  accounts: number
}

/** Who the customers are now and what they hold. */
export async function standingOf(now: Instant): Promise<Standing> {
  const day = businessDay(now)
  const today = startOfDay(day)
  const [row] = await rawSql()<Standing[]>`
    SELECT (count(*) FILTER (WHERE deactivated_at IS NULL))::int AS operators,
           (count(*) FILTER (WHERE deactivated_at IS NULL AND created_at >= ${today}))::int AS "newToday",
           coalesce(sum(balance_fen), 0)::bigint AS liability, (count(*) FILTER (WHERE balance_fen > 0))::int AS accounts,
           (SELECT count(*)::int FROM (
              SELECT operator_id FROM usage_days WHERE day = ${day}::date
              UNION SELECT operator_id FROM transaction_records
              WHERE type <> 'consumption' AND type <> ALL (${[...COMPANY_TYPES]}::text[]) AND created_at >= ${today}) active) AS "activeToday"
    FROM operator_accounts`
  return row!
}

type RankedCustomer = {
  id: Uuid
  name: string
  category: 'trial' | 'normal' | 'vip'
  amount: Money
  sessions: number
}
export type Ranking = { customers: RankedCustomer[]; total: Money }

/**
 * The operators that consumed most, ties by id, and what all consumed; without a time the running totals of the accounts know it. `to` is
 * excluded.
 */
export async function rankCustomers({ from, to }: Within, limit: number): Promise<Ranking> {
  const rows = await (from || to ? rankWithin({ from, to }, limit) : rankEver(limit))
  return { customers: rows.map(({ total: _, ...customer }) => customer), total: rows[0]?.total ?? ZERO }
}

type Ranked = RankedCustomer & { total: Money }

const rankEver = (limit: number): Promise<Ranked[]> => rawSql()<Ranked[]>`
  SELECT o.id, o.name, o.category, o.amount, o.total, (SELECT coalesce(sum(sessions), 0)::int FROM usage_days WHERE operator_id = o.id) AS sessions
  FROM (SELECT id, name, category, total_consumed_fen AS amount, (sum(total_consumed_fen) OVER ())::bigint AS total
        FROM operator_accounts WHERE total_consumed_fen > 0 ORDER BY total_consumed_fen DESC, id LIMIT ${limit}) o
  ORDER BY o.amount DESC, o.id`

const rankWithin = (within: Within, limit: number): Promise<Ranked[]> => rawSql()<Ranked[]>`
  SELECT o.id, o.name, o.category, p.amount::bigint AS amount, p.sessions::int AS sessions, p.total::bigint AS total
  FROM (
    SELECT operator_id, sum(amount) AS amount, sum(sessions) AS sessions, sum(sum(amount)) OVER () AS total
    FROM (${consumedWithin(within)}) c GROUP BY operator_id ORDER BY 2 DESC, 1 LIMIT ${limit}) p
  JOIN operator_accounts o ON o.id = p.operator_id ORDER BY p.amount DESC, o.id`

/** Who consumed most this month. */
export const topOfMonth = (now: Instant, limit: number): Promise<Ranking> =>
  rankCustomers({ from: startOfMonth(now), to: addDays(startOfDay(businessDay(now)), 1) }, limit)

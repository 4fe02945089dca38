import type { Uuid } from '#src/core/ids'
import { type Money, minus, plus, ZERO } from '#src/core/money'
import { type BusinessDay, businessDay, type Stretch } from '#src/core/time'
import { type DayMoved, ledgerDays } from './days'
import type { MovementKind, TransactionFilter } from './transactions'

export type InAndOut = { rows: number; in: Money; out: Money }
/** A day on which money moved; `opening + in − out = closing`, and each opening is the closing before it. */
type StatementDay = InAndOut & { day: BusinessDay; opening: Money; closing: Money }
type KindSum = InAndOut & { kind: MovementKind }

export type Statement = InAndOut & {
  first: BusinessDay
  last: BusinessDay
  opening: Money
  closing: Money
  /** Oldest first; days without a movement are left out. */
  days: StatementDay[]
  kinds: KindSum[]
}

/** An operator's account over whole business days, both ends included. */
export async function statementOf(operatorId: Uuid, first: BusinessDay, last: BusinessDay, { to }: Stretch): Promise<Statement> {
  const moved = await ledgerDays(operatorId, { to })
  const opening = net(moved.filter(({ day }) => day < first))
  const within = moved.filter(({ day }) => day >= first)
  const days: StatementDay[] = []
  let balance = opening
  for (const [day, rows] of byDay(within)) {
    const sums = inAndOut(rows)
    const closing = minus(plus(balance, sums.in), sums.out)
    days.push({ day, opening: balance, ...sums, closing })
    balance = closing
  }
  return { first, last, opening, closing: balance, ...inAndOut(within), days, kinds: byKind(within) }
}

/** How many rows came in and went out over a whole filter, and what they come to. Days are whole: pages filter by days. */
export async function sumsOf(operatorId: Uuid, { kind, from, to }: TransactionFilter): Promise<InAndOut> {
  const moved = await ledgerDays(operatorId, { to })
  const first = from ? businessDay(from) : ''
  return inAndOut(moved.filter((row) => row.day >= first && (kind === undefined || row.kind === kind)))
}

/** The day an operator's money first moved; null before that. */
export async function firstDayOf(operatorId: Uuid): Promise<BusinessDay | null> {
  const [first] = (await ledgerDays(operatorId)).map(({ day }) => day).toSorted()
  return first ?? null
}

function inAndOut(moved: readonly DayMoved[]): InAndOut {
  const sums: InAndOut = { rows: 0, in: ZERO, out: ZERO }
  for (const { direction, rows, amount } of moved) {
    sums.rows += rows
    sums[direction] = plus(sums[direction], amount)
  }
  return sums
}

function net(moved: readonly DayMoved[]): Money {
  const sums = inAndOut(moved)
  return minus(sums.in, sums.out)
}

function byDay(moved: readonly DayMoved[]): [BusinessDay, DayMoved[]][] {
  const days = Map.groupBy(moved, ({ day }) => day)
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1))
}

const ORDER: readonly MovementKind[] = ['recharge', 'consumption', 'refund', 'adjustment']

const byKind = (moved: readonly DayMoved[]): KindSum[] =>
  ORDER.map((kind) => ({ kind, ...inAndOut(moved.filter((row) => row.kind === kind)) })).filter(({ rows }) => rows > 0)

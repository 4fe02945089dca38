import type { DayMoved } from '#src/balances/days'
import { type Money, minus, plus, ZERO } from '#src/core/money'
import { addDays, businessDay, type Instant, startOfMonth } from '#src/core/time'

export type CustomerMonth = { month: string; recharge: Money; consumption: Money; refund: Money; adjustment: Money; closing: Money }

/**
 * The last `count` months of an operator's money, newest first, from its first movement on; what came in and went out adds up to the
 * balance at each month's end.
 */
export function customerMonths(days: readonly DayMoved[], now: Instant, count: number): CustomerMonth[] {
  const opened = days.map(({ day }) => day.slice(0, 7)).toSorted()[0] ?? ''
  const all = lastMonths(now, count)
  const months = all.filter((month, at) => at === 0 || month >= opened)
  const first = months.at(-1)!
  let balance = days.filter(({ day }) => day.slice(0, 7) < first).reduce((sum, row) => plus(sum, signed(row)), ZERO)
  const byMonth = Map.groupBy(days, ({ day }) => day.slice(0, 7))
  const filled = months.toReversed().map((month) => {
    const rows = byMonth.get(month) ?? []
    balance = rows.reduce((sum, row) => plus(sum, signed(row)), balance)
    const of = (kind: DayMoved['kind']) => rows.filter((row) => row.kind === kind).reduce((sum, row) => plus(sum, signed(row)), ZERO)
    const [recharge, adjustment] = [of('recharge'), of('adjustment')]
    return { month, recharge, consumption: minus(ZERO, of('consumption')), refund: minus(ZERO, of('refund')), adjustment, closing: balance }
  })
  return filled.toReversed()
}

const signed = ({ direction, amount }: DayMoved): Money => (direction === 'in' ? amount : minus(ZERO, amount))

/** `YYYY-MM`, this month first. */
function lastMonths(now: Instant, count: number): string[] {
  const months: string[] = []
  for (let at = startOfMonth(now); months.length < count; at = startOfMonth(addDays(at, -1))) months.push(businessDay(at).slice(0, 7))
  return months
}

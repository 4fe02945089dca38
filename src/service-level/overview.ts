import { addDays, addMs, type BusinessDay, businessDay, type Instant, type Stretch, startOfDay } from '#src/core/time'
import { setting } from '#src/settings/settings'
import { type Burn, budgetLeft, burnStretches, judge, successTarget } from './burn'
import { percentile } from './latency'
import { outcomesIn } from './levels'
import { addLevels, type Fate, fateOf, type Level, levelOf, type OutcomeCount, successOf } from './outcomes'
import { refusalsIn } from './refusals'

/** What the budget is counted over: four weeks have as many weekends each. */
const BUDGET_DAYS = 28
/** Refusals that are shown one by one. */
const MOST_REFUSALS = 50

/** A level as the pages show it; null where there were no calls. */
type LevelView = {
  accepted: number
  refused: number
  faults: number
  uncounted: number
  calls: number
  success: number | null
  p50: number | null
  p95: number | null
  p99: number | null
}

const shown = ({ latency, ...level }: Level): LevelView => ({
  ...level,
  success: successOf({ ...level, latency }),
  p50: percentile(latency, 0.5),
  p95: percentile(latency, 0.95),
  p99: percentile(latency, 0.99),
})

const targets = () => ({ success: successTarget(), p95Ms: setting('authorize_p95_target_ms') })

/** The last four weeks: their level, what is left of their budget, how fast it burns, and their days, newest first. */
export async function overview(now: Instant) {
  const today = startOfDay(businessDay(now))
  const days = Array.from({ length: BUDGET_DAYS }, (_, at) => dayStretch(addDays(today, -at)))
  const all = (await outcomesIn([...burnStretches(now), ...days])).map(levelOf)
  const burns = judge(all)
  const dayLevels = all.slice(-BUDGET_DAYS)
  const whole = addLevels(dayLevels)
  return {
    targets: targets(),
    level: shown(whole),
    budgetLeft: budgetLeft(whole),
    burns: burns.map(({ level, ...burn }: Burn) => ({ ...burn, ...shown(level) })),
    days: days.map(({ from }, at) => ({ day: businessDay(from), ...shown(dayLevels[at]!) })),
  }
}

const dayStretch = (from: Instant): Stretch => ({ from, to: addDays(from, 1) })

/** One day by the hour, or one hour of it: its level, its outcomes, most frequent first, and the newest refusals, perhaps of one code. */
export async function oneDay(day: BusinessDay, hour: number | undefined, code: string | undefined) {
  const start = startOfDay(day)
  const hours = Array.from({ length: 24 }, (_, at) => hourStretch(start, at))
  const found = await outcomesIn([hour === undefined ? dayStretch(start) : hours[hour]!, ...hours])
  const [asked, ...each] = found
  const stretch = hour === undefined ? dayStretch(start) : hours[hour]!
  return {
    day,
    hour: hour ?? null,
    code: code ?? null,
    targets: targets(),
    level: shown(levelOf(asked!)),
    hours: each.map((outcomes, at) => ({ hour: at, ...shown(levelOf(outcomes)) })).filter(({ calls, uncounted }) => calls + uncounted > 0),
    outcomes: asked!.map(outcomeView).sort((a, b) => b.calls - a.calls),
    refusals: await refusalsIn(stretch, code, MOST_REFUSALS),
  }
}

const hourStretch = (start: Instant, hour: number): Stretch => ({
  from: addMs(start, hour * 3_600_000),
  to: addMs(start, (hour + 1) * 3_600_000),
})

const outcomeView = ({ outcome, calls, latency }: OutcomeCount): { outcome: string; fate: Fate; calls: number; p95: number | null } => ({
  outcome,
  fate: fateOf(outcome),
  calls,
  p95: percentile(latency, 0.95),
})

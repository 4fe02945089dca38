import { addMs, type Instant, type Stretch } from '#src/core/time'
import { setting } from '#src/settings/settings'
import { slowerThan } from './latency'
import { type Level, successOf } from './outcomes'

/** Answers later than the target are all right for one call in twenty: the target is a 95th percentile. */
const SLOW_ALLOWED = 0.05
/** Fewer bad calls than this wake nobody: of ten calls in a night, one is 10 % and no trouble yet. */
const FEWEST_FAULTS = 5
const FEWEST_SLOW = 20

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * A burn rate of 1 uses up the budget exactly. The long stretch says that it matters, the short one that it still goes on: an alert goes
 * out minutes after the trouble does. The limits for errors are those of the SRE workbook (2 %, 5 % and 10 % of 28 days); slowness can burn
 * twenty-fold at most, hence its own.
 */
export const BURN_RULES = [
  { name: '1h', longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, errors: 14.4, slow: 8 },
  { name: '6h', longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, errors: 6, slow: 4 },
  { name: '3d', longMs: 72 * HOUR_MS, shortMs: 6 * HOUR_MS, errors: 1, slow: 1 },
] as const

/** The stretches that `judge` wants the levels of: long and short of each rule in turn. */
export const burnStretches = (now: Instant): Stretch[] =>
  BURN_RULES.flatMap(({ longMs, shortMs }) => [longMs, shortMs].map((ms) => ({ from: addMs(now, -ms), to: now })))

export type Burn = {
  name: (typeof BURN_RULES)[number]['name']
  level: Level
  /** Burn rates of the long stretch. */
  errors: number
  slow: number
  /** From this rate on it is an alert. */
  limits: { errors: number; slow: number }
  isBurning: boolean
  isSlow: boolean
}

/** Judges the levels of `burnStretches`, in their order. */
export function judge(levels: readonly Level[]): Burn[] {
  return BURN_RULES.map(({ name, errors, slow }, at) => {
    const [long, short] = [levels[at * 2]!, levels[at * 2 + 1]!]
    return {
      ...{ name, level: long, limits: { errors, slow } },
      errors: errorBurn(long),
      slow: slowBurn(long),
      isBurning: long.faults >= FEWEST_FAULTS && errorBurn(long) >= errors && errorBurn(short) >= errors,
      isSlow: slowCalls(long) >= FEWEST_SLOW && slowBurn(long) >= slow && slowBurn(short) >= slow,
    }
  })
}

/** What part of the decisions we owe, 0–1. */
export const successTarget = (): number => setting('authorize_success_target_ppm') / 1_000_000

const errorBurn = (level: Level): number => (1 - (successOf(level) ?? 1)) / (1 - successTarget())

/** Calls that were decided later than the target allows. */
const slowCalls = ({ latency }: Level): number => slowerThan(latency, setting('authorize_p95_target_ms'))

function slowBurn(level: Level): number {
  const decided = level.accepted + level.refused
  return decided === 0 ? 0 : slowCalls(level) / decided / SLOW_ALLOWED
}

/** What is left of the faults that a stretch of this level allows, as a share: 1 untouched, 0 used up, below it overdrawn. */
export function budgetLeft(level: Level): number {
  const allowed = level.calls * (1 - successTarget())
  return allowed === 0 ? 1 : 1 - level.faults / allowed
}

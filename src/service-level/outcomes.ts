import { problems } from '#src/core/errors'
import { addLatency, type Latency } from './latency'

/** What became of a game start: `accepted`, `replayed`, or the code that it was refused with. */
export type OutcomeCount = { outcome: string; calls: number; latency: Latency }

/**
 * Refused before anybody knew who was calling, or by a limit: whoever sends such calls decides how many there are, and a flood of them
 * would make every rate look good. They are shown and not counted.
 */
const BEFORE_THE_DECISION = new Set<string>([
  'RATE_LIMIT_EXCEEDED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INVALID_PARAMS',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'TIMESTAMP_EXPIRED',
])
const GOOD = new Set(['accepted', 'replayed'])

/** accepted: a game could start; refused: a rule said no; fault: we could not decide; uncounted: see above. */
export type Fate = 'accepted' | 'refused' | 'fault' | 'uncounted'

/** What an outcome means for the service level. */
export function fateOf(outcome: string): Fate {
  if (GOOD.has(outcome)) return 'accepted'
  if (BEFORE_THE_DECISION.has(outcome)) return 'uncounted'
  const { status = 500 } = (problems as Record<string, { status: number } | undefined>)[outcome] ?? {}
  return status >= 500 ? 'fault' : 'refused'
}

export type Level = {
  accepted: number
  refused: number
  faults: number
  uncounted: number
  /** All that we owed a decision: accepted, refused and faults. */
  calls: number
  /** Of calls that got their decision. */
  latency: Latency
}

/** The service level that some outcomes add up to. */
export function levelOf(outcomes: readonly OutcomeCount[]): Level {
  const sum = (fate: Fate) => outcomes.reduce((calls, one) => (fateOf(one.outcome) === fate ? calls + one.calls : calls), 0)
  const [accepted, refused, faults] = [sum('accepted'), sum('refused'), sum('fault')]
  const decided = outcomes.filter(({ outcome }) => ['accepted', 'refused'].includes(fateOf(outcome)))
  const latency = addLatency(decided.map((one) => one.latency))
  return { accepted, refused, faults, uncounted: sum('uncounted'), calls: accepted + refused + faults, latency }
}

/** The level of several stretches together. */
export const addLevels = (levels: readonly Level[]): Level => {
  const sum = (pick: (level: Level) => number) => levels.reduce((calls, level) => calls + pick(level), 0)
  return {
    accepted: sum((level) => level.accepted),
    refused: sum((level) => level.refused),
    faults: sum((level) => level.faults),
    uncounted: sum((level) => level.uncounted),
    calls: sum((level) => level.calls),
    latency: addLatency(levels.map((level) => level.latency)),
  }
}

/** The share of decisions that we made, 0–1; null without calls. */
export const successOf = ({ calls, faults }: Level): number | null => (calls === 0 ? null : (calls - faults) / calls)

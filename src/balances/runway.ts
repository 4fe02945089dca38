import { type Money, ZERO } from '#src/core/money'
import { addMs, type Instant } from '#src/core/time'

const WEEK_MS = 7 * 86_400_000
/** Beyond this a forecast says nothing. */
const LONGEST_MS = 365 * 86_400_000

/** When a balance runs out at the pace of the last seven days; null when nothing was spent or it would last more than a year. */
export function lastsUntil(balance: Money, spentInWeek: Money, now: Instant): Instant | null {
  if (spentInWeek <= ZERO) return null
  const remainingMs = (Number(balance) / Number(spentInWeek)) * WEEK_MS
  return remainingMs > LONGEST_MS ? null : addMs(now, Math.round(remainingMs))
}

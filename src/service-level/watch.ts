import type { Instant } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import { type Burn, burnStretches, judge } from './burn'
import { percentile } from './latency'
import { outcomesIn } from './levels'
import { levelOf, successOf } from './outcomes'
import { rollUpHours } from './rollup'

const SUBJECT = 'authorize'

/** The budget of game starts as it burns now: over an hour, six hours and three days. */
export async function burnNow(now: Instant): Promise<Burn[]> {
  return judge((await outcomesIn(burnStretches(now))).map(levelOf))
}

/** Puts the hours together and calls our people while the budget of game starts burns too fast; settles that when it does no longer. */
export async function watchServiceLevel({ now }: { now: Instant }): Promise<Record<string, number>> {
  const rolled = await rollUpHours({ now })
  const burns = await burnNow(now)
  const [errors, slow] = [burns.find(({ isBurning }) => isBurning), burns.find(({ isSlow }) => isSlow)]
  await transaction(async (tx) => {
    const [failing, late] = [{ kind: 'authorize_errors', subject: SUBJECT } as const, { kind: 'authorize_slow', subject: SUBJECT } as const]
    if (errors) await raiseAlert(tx, { ...failing, audience: 'operations', details: errorDetails(errors) }, now)
    else await settleAlert(tx, failing, now)
    if (slow) await raiseAlert(tx, { ...late, audience: 'operations', details: slowDetails(slow) }, now)
    else await settleAlert(tx, late, now)
  })
  return { ...rolled, errors_burning: errors ? 1 : 0, slow: slow ? 1 : 0 }
}

const errorDetails = ({ name, level, errors }: Burn) => ({
  window: name,
  calls: String(level.calls),
  faults: String(level.faults),
  success: `${((successOf(level) ?? 1) * 100).toFixed(3)}%`,
  burn: errors.toFixed(1),
})

const slowDetails = ({ name, level, slow }: Burn) => ({
  window: name,
  calls: String(level.accepted + level.refused),
  p95: `${Math.round(percentile(level.latency, 0.95) ?? 0)} ms`,
  target: `${setting('authorize_p95_target_ms')} ms`,
  burn: slow.toFixed(1),
})

import { type Instant, now } from '#src/core/time'
import type { Counts, Tick } from '#src/monitoring/tick'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import { createBackup } from './create'
import { lastGoodBackup } from './records'

/** What the clock calls the backup; a run by hand is asked for by this name. */
export const BACKUP_JOB = 'backup'

/** A day and two hours for a night that takes long. */
const OLD_SECONDS = 26 * 3_600

/** Whether the newest good backup is too old, or missing: then people are told and a release waits. */
export const isTooOld = (good: { ageSeconds: number } | undefined): boolean => !good || good.ageSeconds > OLD_SECONDS

/** The nightly backup. Where an administrator has switched it off, since the database is backed up otherwise, it does nothing. */
export async function backUpByClock({ signal, progress }: Tick): Promise<Counts> {
  if (!setting('backup_daily')) return { switched_off: 1 }
  const { rows, bytes, proof, copied, removed } = await createBackup({
    reason: 'daily',
    signal,
    told: (_phase, done, total) => progress({ done, total }),
  })
  await watchAge(now())
  return { rows, bytes, restore_ms: proof!.restoreMs, audit_ms: proof!.auditMs, copied: copied ? 1 : 0, removed }
}

/** Once an hour: an alert while the newest good backup is too old, whatever the reason. */
export async function watchBackups(tick: Pick<Tick, 'now'>): Promise<Counts> {
  return { old: (await watchAge(tick.now)) ? 1 : 0 }
}

const ABOUT = { kind: 'backup_old', subject: 'backup' } as const

async function watchAge(at: Instant): Promise<boolean> {
  const good = await lastGoodBackup(at)
  const isOld = setting('backup_daily') && isTooOld(good)
  const details = { name: good?.name ?? '', hours: good ? String(Math.floor(good.ageSeconds / 3_600)) : '' }
  await transaction(async (tx) => {
    if (isOld) await raiseAlert(tx, { ...ABOUT, audience: 'operations', details }, at)
    else await settleAlert(tx, ABOUT, at)
  })
  return isOld
}

import { addDays, type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { log } from '#src/platform/log'
import { setting } from '#src/settings/settings'
import { removeCopy } from './copies'
import { faultOf } from './faults'
import { backupNames, momentOf, removeBackup } from './place'
import { noteRemoved } from './records'

/** One that came to nothing is kept for whoever wants to know why, and no longer. */
const FAILED_DAYS = 2

/**
 * Removes backups that are older than the setting keeps, here and elsewhere, and those that were never good after two days. Never the last
 * good one, however old it is: an old backup is better than none.
 */
export async function removeOld(database: string, at: Instant): Promise<{ removed: number }> {
  const rows = await rawSql()<{ name: string; status: string; takenAt: Instant }[]>`
    SELECT name, status, taken_at AS "takenAt" FROM backups WHERE status IN ('good', 'unproved', 'failed') ORDER BY taken_at DESC`
  const states = new Map(rows.map(({ name, status }) => [name, status]))
  const lastGood = rows.find(({ status }) => status === 'good')?.name
  const keptSince = addDays(at, -setting('backup_keep_days'))
  const failedSince = addDays(at, -Math.min(FAILED_DAYS, setting('backup_keep_days')))
  const old = (await backupNames(database)).filter((name) => {
    if (name === lastGood || lastGood === undefined) return false
    return momentOf(name)! < (states.get(name) === 'failed' ? failedSince : keptSince)
  })
  for (const name of old) {
    await removeBackup(name)
    await removeCopy(name).catch((error) => log('warn', 'the copy of a backup was not removed', { name, error: faultOf(error).message }))
  }
  await noteRemoved(old, at)
  await forgetRestores(keptSince)
  return { removed: old.length }
}

/** Rehearsals are kept for a year. */
const RESTORES_DAYS = 365

async function forgetRestores(at: Instant): Promise<void> {
  await rawSql()`DELETE FROM backup_restores WHERE finished_at < ${iso(addDays(at, -RESTORES_DAYS))}::timestamptz`
}

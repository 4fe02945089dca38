import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { instant } from '#src/core/time'
import { requestOwnRun } from '#src/monitoring/scheduled-jobs'
import { done, type FormCall, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, type StaffCaller } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { BackupsPage, RunBackupPage } from '#views/admin/backups'
import { isCopying } from './copies'
import { backupSums, listBackups, listRestores } from './queries'
import { lastGoodBackup } from './records'
import { BACKUP_JOB, isTooOld } from './watch'

type StaffCall = FormCall & { caller: StaffCaller }

const BACKUPS = 30
const RESTORES = 20

const Query = v.object({ older: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{13}$/))), undefined) })
const RUN = { audience: 'admin', permission: 'job:run' } as const

/** Backups and their proofs: every administrator may look, whoever may run jobs may ask for one at once. */
export const backupsAdminPages = [
  page('GET /admin/backups', { audience: 'admin' }, async (call) => {
    const { older } = pageQuery(call.request, Query)
    const { now } = call.info
    const [found, restores, sums, good] = await Promise.all([
      listBackups(now, BACKUPS, older === undefined ? undefined : { takenAt: instant(Number(older)) }),
      listRestores(RESTORES),
      backupSums(),
      lastGoodBackup(now),
    ])
    const backups = found.slice(0, BACKUPS)
    const last = backups.at(-1)
    const props = {
      ...{ now, backups, restores },
      older: found.length > BACKUPS && last ? String(last.takenAt.getTime()) : null,
      lastGood: good ? { takenAt: good.takenAt, isOld: isTooOld(good) } : null,
      lastRestore: sums.restoredAt && { at: sums.restoredAt, milliseconds: sums.restoreMs! },
      kept: { count: sums.count, bytes: sums.bytes },
      keepDays: setting('backup_keep_days'),
      isOn: setting('backup_daily'),
      isCopying: isCopying(),
      mayRun: call.caller.permissions.has('job:run') && setting('backup_daily'),
    }
    return showPage(call, h(BackupsPage, props))
  }),

  page('GET /admin/backups/run', RUN, async (call) => showRun(call, null)),

  page('POST /admin/backups/run', RUN, async (call) => {
    try {
      await requestOwnRun(BACKUP_JOB, actOf(call.caller, call.info))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showRun(call, message, status)
    }
    return redirect('/admin/backups', done('backups.done.requested'))
  }),
]

async function showRun(call: StaffCall, message: string | null, status = 200) {
  const good = await lastGoodBackup(call.info.now)
  return showPage(call, h(RunBackupPage, { lastGoodAt: good?.takenAt ?? null, message }), { status })
}

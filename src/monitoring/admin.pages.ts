import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { Problem } from '#src/core/problem'
import { instant } from '#src/core/time'
import { done, type FormCall, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, type StaffCaller } from '#src/platform/route'
import { JobsPage, RunJobPage } from '#views/admin/jobs'
import { jobRuns, type RunCursor, requestRun, type ScheduledJob, scheduledJobs } from './scheduled-jobs'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const RUNS = 50

const Query = v.object({
  job: v.fallback(v.optional(text(0, 64), ''), ''),
  failed: v.fallback(v.optional(v.picklist(['true', '']), ''), ''),
  older: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{13}~[\w-]{1,64}$/))), undefined),
})

/** What the clock does: every administrator may look, whoever holds the key may ask for a run. */
export const jobsAdminPages = [
  page('GET /admin/jobs', { audience: 'admin' }, async (call) => {
    const { job, failed, older } = pageQuery(call.request, Query)
    const { now } = call.info
    const filter = { job: job || undefined, state: failed ? ('failed' as const) : undefined }
    const [jobs, found] = await Promise.all([scheduledJobs(now), jobRuns(filter, now, { size: RUNS, before: cursorOf(older) })])
    const runs = found.slice(0, RUNS)
    const last = runs.at(-1)
    const props = {
      jobs,
      runs,
      older: found.length > RUNS && last ? `${last.scheduledFor.getTime()}~${last.job}` : null,
      filter: { job, failed: failed !== '' },
      mayRun: call.caller.permissions.has('job:run'),
    }
    return showPage(call, h(JobsPage, props))
  }),

  page('GET /admin/jobs/:name/run', { audience: 'admin', permission: 'job:run' }, async (call) =>
    showPage(call, h(RunJobPage, { job: await requireJob(call), message: null })),
  ),

  page('POST /admin/jobs/:name/run', { audience: 'admin', permission: 'job:run' }, async (call) => {
    const job = await requireJob(call)
    try {
      await requestRun(job.name, actOf(call.caller, call.info))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showPage(call, h(RunJobPage, { job, message }), { status })
    }
    return redirect(`/admin/jobs?job=${encodeURIComponent(job.name)}`, done('jobs.done.requested'))
  }),
]

/** Runs have no id: a page begins after a time and a name. */
function cursorOf(older: string | undefined): RunCursor | undefined {
  const [time, job] = older?.split('~') ?? []
  return time && job ? { scheduledFor: instant(Number(time)), job } : undefined
}

async function requireJob({ params, info }: StaffCall): Promise<ScheduledJob> {
  const found = (await scheduledJobs(info.now)).find(({ name }) => name === params.name)
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { id: params.name?.slice(0, 64) }, 'resource')
  return found
}

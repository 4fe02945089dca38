import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { pageQuery, text } from '#src/core/fields'
import { iso } from '#src/core/time'
import { list, success } from '#src/platform/http'
import { api } from '#src/platform/route'
import { JobRunsAnswer, REQUESTED, RequestedRunAnswer } from './answers'
import { type JobRunRow, listJobRuns, requestRun } from './scheduled-jobs'

const Query = v.object({ ...pageQuery, job: v.optional(text(0, 64)), status: v.optional(v.picklist(['failed', 'all']), 'all') })

/** What the clock did, and a run at once (API 5). */
export const jobsAdminApi = [
  api('GET /admin/job-runs', { audience: 'admin', permission: 'job:run', answer: JobRunsAnswer, query: Query }, async ({ query, info }) => {
    const { job, status, ...page } = query
    const { total, runs } = await listJobRuns({ job: job || undefined, state: status === 'failed' ? 'failed' : undefined }, info.now, page)
    return list(page, total, runs.map(runJson))
  }),

  api(
    'POST /admin/jobs/:name/run',
    { audience: 'admin', permission: 'job:run', answer: RequestedRunAnswer },
    async ({ caller, params, info }) => {
      const scheduledFor = await requestRun(params.name!, actOf(caller, info))
      const data = { job: params.name, status: 'requested', scheduled_for: iso(scheduledFor) }
      return success(data, { status: 201, message: REQUESTED })
    },
  ),
]

const runJson = (run: JobRunRow) => ({
  job: run.job,
  status: run.state,
  scheduled_for: iso(run.scheduledFor),
  started_at: iso(run.startedAt),
  finished_at: run.finishedAt && iso(run.finishedAt),
  result: run.result,
  error: run.error,
  requested_by: run.requestedByName,
})

import { beforeAll, expect, test } from 'bun:test'
import { Problem } from '#src/core/problem'
import { addSeconds, instant, now } from '#src/core/time'
import { claimRequestedRun } from '#src/monitoring/job-runs'
import { announceJobs, jobRuns, requestOwnRun, requestRun, scheduledJobs } from '#src/monitoring/scheduled-jobs'
import { alertsPage, openAlerts } from '#src/notifications/alert-list'
import { auditRows, staffToken, withServer } from '#tests/support/api'
import { aStaff } from '#tests/support/factory'
import { doRequestedRun } from '#workers/requested-runs'
import { findJob, runJob } from '#workers/run-job'
import { JOBS } from '#workers/schedule'

const { started, call } = withServer()
let root: Awaited<ReturnType<typeof aStaff>>
beforeAll(async () => {
  root = await aStaff('super_admin')
  await announceJobs(JOBS, now())
})

const act = () => ({ actor: { kind: 'staff' as const, id: root.id, name: '张发财', role: 'super_admin' }, origin: null, at: now() })
const jobNamed = async (name: string, at = now()) => (await scheduledJobs(at)).find((job) => job.name === name)!
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'asked',
    (error) => (error instanceof Problem ? error.wording : error),
  )

test('every job of the clock is listed with when it is due next, in Asia/Shanghai', async () => {
  const at = instant('2026-03-05T06:20:41.000Z')
  const jobs = await scheduledJobs(at)
  expect(jobs.map(({ name }) => name)).toEqual(JOBS.map(({ name }) => name).sort())
  expect(jobs.find(({ name }) => name === 'ledger-audit')!.nextAt).toEqual(instant('2026-03-05T20:00:00.000Z'))
})

test('a process of a newer release has the say: what it does not know is gone', async () => {
  await announceJobs([{ name: 'of-yesterday', cron: '0 0 0 * * *', timeoutSeconds: 5 }], now())
  await announceJobs(JOBS, now())
  expect(await jobNamed('of-yesterday')).toBeUndefined()
})

test('a run that is asked for waits as a row, is done once, and stands in the audit log with its person', async () => {
  await requestRun('session-cleanup', act())
  expect((await jobNamed('session-cleanup')).last).toMatchObject({ state: 'requested', requestedByName: '张发财' })
  expect(await refusal(requestRun('session-cleanup', act()))).toBe('JOB_UNDER_WAY')
  const done = await Promise.all([doRequestedRun(), doRequestedRun(), doRequestedRun()])
  expect(done.filter(Boolean)).toHaveLength(1)
  const job = await jobNamed('session-cleanup')
  expect(job.last).toMatchObject({ state: 'succeeded', result: { sessions: 0, login_failures: 0 } })
  expect(job.lastSuccessAt).not.toBeNull()
  expect((await auditRows(started.database, root.id)).filter(({ operation }) => operation === 'job_run')).toMatchObject([
    { target_id: 'session-cleanup' },
  ])
})

test('before a workers process has started nothing is asked for, in words that say so', async () => {
  await started.database.owner`DELETE FROM scheduled_jobs`
  expect(await refusal(requestOwnRun('session-cleanup', act()))).toBe('NO_WORKERS')
  expect(await refusal(requestRun('session-cleanup', act()))).toBe('resource')
  await announceJobs(JOBS, now())
  expect(await refusal(requestRun('of-yesterday', act()))).toBe('resource')
})

test('of two administrators who ask at once one is served, the other is told', async () => {
  const both = await Promise.all([refusal(requestRun('partitions', act())), refusal(requestRun('partitions', act()))])
  expect(both.sort()).toEqual(['JOB_UNDER_WAY', 'asked'])
  while (await doRequestedRun());
})

test('a job that runs is not asked for again, one whose process died is', async () => {
  const tick = addSeconds(now(), -30)
  await started.database.owner`INSERT INTO job_runs (job, scheduled_for, started_at) VALUES ('export-expiry', ${tick}, ${tick})`
  expect(await refusal(requestRun('export-expiry', act()))).toBe('JOB_UNDER_WAY')
  await started.database.owner`UPDATE job_runs SET started_at = started_at - interval '2 minutes' WHERE job = 'export-expiry'`
  expect((await jobNamed('export-expiry')).last).toMatchObject({ state: 'timed_out' })
  expect(await refusal(requestRun('export-expiry', act()))).toBe('asked')
  while (await doRequestedRun());
})

test('a run of a job that this release does not know fails with words', async () => {
  await started.database
    .owner`INSERT INTO job_runs (job, scheduled_for, started_at, status) VALUES ('of-tomorrow', date_trunc('milliseconds', now()), now(), 'requested')`
  expect(await doRequestedRun()).toBe(true)
  expect(await jobRuns({ job: 'of-tomorrow' }, now(), { size: 5 })).toMatchObject([
    { state: 'failed', error: 'this release does not know the job' },
  ])
  expect(await claimRequestedRun(now(), null)).toBeUndefined()
})

test('a failure is an alert that counts, until the job succeeds again', async () => {
  const broken = { name: 'broken', cron: '0 0 0 * * *', timeoutSeconds: 1, run: () => Promise.reject(new Error('disk on fire')) }
  await runJob(broken, now())
  await runJob(broken, addSeconds(now(), 1))
  const [alert] = (await alertsPage('admin', { state: 'open', kind: 'job_failed' }, { size: 20 })).rows.filter(
    ({ subject }) => subject === 'broken',
  )
  expect(alert).toMatchObject({ occurrences: 2, audience: 'operations', details: { error: 'disk on fire' } })
  await runJob({ ...broken, run: async () => ({}) }, addSeconds(now(), 2))
  const left = (await alertsPage('admin', { state: 'open', kind: 'job_failed' }, { size: 20 })).rows
  expect(left.filter(({ subject }) => subject === 'broken')).toEqual([])
  expect((await openAlerts('finance')).count).toBe(0)
})

test('the API lists runs, only failures where asked, and asks for one', async () => {
  const token = await staffToken(root.id)
  const failed = (await call('GET /v1/admin/job-runs?status=failed&page_size=100', { token })).body.items
  expect(failed.length).toBeGreaterThan(0)
  expect(failed.every(({ status }) => status === 'failed')).toBe(true)
  const asked = await call('POST /v1/admin/jobs/job-run-retention/run', { token })
  expect([asked.status, asked.body.data.status]).toEqual([201, 'requested'])
  const again = await call('POST /v1/admin/jobs/job-run-retention/run', { token })
  expect([again.status, again.body.error_code, again.body.details[0]?.reason]).toEqual([400, 'INVALID_PARAMS', 'JOB_UNDER_WAY'])
  expect((await call('POST /v1/admin/jobs/%00/run', { token })).status).toBe(404)
  const admin = await staffToken((await aStaff('admin')).id)
  expect((await call('POST /v1/admin/jobs/job-run-retention/run', { token: admin })).status).toBe(403)
  expect(findJob('job-run-retention')).toBeDefined()
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { addDays, addSeconds, type Instant, instant, now } from '#src/core/time'
import { claimRequestedRun, claimTick, finishRun } from '#src/monitoring/job-runs'
import { watchJobs } from '#src/monitoring/overdue-jobs'
import { announceJobs, jobRuns, scheduledJobs } from '#src/monitoring/scheduled-jobs'
import type { Tick } from '#src/monitoring/tick'
import { beat, buryProcess, endProcess, forgetSilent, registerProcess } from '#src/monitoring/worker-processes'
import { openTestDatabase } from '#tests/support/database'
import { until } from '#tests/support/until'
import { doRequestedRun } from '#workers/requested-runs'
import { type Holder, runJob } from '#workers/run-job'
import type { Job } from '#workers/schedule'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

let day = 0
/** A tick of its own for each run. */
const tick = (): Instant => addDays(instant('2026-03-05T00:00:00.000Z'), ++day)
const aJob = (name: string, run: (tick: Tick) => Promise<Record<string, number>>, timeoutSeconds = 0.2): Job => ({
  ...{ name, cron: '0 0 0 * * *', timeoutSeconds, run },
})
const newest = async (job: string) => (await jobRuns({ job }, now(), { size: 1 }))[0]!
const openAlerts = (kind: string, subject: string) =>
  database.owner`SELECT occurrences, details FROM alerts WHERE kind = ${kind} AND subject = ${subject} AND closed_at IS NULL`

async function aProcess(): Promise<Holder & { end: AbortController }> {
  const [id, end] = [newId(), new AbortController()]
  await registerProcess({ id, host: `host-${id}`, pid: 4_711, version: '0.0.0' }, now())
  return { id, ending: end.signal, end }
}

test('a job that hears its signal at the deadline has failed, and says after how long', async () => {
  let heard = false
  const listening = ({ signal }: Tick) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        heard = true
        reject(signal.reason)
      })
    })
  expect(await runJob(aJob('listening', listening), tick())).toEqual({ status: 'failed', error: 'stopped after 0.2 s' })
  expect(heard).toBe(true)
  expect(await newest('listening')).toMatchObject({ state: 'failed', error: 'stopped after 0.2 s' })
  expect(await openAlerts('job_failed', 'listening')).toHaveLength(1)
})

test('a job that takes no notice of its signal keeps nobody: the process lives, and takes no tick of it until it has ended', async () => {
  const gate = Promise.withResolvers<Record<string, number>>()
  const deaf = aJob('deaf', () => gate.promise)
  expect(await runJob(deaf, tick())).toEqual({ status: 'failed', error: 'stopped after 0.2 s' })
  expect(await runJob(deaf, tick())).toEqual({ status: 'taken' })
  expect(
    await runJob(
      aJob('other', async () => ({ done: 1 })),
      tick(),
    ),
  ).toEqual({ status: 'ok', counts: { done: 1 } })
  gate.resolve({ late: 1 })
  await gate.promise
  const again = await until('hearing', async () => {
    const came = await runJob({ ...deaf, run: async () => ({ done: 2 }) }, tick())
    return came.status === 'ok' && came
  })
  expect(again.counts).toEqual({ done: 2 })
})

test('a job that throws before it waits for anything fails like any other', async () => {
  const broken = aJob('thrower', () => {
    throw new Error('at once')
  })
  expect(await runJob(broken, tick())).toEqual({ status: 'failed', error: 'at once' })
})

test('a job that could not get a lock is begun again within its deadline; one that is wrong is not', async () => {
  let runs = 0
  const locked = aJob(
    'locked',
    async () => {
      if (++runs === 1) throw Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' })
      return { runs }
    },
    20,
  )
  expect(await runJob(locked, tick())).toEqual({ status: 'ok', counts: { runs: 2 } })
  let wrong = 0
  const broken = aJob(
    'wrong',
    async () => {
      throw Object.assign(new Error('division by zero'), { code: '22012', count: ++wrong })
    },
    20,
  )
  expect([(await runJob(broken, tick())).status, wrong]).toEqual(['failed', 1])
})

test('progress is seen while a job runs and stays with the run', async () => {
  const gate = Promise.withResolvers<void>()
  const telling = aJob(
    'telling',
    async ({ progress }) => {
      for (let done = 1; done <= 400; done++) progress({ done, total: 1_000 })
      await gate.promise
      progress({ done: 1_000, total: 1_000 })
      return {}
    },
    20,
  )
  const running = runJob(telling, tick())
  await until('progress', async () => (await newest('telling'))?.progress?.done === 400)
  expect(await newest('telling')).toMatchObject({ state: 'running', progress: { done: 400, total: 1_000 } })
  gate.resolve()
  await running
  expect(await newest('telling')).toMatchObject({ state: 'succeeded', progress: { done: 1_000, total: 1_000 } })
})

test('a process that ends gives its run away: it waits, and somebody else begins it again', async () => {
  const me = await aProcess()
  const cut = aJob(
    'partitions',
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    20,
  )
  const running = runJob(cut, tick(), me)
  await until('the run', async () => (await newest('partitions'))?.state === 'running')
  me.end.abort()
  expect(await running).toEqual({ status: 'given_back' })
  await endProcess(me.id, now())
  expect(await newest('partitions')).toMatchObject({ state: 'requested', attempts: 2, requestedByName: null })
  expect(await doRequestedRun()).toBe(true)
  expect(await newest('partitions')).toMatchObject({ state: 'succeeded', attempts: 2 })
  expect(await openAlerts('job_failed', 'partitions')).toHaveLength(0)
})

test('who was thought dead and ends late changes nothing of the run that somebody else has', async () => {
  const [one, other] = [await aProcess(), await aProcess()]
  const claim = { job: 'twice', scheduledFor: tick(), attempt: 1, processId: one.id as Uuid | null }
  await claimTick(claim.job, claim.scheduledFor, one.id, now())
  expect(await buryProcess(one.id, 1n, now())).toBe(true)
  expect(await buryProcess(one.id, 1n, now())).toBe(false)
  const taken = await claimRequestedRun(now(), other.id)
  expect(taken).toEqual({ ...claim, attempt: 2, processId: other.id })
  expect(await finishRun(claim, { status: 'failed', error: 'late' }, now())).toBe(false)
  expect(await finishRun(taken!, { status: 'ok', counts: {} }, now())).toBe(true)
  expect(await newest('twice')).toMatchObject({ state: 'succeeded', error: null })
  await beat(one.id, [], now())
  expect(await openAlerts('workers_silent', `host-${one.id}#4711`)).toHaveLength(0)
})

test('a machine that was taken away is forgotten after a day, and its alert with it', async () => {
  const gone = await aProcess()
  await buryProcess(gone.id, 1n, now())
  const subject = `host-${gone.id}#4711`
  expect(await forgetSilent(addDays(now(), 0.9))).toBe(0)
  expect(await openAlerts('workers_silent', subject)).toHaveLength(1)
  expect(await forgetSilent(addDays(now(), 1.1))).toBeGreaterThan(0)
  expect(await openAlerts('workers_silent', subject)).toHaveLength(0)
})

test('a claim whose answer was lost may be asked for again by its process, and by nobody else', async () => {
  const [one, other] = [await aProcess(), await aProcess()]
  const [scheduledFor, at] = [tick(), now()]
  const claim = (id: Uuid | null, when = at) => claimTick('asked again', scheduledFor, id, when)
  expect([await claim(one.id), await claim(one.id), await claim(other.id), await claim(null)]).toEqual([true, true, false, false])
  expect(await claim(one.id, addSeconds(at, 1))).toBe(false)
})

test('one that beat meanwhile is not buried', async () => {
  const alive = await aProcess()
  await beat(alive.id, [], now())
  expect(await buryProcess(alive.id, 1n, now())).toBe(false)
})

test('a run that five processes died over has failed, and somebody is told', async () => {
  await claimTick('deadly', tick(), (await aProcess()).id, now())
  for (let death = 1; death <= 5; death++) {
    const [row] = await database.owner<{ process: Uuid }[]>`SELECT process_id AS process FROM job_runs WHERE job = 'deadly'`
    await buryProcess(row!.process, 1n, now())
    if (death < 5) await claimRequestedRun(now(), (await aProcess()).id)
  }
  expect(await newest('deadly')).toMatchObject({ state: 'failed', attempts: 5, error: 'the process ended during the run' })
  expect((await openAlerts('job_failed', 'deadly'))[0]!.details).toEqual({ error: 'the process ended during the run, 5 times' })
})

test('of two runs of a job that died with a process the newest is begun again, the other has failed', async () => {
  const me = await aProcess()
  const [older, newer] = [tick(), tick()]
  for (const at of [older, newer]) await claimTick('double', at, me.id, now())
  await endProcess(me.id, now())
  const runs = await jobRuns({ job: 'double' }, now(), { size: 5 })
  expect(runs.map(({ scheduledFor, state }) => [scheduledFor, state])).toEqual([
    [newer, 'requested'],
    [older, 'failed'],
  ])
  await database.owner`DELETE FROM job_runs WHERE job = 'double'`
})

test('a job that is overdue is told once, shown, and settled by its next success', async () => {
  const nightly = aJob('nightly', async () => ({}), 10)
  const start = instant('2026-06-01T04:00:00.000Z')
  await announceJobs([nightly], start)
  await runJob(nightly, instant('2026-06-01T16:00:00.000Z'))
  const shown = async (at: Instant) => (await scheduledJobs(at))[0]!.overdueSince
  const late = addSeconds(instant('2026-06-02T16:00:00.000Z'), 3_600 + 11)
  expect([await watchJobs({ now: addSeconds(late, -60) }), await shown(addSeconds(late, -60))]).toEqual([{ overdue: 0 }, null])
  expect(await watchJobs({ now: late })).toEqual({ overdue: 1 })
  expect(await watchJobs({ now: addSeconds(late, 30) })).toEqual({ overdue: 1 })
  expect(await openAlerts('job_overdue', 'nightly')).toMatchObject([{ occurrences: 1, details: { due_at: '2026-06-02T16:00:00.000Z' } }])
  expect(await shown(late)).toEqual(instant('2026-06-02T16:00:00.000Z'))
  await runJob(nightly, addSeconds(late, 60))
  expect(await openAlerts('job_overdue', 'nightly')).toHaveLength(0)
  expect(await shown(addSeconds(late, 61))).toBeNull()
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { instant, iso, now } from '#src/core/time'
import { workerProcesses } from '#src/monitoring/worker-processes'
import { openTestDatabase } from '#tests/support/database'
import { spawnProduct } from '#tests/support/product-process'
import { until } from '#tests/support/until'
import { spawnWorkers } from '#tests/support/workers'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
  await database.owner`CREATE TABLE traces (at serial, job text NOT NULL, process integer NOT NULL, note text NOT NULL)`
})
afterAll(() => database.close())

const spawn = (...words: string[]) => spawnProduct('tests/workers/small-workers.ts', { DATABASE_URL: database.url }, words)
const traces = (note: string) => database.owner<{ process: number }[]>`SELECT process FROM traces WHERE note = ${note} ORDER BY at`
const isOpen = async (kind: string) => (await database.owner`SELECT FROM alerts WHERE kind = ${kind} AND closed_at IS NULL`).length > 0

test('three processes share 1,000 ticks: each runs exactly once, and none of them has all', async () => {
  const from = instant('2026-03-05T00:00:00.000Z')
  const processes = [1, 2, 3].map(() => spawn('steps', iso(from), '1000'))
  expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual([0, 0, 0])
  const ran = await traces('ran')
  expect(ran).toHaveLength(1_000)
  expect(new Set(ran.map(({ process }) => process)).size).toBeGreaterThan(1)
  const [kept] = await database.owner`
    SELECT count(*)::int AS runs, count(DISTINCT scheduled_for)::int AS ticks, min(scheduled_for) AS first, max(scheduled_for) AS last
    FROM job_runs WHERE job = 'second' AND status = 'ok' AND attempts = 1`
  expect(kept).toEqual({ runs: 1_000, ticks: 1_000, first: instant('2026-03-05T00:00:01.000Z'), last: instant('2026-03-05T00:16:40.000Z') })
}, 60_000)

test('a run whose process was killed is begun again by another; the dead one is shown and told until its machine has a new one', async () => {
  const watching = spawn('lives')
  await until('the watching process', async () => (await workerProcesses(now())).length === 1)
  const dying = spawn('works')
  await until('the run', async () => (await traces('begun')).length === 1)
  dying.kill('SIGKILL')
  const run = await until(
    'the second attempt',
    async () => {
      const [row] =
        await database.owner`SELECT status, attempts, result, progress_done::int AS done FROM job_runs WHERE job = 'long' AND status = 'ok'`
      return row
    },
    40,
  )
  expect(run).toEqual({ status: 'ok', attempts: 2, result: { parts: 100 }, done: 40 })
  expect((await traces('begun')).map(({ process }) => process)).toEqual([dying.pid, watching.pid])
  expect((await traces('ended')).map(({ process }) => process)).toEqual([watching.pid])
  expect((await workerProcesses(now())).map(({ pid, isSilent }) => [pid, isSilent])).toEqual([
    [watching.pid, false],
    [dying.pid, true],
  ])
  expect(await isOpen('workers_silent')).toBe(true)
  const next = spawn('lives')
  await until('the next process', async () => (await workerProcesses(now())).some(({ pid }) => pid === next.pid))
  expect(await isOpen('workers_silent')).toBe(false)
  for (const process of [watching, next]) process.kill('SIGTERM')
  expect(await Promise.all([watching.exited, next.exited])).toEqual([0, 0])
  expect(await workerProcesses(now())).toEqual([])
}, 60_000)

test('a process that is stopped and goes on after it was given up is alive again', async () => {
  const [watching, frozen] = [spawn('lives'), spawn('lives')]
  // Beyond their start: a process that dies as another one begins counts as replaced by it.
  await until('both', async () => {
    const [row] = await database.owner`SELECT count(*)::int AS beating FROM worker_processes WHERE ended_at IS NULL AND beats > 3`
    return row!.beating === 2
  })
  frozen.kill('SIGSTOP')
  await until('silence', () => isOpen('workers_silent'), 40)
  frozen.kill('SIGCONT')
  await until('life', async () => !(await isOpen('workers_silent')))
  expect((await workerProcesses(now())).map(({ isSilent }) => isSilent)).toEqual([false, false])
  for (const process of [watching, frozen]) process.kill('SIGTERM')
  await Promise.all([watching.exited, frozen.exited])
}, 60_000)

test('the product itself says who it is, and leaves in order', async () => {
  const workers = spawnWorkers(database.url)
  const [row] = await until('a row', async () => {
    const rows = await workerProcesses(now())
    return rows.length > 0 ? rows : undefined
  })
  expect(row!.version).toMatch(/^\d+\.\d+\.\d+$/)
  expect(await workers.stop()).toBe(0)
  expect(await workerProcesses(now())).toEqual([])
  expect(await database.owner`SELECT job FROM job_runs WHERE status = 'running'`).toHaveLength(0)
}, 30_000)

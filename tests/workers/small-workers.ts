import { newId } from '#src/core/ids'
import { addSeconds, instant, now } from '#src/core/time'
import { endProcess, registerProcess } from '#src/monitoring/worker-processes'
import { config } from '#src/platform/config'
import { closeDatabase, openDatabase, rawSql } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'
import { endWithSupervisor } from '#src/platform/supervised'
import { makeClock } from '#workers/clock'
import { startHeartbeat } from '#workers/heartbeat'
import { startRequestedRuns } from '#workers/requested-runs'
import { type Holder, runJob } from '#workers/run-job'
import type { Job } from '#workers/schedule'

/**
 * A workers process with jobs that leave traces, for tests with several of them: `steps <from> <count>` puts its clock forward second by
 * second and ends, `lives` waits for runs that others leave behind, `works` does the same after it has begun a run that never ends.
 */

const [what, from, count] = process.argv.slice(2)
const ending = new AbortController()
const me: Holder = { id: newId(), ending: ending.signal }
openDatabase(databaseConnection(config()), { max: 4, name: 'mr-workers', asApplication: false })

const trace = (note: string) => rawSql()`INSERT INTO traces (job, process, note) VALUES ('traced', ${process.pid}, ${note})`

const second: Job = {
  name: 'second',
  cron: '* * * * * *',
  timeoutSeconds: 1,
  run: async () => {
    await trace('ran')
    return {}
  },
}

/** Begun by the first process, which dies over it; whoever begins it again ends it. */
const long: Job = {
  name: 'long',
  cron: '0 0 0 1 1 *',
  timeoutSeconds: 600,
  run: async ({ progress }) => {
    await trace('begun')
    progress({ done: 40, total: 100 })
    if (what === 'works') await new Promise(() => {})
    await trace('ended')
    return { parts: 100 }
  },
}

async function step(): Promise<void> {
  const clock = makeClock([second], instant(from!))
  for (let seconds = 1; seconds <= Number(count); seconds++) {
    for (const { job, scheduledFor } of clock.due(addSeconds(instant(from!), seconds))) await runJob(job, scheduledFor, me)
  }
}

if (what === 'steps') {
  await registerProcess({ id: me.id, host: 'test', pid: process.pid, version: '0.0.0' }, now())
  await step()
  await endProcess(me.id, now())
  await closeDatabase()
  process.exit(0)
}
const heartbeat = await startHeartbeat(me.id, () => [], { beatMs: 400, silentMs: 4_000 })
const asked = startRequestedRuns(me, [long])
endWithSupervisor(async () => {
  await asked.stop()
  await heartbeat.stop()
  process.exit(0)
})
if (what === 'works') await runJob(long, now(), me)

import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { lastTick } from '#src/monitoring/job-runs'
import { pattern } from '#src/monitoring/overdue-jobs'
import { announceJobs } from '#src/monitoring/scheduled-jobs'
import { config } from '#src/platform/config'
import { closeDatabase, openDatabase, openedConnection } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'
import { flushLog, log } from '#src/platform/log'
import { endWithSupervisor } from '#src/platform/supervised'
import { followSettings } from '#src/settings/settings'
import { type Due, missedTick, startClock } from './clock'
import { startDeliveries } from './deliveries'
import { startExports } from './exports'
import { startHeartbeat } from './heartbeat'
import { startReports } from './reports'
import { startRequestedRuns } from './requested-runs'
import { type Holder, runJob } from './run-job'
import { JOBS } from './schedule'

/** Jobs under way get this long after SIGTERM; then they are cut off and given to another process, which begins them again. */
const DRAIN_MS = 5_000
/** After that, what has to be written and sent to the end gets this long. */
const END_MS = 3_000
/** For the jobs under way, and enough beside them that the heartbeat never waits for long. */
const CONNECTIONS = 10
/** Missed ticks that are made up for at once; not before the web processes that start beside have had the processor. */
const CATCH_UP_AT_ONCE = 2
const CATCH_UP_AFTER_MS = 3_000

openDatabase(databaseConnection(config()), { max: CONNECTIONS, name: 'mr-workers', asApplication: true })
const unfollow = await followSettings()
await announceJobs(JOBS, now())
const ending = new AbortController()
const me: Holder = { id: newId(), ending: ending.signal }
const underWay = new Set<Promise<void>>()
/** All that runs; it is told to stop at once. */
const parts: { stop(): unknown }[] = [{ stop: unfollow }]
let stopping = false

// Before anything is under way: work that is cut off by a signal would wait until the others think this process dead.
endWithSupervisor(async () => {
  stopping = true
  log('info', 'workers ending', { operation: 'stop' })
  const stopped = Promise.allSettled(parts.map(async (part) => part.stop()))
  const rest = () => Promise.all([...underWay, stopped])
  await Promise.race([rest(), Bun.sleep(DRAIN_MS)])
  ending.abort(new Error('the process ends'))
  await Promise.race([rest(), Bun.sleep(END_MS)])
  await heartbeat.then((beating) => beating.stop()).catch((error) => log('warn', 'the end was not noted', { operation: 'stop', error }))
  await closeDatabase()
  flushLog()
  process.exit(0)
})

const deliveries = startDeliveries(openedConnection())
const heartbeat = startHeartbeat(me.id, deliveries.hands)
parts.push(deliveries)
await heartbeat

/** Runs a tick and swallows nothing: a failure to claim or to write the outcome is logged, and the clock goes on. */
function tick({ job, scheduledFor }: Due): Promise<void> {
  const run = runJob(job, scheduledFor, me).then(
    () => {},
    (error) => log('error', 'job could not run', { operation: `job:${job.name}`, error }),
  )
  underWay.add(run)
  return run.finally(() => underWay.delete(run))
}

/** A late start makes up for the newest missed tick of each job, once. */
async function catchUp(): Promise<void> {
  const waiting = [...JOBS]
  const one = async () => {
    for (let job = waiting.shift(); job && !stopping; job = waiting.shift()) {
      const missed = missedTick(pattern(job.cron), await lastTick(job.name), now())
      if (missed) await tick({ job, scheduledFor: missed })
    }
  }
  await Promise.all(Array.from({ length: CATCH_UP_AT_ONCE }, one))
}

if (!stopping)
  parts.push(
    startClock(JOBS, (due) => void tick(due)),
    startExports(),
    startReports(),
    startRequestedRuns(me),
  )
await deliveries.ready
log('info', 'workers ready', { operation: 'start', jobs: JOBS.length })
await Bun.sleep(CATCH_UP_AFTER_MS)
await catchUp().catch((error) => log('error', 'catching up failed', { operation: 'start', error }))

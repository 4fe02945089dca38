import { Cron } from 'croner'
import { instant, now } from '#src/core/time'
import { lastTick } from '#src/monitoring/job-runs'
import { announceJobs } from '#src/monitoring/scheduled-jobs'
import { config } from '#src/platform/config'
import { closeDatabase, openDatabase, openedConnection } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'
import { flushLog, log } from '#src/platform/log'
import { endWithSupervisor } from '#src/platform/supervised'
import { followSettings } from '#src/settings/settings'
import { startDeliveries } from './deliveries'
import { startExports } from './exports'
import { startReports } from './reports'
import { startRequestedRuns } from './requested-runs'
import { runJob } from './run-job'
import { JOBS, type Job } from './schedule'

/** Jobs under way get this long after SIGTERM; whatever is cut off runs again at the next tick. */
const DRAIN_MS = 8_000

openDatabase(databaseConnection(config()), { max: 4, name: 'mr-workers', asApplication: true })
const unfollow = await followSettings()
await announceJobs(JOBS, now())
let underWay = 0

/** Runs a tick and swallows nothing: a failure to claim or to write the outcome is logged, and the clock goes on. */
async function tick(job: Job, scheduledFor: Date): Promise<void> {
  underWay++
  try {
    await runJob(job, scheduledFor)
  } catch (error) {
    log('error', 'job could not run', { operation: `job:${job.name}`, error })
  } finally {
    underWay--
  }
}

/** The tick that this clock shows, to the second: every process computes the same one, and one of them wins it. */
const thisTick = (): Date => instant(Math.floor(now().getTime() / 1000) * 1000)

const clocks = JOBS.map(
  (job) =>
    new Cron(job.cron, { timezone: 'Asia/Shanghai', protect: true, catch: true }, (self: Cron) =>
      tick(job, self.currentRun() ?? thisTick()),
    ),
)

/** A late start makes up for the newest missed tick of each job, once. */
async function catchUp(): Promise<void> {
  for (const [index, job] of JOBS.entries()) {
    const missed = clocks[index]!.previousRuns(1)[0]
    if (!missed) continue
    const last = await lastTick(job.name)
    if (!last || last < missed) await tick(job, missed)
  }
}

const deliveries = startDeliveries(openedConnection())
const files = startExports()
const reports = startReports()
const asked = startRequestedRuns()

// Before anything is under way: work that is cut off by a signal would wait for hours until the queue gives it to somebody else.
endWithSupervisor(async () => {
  log('info', 'workers ending', { operation: 'stop' })
  for (const clock of clocks) clock.stop()
  unfollow()
  const delivered = deliveries.then((running) => running.stop())
  const given = files.stop()
  const made = reports.stop()
  const ran = asked.stop()
  for (let waited = 0; underWay > 0 && waited < DRAIN_MS; waited += 20) await Bun.sleep(20)
  await Promise.race([Promise.allSettled([delivered, given, made, ran]), Bun.sleep(DRAIN_MS)])
  await closeDatabase()
  flushLog()
  process.exit(0)
})

await deliveries
log('info', 'workers ready', { operation: 'start', jobs: JOBS.length })
await catchUp().catch((error) => log('error', 'catching up failed', { operation: 'start', error }))

import type { Uuid } from '#src/core/ids'
import { type Instant, now, stopwatch } from '#src/core/time'
import { claimTick, finishRun, type JobOutcome, noteProgress, type RunClaim } from '#src/monitoring/job-runs'
import { settleOverdue } from '#src/monitoring/overdue-jobs'
import type { Progress } from '#src/monitoring/tick'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { errorCode, isDatabaseLost, transaction } from '#src/platform/database'
import { log } from '#src/platform/log'
import { pause } from './file-maker'
import { JOBS, type Job } from './schedule'

/** The workers process that runs a job: `ending` is aborted when what is under way has to be given to others. */
export type Holder = { id: Uuid; ending: AbortSignal }
/** `taken`: somebody else has the tick. `given_back`: this process ends, another takes it up. */
type Came = JobOutcome | { status: 'taken' | 'given_back' }

/** A job that hears its signal comes to an end within this time. */
const GRACE_MS = 500
/** A page that shows progress looks every two seconds. */
const TELL_MS = 1_000
/** A database that restarts is away for seconds; the outcome of an hour's work is not lost for that. */
const PATIENCE = { attempts: 60, pauseMs: 2_000 }
/** An hour: whoever comes only once a month is not lost for a database that is away at two in the morning. */
const MOST_CLAIMS = 1_800

/** Jobs that took no notice of their signal and still run in this process: it takes no further tick of them. */
const deaf = new Set<string>()

/**
 * Runs a job for one tick, unless another process has claimed it. The outcome stands in job_runs, in one log line and in the metric
 * of the last success.
 */
export async function runJob(job: Job, scheduledFor: Instant, holder?: Holder): Promise<Came> {
  if (deaf.has(job.name)) return { status: 'taken' }
  const processId = holder?.id ?? null
  if (!(await claimInTime(job.name, scheduledFor, processId))) return { status: 'taken' }
  return runClaimed(job, { job: job.name, scheduledFor, attempt: 1, processId }, holder)
}

/** The newest tick of each job that this process wants. */
const wanted = new Map<string, Instant>()

/** While the database is away a tick waits for it, until the next one of its job stands for it; false then. */
async function claimInTime(job: string, scheduledFor: Instant, processId: Uuid | null): Promise<boolean> {
  const at = now()
  wanted.set(job, scheduledFor)
  for (let tries = 1; ; tries++) {
    try {
      return await claimTick(job, scheduledFor, processId, at)
    } catch (error) {
      if (tries === MOST_CLAIMS || !isDatabaseLost(error)) throw error
      await Bun.sleep(PATIENCE.pauseMs)
      if (wanted.get(job) !== scheduledFor) return false
    }
  }
}

/** Runs a job whose row this process holds. */
export async function runClaimed(job: Job, claim: RunClaim, holder?: Holder): Promise<Came> {
  const elapsed = stopwatch()
  const progress = followProgress(claim)
  const outcome = await attempt(job, holder, progress.tell)
  await progress.end()
  const seconds = Math.round(elapsed()) / 1000
  const facts = { operation: `job:${job.name}`, seconds, attempt: claim.attempt }
  if (outcome.status === 'given_back') {
    log('info', 'job given back', facts)
    return outcome
  }
  if (!(await patiently(() => finishRun(claim, outcome, now())))) log('warn', 'job run was taken over', facts)
  else await patiently(() => tellOutcome(job, outcome))
  const came = outcome.status === 'ok' ? outcome.counts : { error: outcome.error, alert: true }
  log(outcome.status === 'ok' ? 'info' : 'error', `job ${outcome.status}`, { ...facts, ...came })
  return outcome
}

/** Runs the job until it ends, its deadline passes or its process ends. One that takes no notice goes on, and nobody waits for it. */
async function attempt(job: Job, holder: Holder | undefined, progress: Progress): Promise<JobOutcome | { status: 'given_back' }> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(new Error('the deadline has passed')), job.timeoutSeconds * 1000)
  const signal = holder ? AbortSignal.any([deadline.signal, holder.ending]) : deadline.signal
  const running = beginAgain(job, signal, () => job.run({ now: now(), signal, progress })).then(
    (counts): JobOutcome => ({ status: 'ok', counts }),
    (error): JobOutcome => ({ status: 'failed', error: error instanceof Error ? error.message.slice(0, 1_000) : 'unknown' }),
  )
  const outcome = await Promise.race([running, graceAfter(signal)])
  clearTimeout(timer)
  if (!outcome) {
    deaf.add(job.name)
    void running.then(() => deaf.delete(job.name))
  }
  if (outcome?.status === 'ok') return outcome
  if (holder?.ending.aborted) return { status: 'given_back' }
  if (!outcome || deadline.signal.aborted) return { status: 'failed', error: `stopped after ${job.timeoutSeconds} s` }
  return outcome
}

/** Times that a job is begun again because its database was away or a lock was not to be had, and the pauses before. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 20_000]

/** A connection that was lost, a server that ends or begins, a deadlock, a lock that was not to be had: nothing that is wrong with the job. */
const TRANSIENT = /^(CONNECTION_|08|57P0|40P01|40001|55P03)/

/** A monthly job is not lost because the database restarted at that moment: jobs are safe to run twice, so it is begun again within its deadline. */
async function beginAgain<T>(job: Job, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await run()
    } catch (error) {
      if (signal.aborted || !TRANSIENT.test(errorCode(error) ?? '')) throw error
      log('warn', 'job begun again', { operation: `job:${job.name}`, error })
      await pause(pauseMs, signal)
      signal.throwIfAborted()
    }
  }
  return run()
}

/** Resolves once work that heard its signal has had the time to come to its end. */
const graceAfter = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    const wait = () => setTimeout(() => resolve(undefined), GRACE_MS)
    if (signal.aborted) wait()
    else signal.addEventListener('abort', wait, { once: true })
  })

/** Writes what a job tells of itself, at most once a second and never two at once. */
function followProgress(claim: RunClaim): { tell: Progress; end(): Promise<void> } {
  let latest: Parameters<Progress>[0] | undefined
  let writing: Promise<void> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = () => {
    timer = undefined
    const come = latest!
    writing = writing
      .then(() => noteProgress(claim, come))
      .catch((error: unknown) => log('warn', 'progress not noted', { operation: `job:${claim.job}`, error }))
  }
  return {
    tell: (come) => {
      latest = come
      timer ??= setTimeout(write, TELL_MS)
    },
    end: () => {
      if (timer) {
        clearTimeout(timer)
        write()
      }
      return writing
    },
  }
}

/** Repeats what a database that is away for a moment refused. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === PATIENCE.attempts || !isDatabaseLost(error)) throw error
      await Bun.sleep(PATIENCE.pauseMs)
    }
  }
}

/** A failure is an alert until the job succeeds again. */
function tellOutcome({ name }: Job, outcome: JobOutcome): Promise<void> {
  const about = { kind: 'job_failed' as const, subject: name }
  return transaction(async (tx) => {
    if (outcome.status === 'failed')
      return void (await raiseAlert(tx, { ...about, audience: 'operations', details: { error: outcome.error.slice(0, 300) } }, now()))
    await settleAlert(tx, about, now())
    await settleOverdue(tx, name, now())
  })
}

/** A job of the schedule by its name. */
export const findJob = (name: string): Job | undefined => JOBS.find((job) => job.name === name)

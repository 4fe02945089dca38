import type { Instant } from '#src/core/time'

/** How far a run has come, for whoever looks at the jobs page; may be told as often as it changes. */
export type Progress = (come: { done: number; total?: number }) => void

/** The tick a job runs for. After its deadline, or when its process ends, `signal` is aborted: what is under way has to come to an end. */
export type Tick = { now: Instant; signal: AbortSignal; progress: Progress }

/** A tick, or a call from elsewhere that nobody cuts off or watches. */
export type TickOrCall = Pick<Tick, 'now'> & Partial<Tick>

/** What a job did, in numbers; it goes to job_runs and the log. */
export type Counts = Record<string, number>

import * as v from 'valibot'
import { answers, answersList, count, isoText, oneOf, orNull, words } from '#src/core/answers'

/** What the jobs' routes answer (API 5). */

const RUN_STATES = ['requested', 'running', 'succeeded', 'failed', 'timed_out'] as const

export const JobRunsAnswer = answersList(
  v.strictObject({
    job: words('payment-sync'),
    status: oneOf(RUN_STATES),
    scheduled_for: isoText,
    started_at: isoText,
    finished_at: orNull(isoText),
    result: orNull(v.pipe(v.record(v.string(), count), v.metadata({ examples: [{ settled: 3 }] }))),
    error: orNull(words('the ledger proof has 1 findings')),
    requested_by: orNull(words('李薇')),
  }),
)

export const REQUESTED = '任务已排队，几秒内开始运行'
export const RequestedRunAnswer = answers(
  v.strictObject({ job: words('payment-sync'), status: v.literal('requested'), scheduled_for: isoText }),
  { status: 201, message: REQUESTED, errors: ['RESOURCE_NOT_FOUND'] },
)

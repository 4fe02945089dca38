import type { FieldFault } from '#src/core/problem'
import type { Validated } from '#src/core/validation'
import { json, problemFrom, problemJson, type RequestInfo, success } from '#src/platform/http'
import { authDuration, authLatency, authRequests, rateLimitBlocked, revenue } from '#src/platform/metrics'
import { countStart } from '#src/service-level/tally'
import { setting } from '#src/settings/settings'
import { logCall, prove, readSigned, type SignedCall, type Trace } from './client-call'
import { commitBatch, type Outcome } from './commit-batch'
import type { Call } from './decide'
import { groupCommit } from './group-commit'
import { type GameStart, parseGameStart, requestHash } from './input'
import { hasLane, submitToLane } from './lanes'
import { receipt } from './receipt'
import { parseSessionId } from './session-id'

/** An account that is held has a lane; its calls wait there and not where the others pass. */
const submit = (call: Call): Promise<Outcome> => (hasLane(call.apiKeySha256) ? submitToLane(call) : commits.submit(call))

const commits = groupCommit<Call, Outcome>({
  commit: (calls) => commitBatch(calls, submitToLane),
  windowMs: () => setting('group_commit_window_ms'),
})

/** The ladder of API 1.3: rungs 0–4 here, the rest in decide.ts under the operator's lock. Every outcome leaves its log row. */
export async function authorize(request: Request, info: RequestInfo): Promise<Response> {
  info.operation = 'authorize'
  const trace: Trace = { operation: 'authorize' }
  try {
    const sessionText = request.headers.get('x-session-id') ?? ''
    const signed = await readSigned(request, info, (body) => withSession(sessionText, parseGameStart(body)))
    trace.keySha256 = signed.keySha256
    if (!signed.isSigned || !signed.isTimely) await prove(signed, info)
    return answer(await submit(toCall(signed, sessionText, info)), info, trace)
  } catch (error) {
    return refuse(error, info, trace)
  }
}

/** Counts a call that is answered now, for the metrics of this process and for the service level. */
function count(outcome: string, info: RequestInfo): void {
  const milliseconds = info.elapsed()
  authRequests.inc({ status: outcome })
  authLatency.observe(milliseconds / 1000)
  authDuration.observe(milliseconds / 1000)
  countStart(info.now, outcome, milliseconds)
}

const NO_SESSION: FieldFault = { field: 'X-Session-ID', message: { zh: '不能为空', en: 'is required' } }

function withSession(sessionText: string, start: Validated<GameStart>): Validated<GameStart> {
  if (sessionText !== '') return start
  return { ok: false, faults: [NO_SESSION, ...(start.ok ? [] : start.faults)] }
}

const toCall = (signed: SignedCall<GameStart>, sessionText: string, info: RequestInfo): Call => ({
  apiKeySha256: signed.keySha256,
  sessionText,
  session: parseSessionId(sessionText),
  start: signed.value,
  requestHash: requestHash(signed.value),
  ip: info.ip,
  userAgent: info.userAgent,
  requestId: info.id,
})

function answer(outcome: Outcome, info: RequestInfo, trace: Trace): Response {
  switch (outcome.verdict) {
    case 'charged':
      info.userId = outcome.usage.operatorId
      count('accepted', info)
      revenue.inc({ source: 'consumption' }, Number(outcome.usage.total) / 100)
      return success(receipt(outcome.usage))
    case 'replayed':
      info.userId = outcome.usage.operatorId
      count('replayed', info)
      return json(200, { success: true, data: receipt(outcome.usage), replayed: true }, { 'Idempotency-Replayed': 'true' })
    case 'refused':
      info.errorCode = outcome.problem.code
      count(outcome.problem.code, info)
      if (outcome.problem.code === 'RATE_LIMIT_EXCEEDED') rateLimitBlocked.inc({ type: 'operator' })
      return problemJson(outcome.problem, info)
    case 'failed':
      return refuse(outcome.error, info, trace)
  }
}

/** A refusal that no transaction has logged. */
function refuse(error: unknown, info: RequestInfo, trace: Trace): Response {
  const problem = problemFrom(error, info)
  info.errorCode = problem.code
  count(problem.code, info)
  logCall(info, { ...trace, operatorId: info.userId }, 'refused', problem.code)
  return problemJson(problem, info)
}

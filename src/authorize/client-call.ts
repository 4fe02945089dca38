import { type ApiKeyOwner, findByApiKey } from '#src/accounts/api-keys'
import type { Uuid } from '#src/core/ids'
import { type FieldFault, invalidFields, Problem } from '#src/core/problem'
import { type Instant, instant, iso } from '#src/core/time'
import type { Validated } from '#src/core/validation'
import { isListed } from '#src/platform/address-list'
import { apiKeyDigest, isSignedBy } from '#src/platform/client-signature'
import { problemFrom, problemJson, type RequestInfo, rawPath, readBody, requireMediaType } from '#src/platform/http'
import { requireAddressToken } from '#src/platform/rate-limit'
import { setting } from '#src/settings/settings'
import { accountProblem } from './decide'
import { parseCredentials } from './input'
import { logRequest, type RequestLogRow } from './request-log'

/** A headset server's call as far as its headers and bytes tell, before anybody is believed. */
export type SignedCall<T> = {
  /** What was asked, in the right shape. */
  value: T
  /** Hex digest of the key that was sent. */
  keySha256: string
  isSigned: boolean
  isTimely: boolean
  timestampSeconds: number
}

/** What the request log should know of a call; filled in as it becomes known. */
export type Trace = Pick<RequestLogRow, 'operation'> &
  Partial<Pick<RequestLogRow, 'keySha256' | 'operatorId' | 'siteId' | 'applicationId' | 'sessionId'>>

/**
 * Rungs 0 and 1: token, size, shape of headers and, through `parse`, of the rest; all faulty fields at once. The signature is
 * computed for every well-formed call, with whatever key it brings: a wrong key and a wrong signature take the same time.
 */
export async function readSigned<T>(
  request: Request,
  info: RequestInfo,
  parse: (body: Uint8Array) => Validated<T>,
): Promise<SignedCall<T>> {
  requireAddressToken(info, setting('rate_limit_ip_per_minute'))
  const body = await readBody(request)
  if (body.byteLength > 0) requireMediaType(request, 'application/json')
  const credentials = parseCredentials(request.headers)
  const parsed = parse(body)
  if (!credentials.ok || !parsed.ok) throw invalidFields([...faultsOf(credentials), ...faultsOf(parsed)])
  const { apiKey, timestamp, signature } = credentials.value
  const timestampSeconds = Number(timestamp)
  return {
    value: parsed.value,
    keySha256: apiKeyDigest(apiKey),
    isSigned: isSignedBy({ apiKey, timestamp, method: request.method, path: rawPath(request), body }, signature),
    isTimely: isTimely(timestampSeconds, info.now),
    timestampSeconds,
  }
}

const faultsOf = (checked: Validated<unknown>): FieldFault[] => (checked.ok ? [] : checked.faults)

/** Rungs 2–4: a known key from where it is good, a right signature, a fresh timestamp. Gives the key's owner. */
export async function prove(call: SignedCall<unknown>, info: RequestInfo): Promise<ApiKeyOwner> {
  const owner = await findByApiKey(call.keySha256, info.now)
  if (!owner) throw new Problem('INVALID_API_KEY')
  info.userId = owner.id
  if (!isListed(owner.apiKeyAddresses, info.ip)) throw new Problem('INVALID_API_KEY')
  if (!call.isSigned) throw new Problem('INVALID_SIGNATURE')
  if (!call.isTimely) throw expired(call.timestampSeconds, info.now)
  return owner
}

/** Whether a signed call was made close enough to our clock. */
export const isTimely = (timestampSeconds: number, at: Instant): boolean =>
  Math.abs(at.getTime() / 1000 - timestampSeconds) <= setting('signature_max_skew_seconds')

/** What a call that was not is told, with both clocks. */
export const expired = (timestampSeconds: number, at: Instant): Problem =>
  new Problem('TIMESTAMP_EXPIRED', {
    server_time: iso(at),
    request_time: shownTime(timestampSeconds),
    max_diff_seconds: setting('signature_max_skew_seconds'),
  })

/** A clock that is off by a factor of a thousand gives times beyond any calendar: those are shown as they came. */
const shownTime = (seconds: number): string => (seconds < 1e11 ? iso(instant(seconds * 1000)) : String(seconds))

/** Rung 5. */
export function requireAccount(owner: ApiKeyOwner): void {
  const problem = accountProblem(owner)
  if (problem) throw problem
}

/** Runs a call of a headset server: every outcome, refusals included, leaves its row in the request log. */
export async function clientCall(
  info: RequestInfo,
  trace: Trace,
  run: () => Promise<{ response: Response; result?: 'accepted' | 'replayed' }>,
): Promise<Response> {
  info.operation = trace.operation
  try {
    const { response, result = 'accepted' } = await run()
    logCall(info, trace, result, null)
    return response
  } catch (error) {
    const problem = problemFrom(error, info)
    // Whose key it was is known before the signature is believed: its owner sees the refusal in its own log.
    logCall(info, { ...trace, operatorId: trace.operatorId ?? info.userId }, 'refused', problem.code)
    info.errorCode = problem.code
    return problemJson(problem, info)
  }
}

/** Writes the request log row of a call that did not reach the charging transaction. */
export function logCall(info: RequestInfo, trace: Trace, result: RequestLogRow['result'], code: string | null): void {
  logRequest({
    at: info.now,
    requestId: info.id,
    operation: trace.operation,
    keySha256: trace.keySha256 ?? null,
    operatorId: trace.operatorId ?? null,
    siteId: trace.siteId ?? null,
    applicationId: trace.applicationId ?? null,
    sessionId: trace.sessionId ?? null,
    result,
    code,
    ip: info.ip,
    userAgent: info.userAgent,
    durationUs: Math.round(info.elapsed() * 1000),
  })
}

/** The owner behind a proved call, noted for the log. */
export function traceOwner(trace: Trace, call: SignedCall<unknown>, owner?: { id: Uuid }): void {
  trace.keySha256 = call.keySha256
  if (owner) trace.operatorId = owner.id
}

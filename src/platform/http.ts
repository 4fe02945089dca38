import { newId, type Uuid } from '#src/core/ids'
import { invalidField, type Language, Problem, problemDetails, problemMessage } from '#src/core/problem'
import { type Instant, now, stopwatch } from '#src/core/time'
import { isDatabaseLost } from './database'
import { log } from './log'

/** What is known of a request from its arrival on; logs and answers carry its id. */
export type RequestInfo = {
  id: Uuid
  ip: string
  userAgent: string
  language: Language
  now: Instant
  /** Milliseconds since arrival. */
  elapsed: () => number
  /** The pattern of the matched route; metrics are labelled with it, never with the path. */
  route: string
  /** For the log: what was asked for and by whom, filled in as it becomes known. */
  operation?: string
  userId?: Uuid
  errorCode?: string
}

const infos = new WeakMap<Request, RequestInfo>()

/** Largest body of a request other than an upload (API 1). */
const MAX_BODY_BYTES = 1_048_576
const MAX_USER_AGENT = 256

/** Remembers a request at its arrival. */
export function receive(request: Request, ip: string): RequestInfo {
  const { headers } = request
  const info: RequestInfo = {
    id: newId(),
    ip,
    userAgent: plainText(headers.get('user-agent') ?? '').slice(0, MAX_USER_AGENT),
    language: /^\s*en\b/i.test(headers.get('accept-language') ?? '') ? 'en' : 'zh',
    now: now(),
    elapsed: stopwatch(),
    route: 'none',
  }
  infos.set(request, info)
  return info
}

/** The info of a request that has been received. */
export function infoOf(request: Request): RequestInfo {
  const info = infos.get(request)
  if (!info) throw new Error('the request was not received by this server')
  return info
}

/** Header text as the database can keep it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const plainText = (value: string): string => value.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')

/** Path and query exactly as they were sent. */
export function rawPath({ url }: Request): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  return start < 0 ? '/' : url.slice(start)
}

/**
 * The raw bytes of a body. Throws PAYLOAD_TOO_LARGE beyond `maxBytes`, chunked or not, INVALID_PARAMS when the client left in the middle.
 */
export async function readBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const tooLarge = () => new Problem('PAYLOAD_TOO_LARGE', { max_bytes: maxBytes })
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  const body = await request.arrayBuffer().catch(() => {
    throw request.signal.aborted ? invalidField('body', '未完整送达', 'did not arrive completely') : tooLarge()
  })
  if (body.byteLength > maxBytes) throw tooLarge()
  return new Uint8Array(body)
}

/** Throws UNSUPPORTED_MEDIA_TYPE unless the body calls itself `type` or has no name at all. */
export function requireMediaType(request: Request, type: string): void {
  const given = request.headers.get('content-type')
  if (given !== null && given.split(';')[0]!.trim().toLowerCase() !== type) throw new Problem('UNSUPPORTED_MEDIA_TYPE')
}

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...JSON_TYPE, ...headers } })

/** The success envelope of API 1. */
export const success = (data: unknown, options: { status?: number; message?: string } = {}): Response =>
  json(options.status ?? 200, { success: true, ...(options.message === undefined ? {} : { message: options.message }), data })

/** The list envelope of API 1. */
export const list = (page: { page: number; page_size: number }, total: number, items: unknown[], more: object = {}): Response =>
  json(200, { success: true, page: page.page, page_size: page.page_size, total, ...more, items })

/** Anything thrown → the problem to answer with. What is our own fault is logged here with its full context, and only here. */
export function problemFrom(error: unknown, info: RequestInfo): Problem {
  if (error instanceof Problem) return error
  const lost = isDatabaseLost(error)
  log(lost ? 'warn' : 'error', lost ? 'database lost' : 'internal error', {
    trace_id: info.id,
    operation: info.operation ?? info.route,
    error,
  })
  return lost ? new Problem('SERVICE_UNAVAILABLE', { retry_after: 2 }) : new Problem('INTERNAL_ERROR')
}

/** The error envelope of API 1. */
export function problemJson(problem: Problem, info: RequestInfo): Response {
  const details = problemDetails(problem, info.language)
  const body = {
    success: false,
    error_code: problem.code,
    message: problemMessage(problem, info.language),
    ...(details === undefined ? {} : { details }),
    request_id: info.id,
  }
  return json(problem.status, body, { ...retryHeader(problem), ...allowHeader(problem) })
}

/** Retry-After for the codes that name a wait. */
export function retryHeader({ details }: Problem): Record<string, string> {
  const seconds = Array.isArray(details) ? undefined : details?.retry_after
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) }
}

/** Allow, which HTTP demands of every 405. */
function allowHeader({ details }: Problem): Record<string, string> {
  const methods = Array.isArray(details) ? undefined : details?.allowed
  return Array.isArray(methods) ? { Allow: methods.join(', ') } : {}
}

import * as v from 'valibot'
import type { Answer } from '#src/core/answers'
import { bareUuid, idOf } from '#src/core/fields'
import type { IdKind, Uuid } from '#src/core/ids'
import { invalidFields } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { validate, validateBody } from '#src/core/validation'
import { type RequestInfo, readBody, requireMediaType } from './http'

/** An operator who is signed in. */
export type OperatorCaller = { kind: 'operator'; id: Uuid; username: string; name: string; sessionId: Uuid }

/** One of our people who is signed in. `audience` is the door they belong to. */
export type StaffCaller = {
  kind: 'staff'
  id: Uuid
  username: string
  name: string
  role: 'super_admin' | 'admin' | 'operator' | 'finance' | 'analyst'
  grade: 'specialist' | 'manager' | 'auditor' | null
  audience: 'admin' | 'finance' | 'analyst'
  permissions: ReadonlySet<string>
  sessionId: Uuid
  /** When they last proved in this session who they are: by signing in, or again before something that asks for it. */
  provedAt: Instant
  /** Whether a phone makes codes for them. */
  hasTotp: boolean
  /** Somebody else set their password; they have to set an own one first. */
  passwordIsTemporary: boolean
}

/** Who may call a route and what its handler is told about the caller. `client` and `partner` routes prove the caller themselves (HMAC). */
export type Callers = {
  public: undefined
  client: undefined
  partner: undefined
  operator: OperatorCaller
  admin: StaffCaller
  finance: StaffCaller
  analyst: StaffCaller
  staff: StaffCaller
  anyone_signed_in: OperatorCaller | StaffCaller
}
export type Audience = keyof Callers

type Schema = v.GenericSchema
type Output<S> = S extends Schema ? v.InferOutput<S> : undefined

export type Call<A extends Audience, B, Q> = {
  request: Request
  info: RequestInfo
  caller: Callers[A]
  params: Record<string, string>
  /** The fields of a page's form; empty for everything else. */
  form: Record<string, string>
  body: Output<B>
  query: Output<Q>
}

/** One row of the route table: method and path, who may call it, what it takes, what it does. */
export type Route<A extends Audience = Audience> = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** API paths stand without `/v1`; the application adds it and its alias. All others stand as they are. */
  path: string
  door: 'api' | 'shared' | 'pages' | 'root'
  audience: A
  /** The key of permissions.ts that staff need besides. */
  permission: string | undefined
  /** Money and keys: staff must have proved who they are a short while ago, or do so now. */
  stepUp: boolean
  /** Open also to staff who first have to set an own password or a phone. */
  openBeforeDuties: boolean
  body: Schema | undefined
  query: Schema | undefined
  /** What it answers when all is well; every row of the API has one. */
  answer: Answer | undefined
  /** Whether the page's form brings files. */
  upload: boolean
  handle(call: Omit<Call<A, undefined, undefined>, 'body' | 'query'>): Promise<Response> | Response
}

type Shape<A extends Audience, B, Q> = {
  audience: A
  permission?: string
  /** For money and keys: staff must have proved who they are a short while ago (setting `step_up_minutes`), or do so now. */
  stepUp?: boolean
  /** Open also to staff who first have to set an own password or a phone; everything else sends them there. */
  openBeforeDuties?: boolean
  body?: B
  query?: Q
  /** What it answers: the document of the API is made from it, and a test holds the real answer against it. */
  answer?: Answer
  /** What a handler that reads the raw bytes itself takes: for the document, since the row checks nothing then. */
  reads?: { body?: Schema; query?: Schema }
  /** Runs before the body is read: limits come before shapes in the order of errors. */
  before?: (info: RequestInfo) => void
  /** The page's form brings files, which `uploadOf` gives. */
  upload?: boolean
}
type Method = Route['method']

/** A row of the JSON API: body and query are checked against their schemas before `run` sees them. */
export function api<A extends Audience, B extends Schema | undefined = undefined, Q extends Schema | undefined = undefined>(
  at: `${Method} /${string}`,
  shape: Shape<A, B, Q>,
  run: (call: Call<A, B, Q>) => Promise<Response> | Response,
): Route<A> {
  return {
    ...row(at, 'api', shape),
    handle: async (call) => {
      shape.before?.(call.info)
      return run({
        ...call,
        body: (await parsedBody(call.request, shape.body)) as Output<B>,
        query: parsedQuery(call.request, shape.query) as Output<Q>,
      })
    },
  }
}

/** A row of what is shared with partner platforms: its path stands whole, its handler reads the raw bytes itself. */
export function shared(
  at: `${Method} /api/shared/${string}`,
  shape: Pick<Shape<'partner', undefined, undefined>, 'audience' | 'answer' | 'reads'>,
  run: (call: Omit<Call<'partner', undefined, undefined>, 'body' | 'query'>) => Promise<Response> | Response,
): Route<'partner'> {
  return { ...row(at, 'shared', shape), handle: run }
}

/** An id in the path, prefixed or bare. Throws INVALID_PARAMS when it is neither. */
export function pathId(kind: IdKind | 'session', params: Record<string, string>, name: string): Uuid {
  const schema = v.object({ [name]: kind === 'session' ? bareUuid : idOf(kind) })
  const parsed = validate(schema, params)
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return parsed.value[name]!
}

/** A row of the HTML pages: forms are read and shown again by the handler itself. */
export function page<A extends Audience>(
  at: `${Method} /${string}`,
  shape: Pick<Shape<A, undefined, undefined>, 'audience' | 'permission' | 'stepUp' | 'openBeforeDuties' | 'upload'>,
  run: (call: Omit<Call<A, undefined, undefined>, 'body' | 'query'>) => Promise<Response> | Response,
): Route<A> {
  return { ...row(at, 'pages', shape), handle: run }
}

/** A row outside the API and its envelope: what monitoring asks. */
export function root(
  at: `GET /${string}`,
  run: (call: Omit<Call<'public', undefined, undefined>, 'body' | 'query'>) => Promise<Response> | Response,
): Route<'public'> {
  return { ...row(at, 'root', { audience: 'public' as const }), handle: run }
}

function row<A extends Audience>(at: string, door: Route['door'], shape: Shape<A, Schema | undefined, Schema | undefined>) {
  const [method, path] = at.split(' ') as [Method, string]
  const { audience, permission, answer, reads, stepUp = false, openBeforeDuties = false, upload = false } = shape
  return {
    method,
    path,
    door,
    audience,
    permission,
    stepUp,
    openBeforeDuties,
    body: shape.body ?? reads?.body,
    query: shape.query ?? reads?.query,
    answer,
    upload,
  }
}

async function parsedBody(request: Request, schema: Schema | undefined): Promise<unknown> {
  if (!schema) return undefined
  requireMediaType(request, 'application/json')
  const body = await readBody(request)
  const parsed = validateBody(schema, body.byteLength === 0 ? EMPTY_OBJECT : body)
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return parsed.value
}

/** A call without a body is a call with no fields: the missing ones are then named. */
const EMPTY_OBJECT = new TextEncoder().encode('{}')

function parsedQuery(request: Request, schema: Schema | undefined): unknown {
  if (!schema) return undefined
  const query = new URL(request.url).searchParams
  const first: Record<string, string> = Object.create(null)
  for (const [key, value] of query) if (!(key in first)) first[key] = value
  const parsed = validate(schema, { ...first })
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return parsed.value
}

/** Whether a path is of a route's pattern, whatever stands in place of its parameters. */
export function matchesPath(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index])
}

import { afterAll, beforeAll } from 'bun:test'
import { eq } from 'drizzle-orm'
import { adminAccounts } from '#drizzle/schema'
import { audienceOf } from '#src/accounts/caller'
import { openSession, type Subject, tokenOf } from '#src/accounts/sessions'
import { newId, type Uuid } from '#src/core/ids'
import { now, stopwatch } from '#src/core/time'
import { read, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { csrfToken } from '#src/platform/web-session'
import { openTestDatabase, type TestDatabase } from './database'
import { startServer } from './http'

/** The JSON API as its clients see it. */

type Json = Record<string, unknown>
export type Answer = {
  status: number
  headers: Headers
  text: string
  body: Json & {
    success?: boolean
    error_code?: string
    message?: string
    data: Json
    details: Json & Fault[]
    items: Json[]
    total: number
  }
}
type Fault = { field: string; message: string; reason?: string }
export type Asked = { token?: string; body?: unknown; raw?: string; headers?: Record<string, string> }

/** A server on a database of its own for the tests of one file. */
export function withServer() {
  const started = { url: '', database: undefined as unknown as Awaited<ReturnType<typeof openTestDatabase>> }
  let server: ReturnType<typeof startServer>
  beforeAll(async () => {
    started.database = await openTestDatabase()
    server = startServer()
    started.url = server.url
  })
  afterAll(async () => {
    await server.drain(1000)
    await started.database.close()
  })
  /** `call('GET /v1/operators/me', { token })`. Each call comes from an address of its own unless it names one. */
  const call = async (at: string, { token, body, raw, headers }: Asked = {}): Promise<Answer> => {
    const [method, path] = at.split(' ') as [string, string]
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(started.url + path, {
      method,
      headers: {
        'X-Forwarded-For': anAddress(),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
  }
  return { started, call }
}

/** An address nobody else uses: limits per address must not tie tests together. */
export function anAddress(): string {
  const part = () => Math.floor(Math.random() * 254) + 1
  return `10.${part()}.${part()}.${part()}`
}

export const anInfo = (): RequestInfo => ({
  id: newId(),
  ip: '127.0.0.1',
  userAgent: 'test',
  language: 'zh',
  now: now(),
  elapsed: stopwatch(),
  route: 'test',
})

/** A signed-in operator's bearer token, without the cost of a password. */
export async function operatorToken(operatorId: Uuid): Promise<string> {
  const session = await transaction((tx) => openSession(tx, { operatorId }, 'api', anInfo()))
  return tokenOf(session, operatorId, 'operator', now())
}

/** The same for one of our people. */
export async function staffToken(adminId: Uuid): Promise<string> {
  const [staff] = await read().select({ role: adminAccounts.role }).from(adminAccounts).where(eq(adminAccounts.id, adminId))
  const session = await transaction((tx) => openSession(tx, { adminId }, 'api', anInfo()))
  return tokenOf(session, adminId, audienceOf(staff!.role), now())
}

/** What the browser of somebody who is signed in sends along, forms included. */
export async function browserHeaders(subject: Subject): Promise<Record<string, string>> {
  const { sessionId, secret } = await transaction((tx) => openSession(tx, subject, 'pages', anInfo()))
  return { Cookie: `mr_session=${secret}`, 'X-CSRF-Token': csrfToken(sessionId), 'Sec-Fetch-Site': 'same-origin' }
}

/** The faulty fields of a refusal, in order. */
export const faultyFields = (answer: Answer): string[] => answer.body.details.map((fault) => fault.field)

/** An answer without what differs from call to call: ids and times. */
export const comparable = ({ status, text }: Answer): string =>
  `${status} ${text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')}`

export const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
export const UUID_TEXT = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
/** An id as it is written on the wire. */
export const wireId = (prefix: string): RegExp => new RegExp(`^${prefix}_${UUID_TEXT}$`)

export type AuditRow = {
  operation: string
  actor_kind: string
  actor_id: Uuid | null
  actor_role: string
  target_id: string | null
  details: Json
  ip: string | null
}
/** The audit rows about a target or by an actor, oldest first. */
export const auditRows = (database: Pick<TestDatabase, 'owner'>, id: Uuid): Promise<AuditRow[]> =>
  database.owner<AuditRow[]>`
    SELECT operation, actor_kind, actor_id, actor_role, target_id, details, ip FROM audit_logs
    WHERE target_id = ${id} OR actor_id = ${id} ORDER BY seq` as unknown as Promise<AuditRow[]>

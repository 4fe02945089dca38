import type { Sql } from 'postgres'
import type { TestOperator } from '#tests/support/factory'
import type { Shape } from './shapes'

/** A row of API.md as data: hand-checked against the document, which is not read at run time. */
export type Endpoint = {
  /** As API.md writes it; `{id}` stands for an id in the path. */
  at: string
  /** C: one of the 60 contracted endpoints; +: another of API.md; own: one that API.md does not name. */
  mark: 'C' | '+' | 'own'
  who: 'anyone' | 'signed' | 'operator' | 'admin' | 'finance' | 'analyst' | 'staff' | 'any login'
  /** Staff need it besides. */
  permission?: string
  /** Fields of the body (query for GET), each with values that are refused under its name. */
  fields?: Record<string, Field>
  success: Success
  /** A call that succeeds. */
  ask: (world: World) => Promise<Ask> | Ask
  /** The refusals of the table, each with a call that meets it. */
  errors?: Refusal[]
}

export type Field = { required: boolean; bad: readonly unknown[] }

type Success = {
  status: 200 | 201
  /** Not there: the answer has no message. */
  message?: string | RegExp
} & ({ data: Shape } | { items: Shape; top?: Record<string, Shape> } | { file: RegExp })

export type Ask = {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, unknown>
  token?: string
  headers?: Record<string, string>
  /** Sign with this key; `sessionId` for authorize. */
  sign?: { apiKey: string; sessionId?: string; timestamp?: string; signature?: string }
}

export type Refusal = {
  /** When it happens. */
  when: string
  status: number
  code: string
  reason?: string
  message?: string | RegExp
  /** Keys that the details must have. */
  details?: readonly string[]
  ask: (world: World) => Promise<Ask> | Ask
}

/** Everything a call may need; made anew for each of them. */
export type World = {
  operator: TestOperator
  token: string
  siteId: string
  /** An application that the operator may start, and one it may not. */
  appId: string
  otherAppId: string
  grantId: string
  /** Bearer tokens of our people, by role. */
  staff: Record<'super_admin' | 'operator' | 'finance', string>
  /** Starts a game and gives its ids. */
  play(): Promise<{ usageId: string; sessionId: string }>
  /** Locks the operator's account; closes it, for which its balance goes to zero. */
  lock(): Promise<unknown>
  close(): Promise<unknown>
  /** Unrestricted SQL. */
  sql: Sql<{ bigint: bigint }>
}

export const required = (...bad: unknown[]): Field => ({ required: true, bad })
export const optional = (...bad: unknown[]): Field => ({ required: false, bad })

/** Of characters after trimming: one too few, one too many, only spaces, another type. */
export const badText = (min: number, max: number): unknown[] => [...(min > 0 ? ['字'.repeat(min - 1), '   '] : []), '字'.repeat(max + 1), 7]
export const BAD_ID: unknown[] = ['no-id', 'wrong_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55', 7]
export const BAD_MONEY: unknown[] = ['1.234', '-1.00', '1,00', 12.5, '']
export const BAD_PAGE: Record<string, Field> = { page: optional('0', '-1', 'x'), page_size: optional('0', '101', 'x') }
export const BAD_TIMES: Record<string, Field> = { start_time: optional('yesterday', '2026-02-30T00:00:00Z'), end_time: optional('x') }

export const UNKNOWN_ID = '019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'
export const REASON = '合同测试用的操作原因说明'

/** An id that leads nowhere: unknown, somebody else's, malformed, of another kind. */
export const notFound = (
  code: string,
  ask: (world: World, id: string) => Promise<Ask> | Ask,
  foreign?: (world: World) => Promise<string>,
): Refusal[] => [
  { when: 'unknown id', status: 404, code, ask: (world) => ask(world, UNKNOWN_ID) },
  ...(foreign
    ? [{ when: 'id of another operator', status: 404, code, ask: async (world: World) => ask(world, await foreign(world)) }]
    : []),
  { when: 'malformed id', status: 400, code: 'INVALID_PARAMS', ask: (world) => ask(world, 'no-id') },
  { when: 'wrong prefix', status: 400, code: 'INVALID_PARAMS', ask: (world) => ask(world, `txn_${UNKNOWN_ID}`) },
]

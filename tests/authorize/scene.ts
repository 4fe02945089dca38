import { afterAll, beforeAll } from 'bun:test'
import type { Sql } from 'postgres'
import { flushRequestLog } from '#src/authorize/request-log'
import { flushLog } from '#src/platform/log'
import { loadSettings, type SettingKey } from '#src/settings/settings'
import { openTestDatabase, type TestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'

type Settings = Partial<Record<SettingKey, number>>

/** So many calls per minute that no test meets the limit by accident. */
const NO_LIMIT = 10_000_000

export type Scene = {
  readonly url: string
  /** Unrestricted SQL, as a superuser of the database. */
  readonly owner: Sql<{ bigint: bigint }>
  readonly database: TestDatabase
}

/** One database and one server for the tests of a file. The limit per address is out of the way unless `settings` says otherwise. */
export function aScene(settings: Settings = { rate_limit_ip_per_minute: NO_LIMIT }): Scene {
  let database: Awaited<ReturnType<typeof openTestDatabase>> | undefined
  let server: ReturnType<typeof startServer> | undefined
  beforeAll(async () => {
    database = await openTestDatabase()
    await changeSettings(database.owner, settings)
    server = startServer()
  })
  afterAll(async () => {
    await server?.drain(1000)
    await flushRequestLog()
    flushLog()
    await database?.close()
  })
  return {
    get url() {
      return server!.url
    },
    get owner() {
      return database!.owner
    },
    get database() {
      return database!
    },
  }
}

/** Changes system_configs and puts the change in force in this process; server processes read it at their start. */
export async function changeSettings(owner: Sql<{ bigint: bigint }>, settings: Settings): Promise<void> {
  for (const [key, value] of Object.entries(settings)) {
    await owner`UPDATE system_configs SET value = ${String(value)} WHERE key = ${key}`
  }
  await loadSettings()
}

/** How many rows a call may have left behind. */
export async function countRows(owner: Sql<{ bigint: bigint }>): Promise<{ usages: bigint; entries: bigint; buckets: bigint }> {
  const [counts] = await owner<{ usages: bigint; entries: bigint; buckets: bigint }[]>`
    SELECT (SELECT count(*) FROM usage_records) AS usages, (SELECT count(*) FROM transaction_records) AS entries,
           (SELECT count(*) FROM rate_limit_buckets) AS buckets`
  return counts!
}

export type LoggedCall = {
  operation: string
  result: string
  code: string | null
  operatorId: string | null
  sessionId: string | null
  ip: string
}

/** The rows of api_key_usage_logs about one request. */
export async function loggedCalls(owner: Sql<{ bigint: bigint }>, requestId: string): Promise<LoggedCall[]> {
  await flushRequestLog()
  return owner<LoggedCall[]>`
    SELECT operation, result, code, operator_id AS "operatorId", session_id AS "sessionId", ip
    FROM api_key_usage_logs WHERE request_id = ${requestId}`
}

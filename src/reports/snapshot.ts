import { openedConnection, openPool, type Querying } from '#src/platform/database'
import { setting } from '#src/settings/settings'

export type Reading = Querying['sql']

/**
 * Reads for a report: everything in it is of one moment, so that its parts agree with each other. The connection is its own and ends
 * with it: a long report takes no place of the pool on which money moves, and its statements may be ended by their time limit.
 */
export async function readAtOnce<T>(work: (sql: Reading) => Promise<T>): Promise<T> {
  const pool = openPool(openedConnection(), { max: 1, name: 'mr-reports', asApplication: true })
  try {
    return (await pool.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (sql) => {
      await sql`SELECT set_config('statement_timeout', ${`${setting('report_statement_timeout_seconds')}s`}, true)`
      return work(sql)
    })) as T
  } finally {
    await pool.end({ timeout: 5 })
  }
}

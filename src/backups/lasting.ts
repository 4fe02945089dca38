import type { ReservedSql } from 'postgres'
import { openPool } from '#src/platform/database'
import type { Connection } from '#src/platform/database-url'
import { BackupFault } from './faults'

export type LastingSql = ReservedSql<{ bigint: bigint; json: unknown }>

/** One connection for long work. `lost` rejects as soon as it is gone: whoever reads or writes a COPY is not told by the driver. */
export type Lasting = { sql: LastingSql; lost: Promise<never>; end(): Promise<void> }

/** Opens a connection on which nothing times out. */
export async function openLasting(connection: Connection, name: string): Promise<Lasting> {
  const { promise: lost, reject } = Promise.withResolvers<never>()
  // Nobody may be waiting when it happens.
  lost.catch(() => {})
  const pool = openPool(connection, { max: 1, name, asApplication: false }, { onclose: () => reject(new BackupFault('connection_lost')) })
  try {
    const sql = await Promise.race([pool.reserve(), lost])
    await Promise.race([
      sql`SELECT set_config('idle_in_transaction_session_timeout', '0', false), set_config('statement_timeout', '0', false)`,
      lost,
    ])
    const end = async () => {
      sql.release()
      await pool.end({ timeout: 1 })
    }
    return { sql, lost, end }
  } catch (error) {
    await pool.end({ timeout: 1 })
    throw error
  }
}

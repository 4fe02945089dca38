import type { Sql, TransactionSql } from 'postgres'
import { openPool } from '#src/platform/database'
import type { Connection } from '#src/platform/database-url'

const ATTEMPTS = 12
/** Nobody waits longer than this for a migration; with the look in between that is half a second. */
const PATIENCE_MS = 400
const LOOK_MS = 40
/** What took no longer than this stood in nobody's way, and costs no second connection. */
const QUICK_MS = 60

const TOO_LONG =
  '升级占用表的时间超过半秒，为不阻塞业务已放弃；请在停止服务时执行 / the migration would have kept others waiting for more than half a second ' +
  'each time: run it while nothing else uses the database'
/** A lock that was not to be had, a deadlock with traffic. */
const TRY_AGAIN = new Set(['55P03', '40P01'])

/**
 * Runs a migration in one transaction that gives way to running traffic: it waits half a second for a lock, it ends as soon as somebody
 * has waited for one of its own locks about as long, and is tried again then, 12 times with jitter. Throws what `work` throws.
 */
export async function givingWay(connection: Connection, sql: Sql, work: (tx: TransactionSql) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const guarded = { gaveWay: false }
    try {
      await sql.begin(async (tx) => {
        await tx`SELECT set_config('statement_timeout', '30s', true)`
        const [self] = await tx<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
        const unguard = guard(connection, self!.pid, guarded)
        try {
          await work(tx)
        } finally {
          await unguard()
        }
      })
      return
    } catch (error) {
      const mayPass = guarded.gaveWay || TRY_AGAIN.has((error as { code?: string }).code ?? '')
      if (!mayPass) throw error
      if (attempt === ATTEMPTS) throw guarded.gaveWay ? new Error(TOO_LONG, { cause: error }) : error
      await Bun.sleep(200 * attempt * (0.5 + Math.random()))
    }
  }
}

/** Looks from a second connection for those who wait for `pid`, and cancels its statement once one has waited too long. */
function guard(connection: Connection, pid: number, guarded: { gaveWay: boolean }): () => Promise<void> {
  let ended = false
  let looking: Promise<void> | undefined
  const look = async () => {
    const pool = openPool(connection, { max: 1, name: 'mr-migrate-guard', asApplication: false }) as unknown as Sql
    try {
      for (; !ended; await Bun.sleep(LOOK_MS)) if (await letOthersPass(pool, pid)) guarded.gaveWay = true
    } finally {
      await pool.end({ timeout: 1 })
    }
  }
  const start = setTimeout(() => {
    // Whether the guard comes up or not, the migration goes on: its own lock time-out bounds what it waits for.
    looking = look().catch(() => {})
  }, QUICK_MS)
  return async () => {
    ended = true
    clearTimeout(start)
    await looking
  }
}

/** Cancels what `pid` does when somebody has waited for it too long; true when that was so. */
async function letOthersPass(pool: Sql, pid: number): Promise<boolean> {
  const cancelled = await pool`
    SELECT pg_cancel_backend(${pid}) FROM pg_locks
    WHERE NOT granted AND locktype <> 'advisory' AND waitstart < clock_timestamp() - make_interval(secs => ${PATIENCE_MS / 1000}) AND ${pid} = ANY (pg_blocking_pids(pid))
    LIMIT 1`
  return cancelled.length > 0
}

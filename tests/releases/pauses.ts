import type { Sql } from 'postgres'
import { openPool } from '#src/platform/database'
import type { TestDatabase } from '#tests/support/database'

const PAUSE_MS = 60

/**
 * A writer for each table that stands there now: it takes, again and again, the lock that every INSERT, UPDATE and DELETE takes. How
 * long it waits is how long writes to that table would have stood still; the server measures that itself, because this process waits
 * for a processor too.
 */
export async function watchWrites({ connection, owner }: TestDatabase, only?: string) {
  const tables = await owner<{ name: string }[]>`
    SELECT c.oid::regclass::text AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations'
      AND c.relname = coalesce(${only ?? null}, c.relname)`
  const pool = openPool(connection, { max: tables.length, name: 'mr-pauses', asApplication: false }) as unknown as Sql
  let isEnding = false
  const longest = new Map<string, number>()
  const write = async ({ name }: { name: string }) => {
    while (!isEnding) {
      const ms = await waitToWrite(pool, name)
      longest.set(name, Math.max(longest.get(name) ?? 0, ms))
      await Bun.sleep(PAUSE_MS)
    }
  }
  const writers = tables.map(write)
  return {
    /** The longest wait since it was asked last, and where. */
    longest: (): { table: string; ms: number } => {
      const [table, ms] = [...longest].sort(([, one], [, other]) => other - one)[0] ?? ['–', 0]
      longest.clear()
      return { table, ms }
    },
    stop: async () => {
      isEnding = true
      // A table that a migration dropped has nobody to write to it any more.
      await Promise.allSettled(writers)
      await pool.end({ timeout: 1 })
    },
  }
}

async function waitToWrite(pool: Sql, table: string): Promise<number> {
  return pool.begin(async (tx) => {
    await tx.unsafe(`DO $$
      DECLARE since timestamptz := clock_timestamp();
      BEGIN
        SET LOCAL lock_timeout = 0;
        LOCK TABLE ${table} IN ROW EXCLUSIVE MODE;
        PERFORM set_config('drill.waited', (extract(epoch FROM clock_timestamp() - since) * 1000)::text, true);
      END $$`)
    const [row] = await tx<{ ms: string }[]>`SELECT current_setting('drill.waited') AS ms`
    return Number(row!.ms)
  }) as Promise<number>
}

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { givingWay } from '#drizzle/give-way'
import { migrateDown, migrateUp, migrationIds } from '#drizzle/migrate'
import { seedLoad } from '#drizzle/seed/load'
import { now } from '#src/core/time'
import { openPool } from '#src/platform/database'
import { createDatabase, type TestDatabase } from '#tests/support/database'
import { watchWrites } from './pauses'

const LONGEST_PAUSE_MS = 600
/** Long enough for a migration that reads or writes whole tables to be seen. */
const GAMES = 20_000
/** What comes before makes the tables that are written to and, in 0005, their first sums of all games: that gives up rather than pause. */
const FIRST = 5

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
  await seedLoad(database.connection, { rows: GAMES, operators: 10, now: now() })
})
afterAll(() => database.drop())

test('no migration lets writes to any table wait longer than 600 ms, on a database with a history', async () => {
  await migrateDown(database.connection, migrationIds().length - FIRST)
  const [row] = await database.owner<{ games: number }[]>`SELECT count(*)::int AS games FROM usage_records`
  expect(row!.games).toBe(GAMES)
  const writes = await watchWrites(database)
  await Bun.sleep(500)
  writes.longest()
  const pauses: Record<string, { table: string; ms: number }> = {}
  await migrateUp(database.connection, {
    log: (line) => {
      pauses[line] = writes.longest()
    },
  })
  await writes.stop()
  expect(Object.keys(pauses)).toHaveLength(migrationIds().length - FIRST)
  expect(Object.entries(pauses).filter(([, { ms }]) => ms > LONGEST_PAUSE_MS)).toEqual([])
}, 120_000)

test('a migration gives way to whoever has waited half a second for it, and is tried again', async () => {
  const writes = await watchWrites(database, 'operator_accounts')
  writes.longest()
  const pool = openPool(database.connection, { max: 1, name: 'mr-test', asApplication: false })
  let attempts = 0
  await givingWay(database.connection, pool as never, async (tx) => {
    attempts++
    await tx`LOCK TABLE operator_accounts IN ACCESS EXCLUSIVE MODE`
    // Twice a statement that takes far too long while others wait; a third time it is quick.
    await tx`SELECT pg_sleep(${attempts < 3 ? 5 : 0})`
  })
  await pool.end()
  const { table, ms } = writes.longest()
  await writes.stop()
  expect(attempts).toBe(3)
  expect(table).toBe('operator_accounts')
  expect(ms).toBeGreaterThan(300)
  expect(ms).toBeLessThan(LONGEST_PAUSE_MS)
}, 60_000)

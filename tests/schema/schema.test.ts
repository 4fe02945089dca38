import { afterAll, beforeAll, expect, test } from 'bun:test'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import expected from '#drizzle/expected-schema.json'
import { migrateDown, migrateUp, migrationIds, migrationStatus } from '#drizzle/migrate'
import * as schema from '#drizzle/schema'
import { compare, readFingerprint } from '#src/schema-verify/fingerprint'
import { verifySchema } from '#src/schema-verify/verify'
import { createDatabase, type TestDatabase } from '#tests/support/database'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({ empty: true })
  await migrateUp(database.connection)
})
afterAll(() => database.drop())

const fingerprint = () => readFingerprint(database.owner as never)

test('drizzle/expected-schema.json is the schema that the migrations make (renew: bun run mr schema fingerprint --write)', async () => {
  expect(compare(expected, await fingerprint())).toEqual([])
})

test('the verification finds nothing in a fresh database', async () => {
  expect(await verifySchema(database.connection)).toEqual({ findings: [] })
})

test('every table of drizzle/schema stands in the database with the same columns, and none is missing there', async () => {
  const tables = Object.values(schema).filter((value) => is(value, PgTable)) as PgTable[]
  const actual = await fingerprint()
  for (const table of tables) {
    const { name, columns } = getTableConfig(table)
    const inCode = columns.map((column) => `${snake(column.name)}${column.notNull || column.primary ? ' not null' : ''}`).sort()
    const inDatabase = Object.entries(actual)
      .filter(([object]) => object.startsWith(`column ${name}.`))
      .map(([object, definition]) => `${object.split('.')[1]}${/ not null/.test(definition) ? ' not null' : ''}`)
      .sort()
    expect({ name, columns: inCode }).toEqual({ name, columns: inDatabase })
  }
  const known = new Set([...tables.map((table) => getTableConfig(table).name), 'schema_migrations', 'api_key_usage_logs_default'])
  const unknown = Object.keys(actual).filter((object) => object.startsWith('table ') && !known.has(object.slice(6)))
  expect(unknown).toEqual([])
})

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

test('a second run applies nothing, two at once apply each migration once', async () => {
  expect(await migrateUp(database.connection)).toEqual([])
  const other = await createDatabase({ empty: true })
  const runs = await Promise.all([migrateUp(other.connection), migrateUp(other.connection)])
  expect(runs.flat().sort()).toEqual(migrationIds().map(({ id }) => id))
  await other.drop()
})

test('every migration goes down and up again to the same schema', async () => {
  const head = await fingerprint()
  const down = await migrateDown(database.connection, migrationIds().length)
  expect(down).toHaveLength(migrationIds().length)
  const left = Object.keys(await fingerprint()).filter((object) => !object.includes('schema_migrations'))
  expect(left).toEqual([])
  expect((await migrationStatus(database.connection)).every(({ applied }) => !applied)).toBe(true)
  await migrateUp(database.connection)
  expect(compare(head, await fingerprint())).toEqual([])
})

test('every migration starts with a lock time-out', async () => {
  for (const { id, path } of migrationIds()) {
    const text = await Bun.file(path).text()
    expect([id, text.startsWith("SET LOCAL lock_timeout = '500ms';")]).toEqual([id, true])
    expect(await Bun.file(path.replace('/migrations/', '/down/')).exists()).toBe(true)
  }
})

/** Hand-made drifts: what a careless administrator or a forgotten migration leaves behind. */
const DRIFTS: [string, string, RegExp][] = [
  [
    'a role CHECK without finance',
    `ALTER TABLE admin_accounts DROP CONSTRAINT admin_role, ADD CONSTRAINT admin_role CHECK (role IN ('super_admin','admin'))`,
    /admin_role/,
  ],
  ['a dropped table', 'DROP TABLE job_runs', /job_runs/],
  ['a dropped CHECK', 'ALTER TABLE operator_accounts DROP CONSTRAINT operator_balance_not_negative', /balance_not_negative/],
  ['a dropped unique', 'ALTER TABLE usage_records DROP CONSTRAINT one_usage_per_session', /one_usage_per_session/],
  ['a disabled trigger', 'ALTER TABLE transaction_records DISABLE TRIGGER append_only', /append_only/],
  ['a lost index', 'DROP INDEX usage_records_site', /usage_records_site/],
  ['a wider grant', 'GRANT UPDATE ON transaction_records TO mr_app', /grant transaction_records/],
  ['a column right too many', 'GRANT UPDATE (balance_fen) ON operator_accounts TO mr_app', /balance_fen/],
  ['a nullable column', 'ALTER TABLE usage_records ALTER COLUMN client_ip DROP NOT NULL', /client_ip/],
  [
    'a constraint not validated',
    'ALTER TABLE usage_records DROP CONSTRAINT usage_players, ADD CONSTRAINT usage_players CHECK (player_count BETWEEN 1 AND 100) NOT VALID',
    /NOT VALID/,
  ],
  [
    'a changed function',
    `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    /refuse_change/,
  ],
  ['an extra column', 'ALTER TABLE applications ADD COLUMN note text', /applications.note/],
]

test.each(DRIFTS)('the verification names %s', async (_name, statement, named) => {
  const drifted = await createDatabase()
  await drifted.owner.unsafe(statement)
  const { findings } = await verifySchema(drifted.connection)
  expect(findings.some((finding) => named.test(finding))).toBe(true)
  await drifted.drop()
})

test('the probes find a wrong rule even when the expected schema has the same mistake', async () => {
  const { runProbes } = await import('#src/schema-verify/probes')
  const wrong = await createDatabase()
  await wrong.owner.unsafe(
    `ALTER TABLE admin_accounts DROP CONSTRAINT admin_role, ADD CONSTRAINT admin_role CHECK (role IN ('super_admin','admin','operator','analyst'))`,
  )
  const failed = await runProbes(wrong.owner as never)
  expect(failed.some((name) => name.startsWith('staff role finance'))).toBe(true)
  await wrong.drop()
})

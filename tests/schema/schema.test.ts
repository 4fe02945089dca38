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
  const { findings, probes } = await verifySchema(database.connection)
  expect(findings).toEqual([])
  expect(probes).toBeGreaterThan(400)
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
  const left = Object.keys(await fingerprint()).filter((object) => !/schema_migrations|^queue |^extension |^role /.test(object))
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

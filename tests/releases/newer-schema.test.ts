import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import expected from '#drizzle/expected-schema.json'
import { migrationIds } from '#drizzle/migrate'
import { neededBy, refuseBreaking } from '#drizzle/needs'
import { lackingForOlderCode } from '#src/schema-verify/newer-schema'
import { openTestDatabase } from '#tests/support/database'
import { type ServerProcess, spawnServer } from '#tests/support/http'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const HEAD = migrationIds().at(-1)!.id

/** Readiness of a process that has never looked before. */
async function readiness(): Promise<unknown> {
  const server: ServerProcess = await spawnServer(database.url)
  const answer = await fetch(`${server.url}/health/ready`)
  const { failed } = (await answer.json()) as { failed: string[] }
  await server.kill('SIGTERM')
  return failed
}

const migrated = (id: string, needs: string | null = null) =>
  database.owner`INSERT INTO schema_migrations (id, sha256, needs) VALUES (${id}, 'x', ${needs}) ON CONFLICT (id) DO UPDATE SET needs = excluded.needs`

test('code goes on running on a schema to which newer migrations have added', async () => {
  await database.owner.unsafe(`
    CREATE TABLE of_tomorrow (id integer);
    ALTER TABLE operator_accounts ADD COLUMN of_tomorrow text;
    ALTER TABLE admin_accounts DROP CONSTRAINT admin_role, ADD CONSTRAINT admin_role CHECK (role <> '')`)
  expect(await readiness()).toEqual(['schema'])
  await migrated('9001_tomorrow')
  expect(await readiness()).toEqual([])
})

test('it does not on one that a migration has made for newer code only', async () => {
  await migrated('9002_after', HEAD)
  expect(await readiness()).toEqual([])
  await migrated('9002_after', '9001_tomorrow')
  expect(await readiness()).toEqual(['migrations'])
  await database.owner`DELETE FROM schema_migrations WHERE id = '9002_after'`
})

test('it does not on one that lacks a migration of its own', async () => {
  await database.owner`UPDATE schema_migrations SET id = '0027_other' WHERE id = '0027_releases'`
  expect(await readiness()).toEqual(['migrations'])
  await database.owner`UPDATE schema_migrations SET id = '0027_releases' WHERE id = '0027_other'`
})

describe('what older code lacks', () => {
  const schema: Record<string, string> = {
    'table games': 'kind r rls false',
    'column games.id': 'uuid not null',
    'column games.name': 'text not null',
    'function play(id uuid)': 'abc',
    'constraint games.name_length': 'CHECK (true)',
    'grant games': 'INSERT,SELECT',
  }
  const without = (object: string) => Object.fromEntries(Object.entries(schema).filter(([name]) => name !== object))
  test.each([
    ['nothing, in the same schema', schema, []],
    [
      'nothing, where more is there',
      { ...schema, 'table more': 'kind r', 'column games.note': 'text', 'grant games': 'INSERT,SELECT,UPDATE' },
      [],
    ],
    [
      'nothing, where a rule was widened or a column may be empty',
      { ...without('constraint games.name_length'), 'column games.name': 'text' },
      [],
    ],
    ['nothing, where a new column fills itself', { ...schema, 'column games.at': 'timestamptz not null default now()' }, []],
    ['a table', without('table games'), ['table games is gone']],
    ['a column', without('column games.name'), ['column games.name is gone or has another type']],
    ['a type', { ...schema, 'column games.id': 'bigint not null' }, ['column games.id is gone or has another type']],
    ['a function', without('function play(id uuid)'), ['function play(id uuid) is gone']],
    ['a right', { ...schema, 'grant games': 'SELECT' }, ['grant games lost a right']],
    ['a value it does not know of', { ...schema, 'column games.price': 'bigint not null' }, ['column games.price has to be filled']],
  ])('%s', (_, actual, lacking) => {
    expect(lackingForOlderCode(schema, actual)).toEqual(lacking)
  })

  test('our own schema lacks nothing', () => expect(lackingForOlderCode(expected, expected)).toEqual([]))
})

describe('a migration that takes away', () => {
  const released = (version: string, head: string, at: string) => database.owner`
    INSERT INTO deploy_log (id, kind, to_version, started_by, place, started_at, finished_at, result, schema_head)
    VALUES (gen_random_uuid(), 'release', ${version}, 'test', 'here', ${at}, ${at}, 'succeeded', ${head})`

  test('names the code that it needs in its head', () => {
    expect(neededBy("SET LOCAL lock_timeout = '500ms';\n-- needs: 0027_releases\nDROP TABLE x;")).toBe('0027_releases')
    expect(neededBy("SET LOCAL lock_timeout = '500ms';\n-- it needs: nothing\n")).toBeUndefined()
  })

  test('is refused while a kept release is older, and runs once none is', async () => {
    const refused = () =>
      refuseBreaking(database.owner as never, '0031_less', '0030_more').then(
        () => 'runs',
        (error: Error) => error.message,
      )
    expect(await refused()).toBe('runs')
    await released('0.1.0-old', '0028_service_level', '2026-01-01')
    for (const [day, version] of [
      [2, 'b'],
      [3, 'c'],
    ] as const)
      await released(`0.1.0-${version}`, '0030_more', `2026-01-0${day}`)
    expect(await refused()).toContain('0.1.0-old ends at 0028_service_level')
    await released('0.1.0-d', '0030_more', '2026-01-04')
    expect(await refused()).toBe('runs')
  })
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Sql } from 'postgres'
import expected from '#drizzle/expected-schema.json'
import { now } from '#src/core/time'
import { openPool } from '#src/platform/database'
import { compare, readFingerprint } from '#src/schema-verify/fingerprint'
import { runProbes } from '#src/schema-verify/probes/run'
import { listedColumns, unsampledColumns } from '#src/schema-verify/probes/values'
import { type SchemaFinding, verifySchema } from '#src/schema-verify/verify'
import { DRIFTS, type DriftFault } from '#tests/drills/drifts'
import { createDatabase, type TestDatabase } from '#tests/support/database'

const nameOf = ({ kind, name }: SchemaFinding): string => `${kind} ${name}`

/** Drifts that do not hide each other are made in one database: `bun run drill schema` makes each in its own. */
const GROUPS = Object.values(
  Object.groupBy(
    DRIFTS.filter(({ alone }) => !alone),
    (_, index) => String(index % 3),
  ),
) as DriftFault[][]
const CASES: [string, DriftFault[]][] = [
  ...GROUPS.map((group): [string, DriftFault[]] => [group.map(({ fault }) => fault).join(', '), group]),
  ...DRIFTS.filter(({ alone }) => alone).map((drift): [string, DriftFault[]] => [drift.fault, [drift]]),
]

test('at least 25 kinds of drift are rehearsed', () => {
  expect(new Set(DRIFTS.map(({ named }) => named)).size).toBeGreaterThanOrEqual(25)
})

test.each(CASES)('the verification names: %s', async (_, drifts) => {
  const drifted = await createDatabase()
  try {
    for (const { statement } of drifts) await drifted.owner.unsafe(statement)
    const { details } = await verifySchema(drifted.connection)
    const names = details.filter(({ part }) => part !== 'probe').map(nameOf)
    const failed = details.filter(({ part }) => part === 'probe').map(({ name }) => name)
    for (const { fault, named, probe } of drifts) {
      expect({ fault, isNamed: names.some((name) => name.startsWith(named)), names }).toMatchObject({ isNamed: true })
      if (probe) expect({ fault, isTried: failed.some((name) => probe.test(name)), failed }).toMatchObject({ isTried: true })
    }
  } finally {
    await drifted.drop()
  }
})

test('every column whose values the code lists is tried, each of its values and a wrong one', () => {
  expect(unsampledColumns()).toEqual([])
  expect(listedColumns().length).toBeGreaterThan(60)
})

/** The probes on a pool of the product's own, as the verification opens it. */
async function probesIn({ connection }: TestDatabase) {
  const pool = openPool(connection, { max: 1, name: 'mr-test', asApplication: false })
  try {
    return await runProbes(pool, now())
  } finally {
    await pool.end()
  }
}

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test('a wrong rule is found by the probes alone, when the expected schema has the same mistake', async () => {
  const wrong = await createDatabase()
  const drift = DRIFTS.find(({ fault }) => fault === 'role CHECK without finance')!
  await wrong.owner.unsafe(drift.statement)
  const { failures } = await probesIn(wrong)
  expect(failures.map(({ name }) => name)).toEqual([
    'admin_accounts.role takes finance',
    'admin_accounts.finance_grade takes specialist',
    'admin_accounts.finance_grade takes manager',
    'admin_accounts.finance_grade takes auditor',
  ])
  expect(failures[0]).toMatchObject({ expected: 'accepted', found: expect.stringContaining('refused by admin_role') })
  await wrong.drop()
})

test('the probes leave nothing behind', async () => {
  const rows = async () => {
    await database.owner`ANALYZE`
    const [row] = await database.owner<{ count: string }[]>`
      SELECT string_agg(relname || '=' || (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]::text, ',' ORDER BY relname) AS count
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`
    return row!.count
  }
  const before = await rows()
  const { failures, probes } = await probesIn(database)
  expect({ failures, isMany: probes > 400 }).toEqual({ failures: [], isMany: true })
  expect(await rows()).toBe(before)
})

test("rights of the application's role itself are part of the fingerprint", async () => {
  const changed = await database.owner
    .begin(async (sql) => {
      await sql`ALTER ROLE mr_app BYPASSRLS`
      await sql`GRANT pg_write_all_data TO mr_app`
      const drifts = compare(expected, await readFingerprint(sql as never))
      throw Object.assign(new Error('undo'), { drifts })
    })
    .catch((error: Error & { drifts?: unknown }) => {
      if (error.message !== 'undo') throw error
      return error.drifts
    })
  expect(changed).toEqual([
    expect.objectContaining({
      object: 'role mr_app',
      kind: 'changed',
      actual: expect.stringMatching(/bypassrls t.*member of pg_write_all_data/),
    }),
  ])
})

test('a database that a newer release has extended is judged by what this release needs', async () => {
  const newer = await createDatabase()
  const sql = newer.owner as unknown as Sql
  await sql.unsafe(`INSERT INTO schema_migrations (id, sha256) VALUES ('9999_later', 'x');
    ALTER TABLE applications ADD COLUMN note text;
    ALTER TABLE admin_accounts DROP CONSTRAINT admin_role, ADD CONSTRAINT admin_role CHECK (role IN ('super_admin', 'admin', 'operator', 'finance', 'analyst', 'support'))`)
  expect((await verifySchema(newer.connection)).findings).toEqual([])
  await sql.unsafe('ALTER TABLE report_mails DROP COLUMN last_error')
  expect((await verifySchema(newer.connection)).details).toEqual([
    expect.objectContaining({ part: 'object', name: 'column report_mails.last_error is gone or has another type' }),
  ])
  await newer.drop()
})

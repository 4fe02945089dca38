import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { migrationIds } from '#drizzle/migrate'
import { seedDemo } from '#drizzle/seed'
import { createDatabase, type TestDatabase } from '#tests/support/database'
import { mr, PRODUCTION } from './mr'

const opened: TestDatabase[] = []
const database = async (options: { empty?: boolean } = {}): Promise<TestDatabase> => {
  const made = await createDatabase(options)
  opened.push(made)
  return made
}
afterAll(() => Promise.all(opened.map((one) => one.drop())))

describe('mr migrate', () => {
  test('status, up, status, down, up: each step says what it did', async () => {
    const empty = await database({ empty: true })
    const last = migrationIds().at(-1)!.id
    const before = await mr(['migrate', 'status'], { database: empty })
    expect(before).toMatchObject({ code: 0, err: '' })
    expect(before.out.match(/pending/g)).toHaveLength(migrationIds().length)

    const up = await mr(['migrate', 'up'], { database: empty })
    expect(up.code).toBe(0)
    expect(up.out).toContain(`migrated ${last}`)
    expect((await mr(['migrate', 'status'], { database: empty })).out).not.toContain('pending')
    expect((await mr(['migrate', 'up'], { database: empty })).out).toContain('already at the head')

    const down = await mr(['migrate', 'down'], { database: empty })
    expect(down.out).toContain(`took back ${last}`)
    expect((await mr(['migrate', 'status'], { database: empty })).out).toMatch(new RegExp(`${last}.*pending`))
    expect((await mr(['migrate', 'up'], { database: empty })).code).toBe(0)
  })

  test('down is refused in production', async () => {
    const { code, err } = await mr(['migrate', 'down'], { database: await database(), env: PRODUCTION })
    expect(code).toBe(1)
    expect(err).toContain('never taken back')
  })

  test('a database without tables is told from one that is away', async () => {
    const { code, err } = await mr(['job', 'list'], { database: await database({ empty: true }) })
    expect(code).toBe(1)
    expect(err).toContain('run mr migrate up first')
  })
})

describe('mr schema', () => {
  test('verify is content with a migrated database and names what is missing', async () => {
    const one = await database()
    expect(await mr(['schema', 'verify'], { database: one })).toMatchObject({ code: 0, err: '' })
    await one.owner`DROP INDEX usage_records_site`
    const { code, err } = await mr(['schema', 'verify'], { database: one })
    expect(code).toBe(1)
    expect(err).toContain('usage_records_site')
  })

  test('fingerprint prints what the release expects', async () => {
    const { out } = await mr(['schema', 'fingerprint'], { database: await database() })
    expect(JSON.parse(out)).toEqual(await Bun.file('drizzle/expected-schema.json').json())
  })
})

describe('mr ledger verify', () => {
  let demo: TestDatabase
  beforeAll(async () => {
    demo = await database()
    await seedDemo(demo.connection)
  })

  test('proves the demo, of all and of one operator', async () => {
    const all = await mr(['ledger', 'verify'], { database: demo })
    expect(all).toMatchObject({ code: 0, err: '' })
    expect(all.out).toContain('the ledger is sound')
    expect(all.out).toMatch(/operators +6\n/)
    const [operator] = await demo.owner`SELECT id FROM operator_accounts LIMIT 1`
    const one = await mr(['ledger', 'verify', '--operator', `op_${operator!.id}`], { database: demo })
    expect(one.code).toBe(0)
    expect(one.out).toMatch(/operators +1\n/)
  })

  test('names the row that somebody changed', async () => {
    const [row] = await demo.owner`SELECT operator_id, seq, id FROM transaction_records WHERE type = 'recharge' AND seq > 5 LIMIT 1`
    await demo.owner.begin(async (sql) => {
      await sql`ALTER TABLE transaction_records DISABLE TRIGGER USER`
      await sql`UPDATE transaction_records SET description = 'changed' WHERE id = ${row!.id}`
      await sql`ALTER TABLE transaction_records ENABLE TRIGGER USER`
    })
    const { code, err } = await mr(['ledger', 'verify'], { database: demo })
    expect(code).toBe(1)
    expect(err).toContain(`I10  op_${row!.operator_id}  seq ${row!.seq} (txn_${row!.id})`)
  })
})

describe('mr job', () => {
  test('runs a job, keeps the run and lists it', async () => {
    const one = await database()
    const run = await mr(['job', 'partitions'], { database: one })
    expect(run.code).toBe(0)
    expect(run.out).toMatch(/^partitions: \{"made":\d/)
    expect((await one.owner`SELECT status FROM job_runs WHERE job = 'partitions'`)[0]).toEqual({ status: 'ok' })
    expect((await mr(['job', 'list'], { database: one })).out).toMatch(/partitions .* ok/)
  })

  test('an unknown job points to the list', async () => {
    const { code, err } = await mr(['job', 'coffee'], { database: await database() })
    expect(code).toBe(1)
    expect(err).toContain('see mr job list')
  })
})

describe('mr seed demo', () => {
  test('fills an empty database once and tells the accounts', async () => {
    const one = await database()
    const first = await mr(['seed', 'demo'], { database: one })
    expect(first.code).toBe(0)
    expect(first.out).toContain('demo_operator')
    expect(first.out).toContain('Demo@2024!')
    const again = await mr(['seed', 'demo'], { database: one })
    expect(again.code).toBe(0)
    expect(again.out).toContain('nothing was changed')
  })

  test('is refused in production and leaves nothing there', async () => {
    const one = await database()
    const { code, err } = await mr(['seed', 'demo'], { database: one, env: PRODUCTION })
    expect(code).toBe(1)
    expect(err).toContain('refused where APP_ENV=production')
    expect(await one.owner`SELECT FROM operator_accounts`).toHaveLength(0)
    expect(await one.owner`SELECT FROM admin_accounts`).toHaveLength(0)
  })
})

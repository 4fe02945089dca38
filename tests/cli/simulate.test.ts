import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { seedDemo } from '#drizzle/seed'
import { createDatabase, type TestDatabase } from '#tests/support/database'
import { type ServerProcess, spawnServer } from '#tests/support/http'
import { mr, PRODUCTION } from './mr'

let database: TestDatabase
let server: ServerProcess
beforeAll(async () => {
  database = await createDatabase()
  await seedDemo(database.connection)
  server = await spawnServer(database.url)
})
afterAll(async () => {
  await server.kill()
  await database.drop()
})

/** What the table at the end says behind a label; the lines of progress say it too, earlier. */
const told = (text: string, label: string, value: string): string | undefined =>
  [...text.matchAll(new RegExp(`${label} +(${value})`, 'g'))].at(-1)?.[1]
const numberIn = (text: string, label: string): number => Number(told(text, label, '\\d+') ?? Number.NaN)
const yuanIn = (text: string, label: string): string => told(text, label, '¥[\\d,.]+') ?? 'not there'

describe('mr simulate', () => {
  test('plays at the pace it was told, and answers, ledger and balances agree', async () => {
    const [before] = await database.owner`SELECT count(*)::int AS games FROM usage_records`
    const { code, out, err } = await mr(
      ['simulate', '--sites', '14', '--rate', '20', '--seconds', '3', '--seed', '7', '--url', server.url],
      { database },
    )
    expect(err).toBe('')
    expect(code).toBe(0)
    const accepted = numberIn(out, 'accepted')
    expect(accepted).toBeWithin(35, 90)
    expect(numberIn(out, 'games ended')).toBe(accepted)
    expect(numberIn(out, 'no answer')).toBe(0)
    expect(numberIn(out, '5xx')).toBe(0)
    expect(out).not.toContain('RATE_LIMIT_EXCEEDED')
    const [after] = await database.owner`SELECT count(*)::int AS games FROM usage_records`
    expect(after!.games - before!.games).toBe(accepted)
    const answers = yuanIn(out, 'sum of answers')
    expect(answers).toMatch(/^¥[\d,]+\.\d\d$/)
    expect([yuanIn(out, 'ledger'), yuanIn(out, 'balances fell by')]).toEqual([answers, answers])
    expect(out).toContain('answers = ledger = balances')
  })

  test('says whose rate overrides it uses and that the defaults stay', async () => {
    const { out } = await mr(['simulate', '--sites', '3', '--rate', '5', '--seconds', '1', '--url', server.url], { database })
    expect(out).toContain('demo_operator 60000/min')
    expect(out).toContain('everybody else keeps the default of 10 a minute')
  })

  test('adds the sites it lacks and credits by audited ledger entries', async () => {
    const sites = await database.owner`SELECT FROM operation_sites WHERE name LIKE '模拟门店%'`
    expect(sites).toHaveLength(4)
    const credits = await database.owner`SELECT FROM transaction_records WHERE type = 'adjustment' AND description LIKE '模拟器%'`
    const audited = await database.owner`SELECT FROM audit_logs WHERE operation = 'adjustment' AND actor_role = 'simulator'`
    expect(credits.length).toBeGreaterThan(0)
    expect(audited).toHaveLength(credits.length)
  })

  test('no address came near its limit, and only documentation or private addresses were used', async () => {
    const calls = await database.owner`
      SELECT ip, count(*)::int AS calls FROM api_key_usage_logs WHERE user_agent = 'mr-simulate' GROUP BY ip`
    expect(calls.length).toBeGreaterThan(20)
    for (const { ip, calls: count } of calls) {
      expect(ip).toMatch(/^(198\.51\.100|203\.0\.113|10\.\d+\.\d+)\.\d+$/)
      expect(count).toBeLessThan(90)
    }
  })

  test('is refused in production', async () => {
    const { code, err } = await mr(['simulate', '--url', server.url], { database, env: PRODUCTION })
    expect(code).toBe(1)
    expect(err).toContain('refused where APP_ENV=production')
  })

  test('without demo operators it says how to get them', async () => {
    const empty = await createDatabase()
    try {
      const { code, err } = await mr(['simulate', '--url', server.url], { database: empty })
      expect(code).toBe(1)
      expect(err).toContain('mr seed demo')
    } finally {
      await empty.drop()
    }
  })

  test('a server that is gone is told, and the exit code says so', async () => {
    const mortal = await spawnServer(database.url)
    const run = mr(['simulate', '--sites', '3', '--rate', '20', '--seconds', '3', '--url', mortal.url], { database })
    await Bun.sleep(1_500)
    await mortal.kill('SIGKILL')
    const { code, out } = await run
    expect(code).toBe(1)
    expect(numberIn(out, 'given up')).toBeGreaterThan(0)
    expect(out).toContain('answers = ledger = balances')
  })
})

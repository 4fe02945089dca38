import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { seedDemo } from '#drizzle/seed'
import { DEMO_OPERATORS, DEMO_STAFF, demoApiKey, SIMULATOR_OPERATORS } from '#drizzle/seed/accounts'
import { availableApplications } from '#src/applications/overview'
import { checkAuditChain } from '#src/audit-logs/chain'
import { instant, useClock } from '#src/core/time'
import { exportFolder } from '#src/exports/place'
import { claimExport, makeExport } from '#src/exports/work'
import { proveLedger } from '#src/ledger/prove'
import { apiKeyDigest } from '#src/platform/client-signature'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { isDemoPassword, isPassword } from '#src/platform/passwords'
import { createDatabase, type TestDatabase } from '#tests/support/database'

const NOW = instant('2026-11-21T08:30:00.000Z')
let demo: TestDatabase
let milliseconds: number
beforeAll(async () => {
  demo = await createDatabase()
  milliseconds = await atFixedClock(async () => {
    const started = performance.now()
    expect(await seedDemo(demo.connection)).toBe('seeded')
    return performance.now() - started
  })
  openDatabase(demo.connection, { max: 2, name: 'mr-test', asApplication: true })
})
afterAll(async () => {
  rmSync(await exportFolder(), { recursive: true, force: true })
  await closeDatabase()
  await demo.drop()
})

async function atFixedClock<T>(work: () => Promise<T>): Promise<T> {
  const restore = useClock(() => NOW.getTime())
  try {
    return await work()
  } finally {
    restore()
  }
}

const heads = ({ owner }: TestDatabase) =>
  owner`SELECT username, id, balance_fen, ledger_seq, encode(ledger_hash, 'hex') AS hash FROM operator_accounts ORDER BY username`

describe('the demo', () => {
  test('is the same at the same moment, to the last hash of every journal', async () => {
    const other = await createDatabase()
    try {
      await atFixedClock(() => seedDemo(other.connection))
      expect(await heads(other)).toEqual(await heads(demo))
    } finally {
      await other.drop()
    }
  })

  test('takes less than six seconds', () => {
    expect(milliseconds).toBeLessThan(6_000)
  })

  test('has books that prove themselves, and an audit chain', async () => {
    const proof = await proveLedger({ now: NOW })
    expect(proof.findings).toEqual([])
    expect(proof.drift).toBe(0n as never)
    expect(proof.operators).toBe(6)
    expect(await checkAuditChain()).toMatchObject({ brokenAt: null })
  })

  test('ends at balances that are believable and not below zero', async () => {
    for (const { username, balance_fen: balance } of await heads(demo)) {
      const { endsAt } = DEMO_OPERATORS.find((operator) => operator.username === username)!
      expect(Number(balance) / 100).toBeWithin(0, endsAt * 2 + 1)
      if (username === 'demo_operator') expect(Number(balance) / 100).toBeWithin(150, 1_000)
    }
    const [lowest] = await demo.owner`SELECT min(balance_after_fen)::int AS fen FROM transaction_records`
    expect(lowest!.fen).toBeGreaterThanOrEqual(0)
  })

  test('leaves the demo operator a game to request, one to renew and a file that the first worker makes', async () => {
    const [{ id }] = (await demo.owner`SELECT id FROM operator_accounts WHERE username = 'demo_operator'`) as unknown as [{ id: string }]
    const offered = await availableApplications(id, NOW)
    expect(offered.map(({ name, renews }) => [name, renews !== null])).toEqual([
      ['幻影剧场', false],
      ['机甲争霸', true],
    ])
    const claimed = (await claimExport(NOW))!
    expect([claimed.operatorId, await makeExport(claimed)]).toEqual([id, 'ready'])
    const [file] = await demo.owner`SELECT status, rows_done AS done, rows_total AS total FROM exports WHERE operator_id = ${id}`
    expect(file!.status).toBe('ready')
    expect([file!.done > 100, file!.done]).toEqual([true, file!.total])
  })

  test('has six operators of three tiers, twelve sites, seven games', async () => {
    const [counts] = await demo.owner`
      SELECT (SELECT count(DISTINCT category) FROM operator_accounts)::int AS tiers, (SELECT count(*) FROM operator_accounts)::int AS operators,
        (SELECT count(*) FROM operation_sites)::int AS sites, (SELECT count(*) FROM applications)::int AS games`
    expect(counts).toEqual({ tiers: 3, operators: 6, sites: 12, games: 7 })
  })

  test('goes back 90 days, until now, without a day off', async () => {
    const [span] = await demo.owner`
      SELECT count(*)::int AS games, extract(day FROM max(started_at) - min(started_at))::int AS days, max(started_at) AS last,
        count(DISTINCT (started_at AT TIME ZONE 'Asia/Shanghai')::date)::int AS business_days
      FROM usage_records`
    expect(span!.games).toBeWithin(8_000, 15_001)
    expect(span!.days).toBeGreaterThanOrEqual(90)
    expect(span!.business_days).toBeGreaterThanOrEqual(91)
    expect(span!.last.getTime()).toBeWithin(NOW.getTime() - 3_600_000, NOW.getTime())
  })

  test('is busier at weekends, in the evening and in the golden week', async () => {
    const [mean] = await demo.owner`
      WITH days AS (
        SELECT (started_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS games FROM usage_records
        WHERE started_at < ${NOW}::timestamptz - interval '1 day' GROUP BY 1)
      SELECT avg(games) FILTER (WHERE extract(isodow FROM day) IN (6, 7))::float AS weekend,
        avg(games) FILTER (WHERE extract(isodow FROM day) < 5 AND day > '2026-10-08')::float AS weekday,
        avg(games) FILTER (WHERE day BETWEEN '2026-10-01' AND '2026-10-07')::float AS golden
      FROM days`
    expect(mean!.weekend).toBeGreaterThan(1.5 * mean!.weekday)
    expect(mean!.golden).toBeGreaterThan(1.6 * mean!.weekday)
    const hours = await demo.owner`
      SELECT extract(hour FROM started_at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*)::int AS games FROM usage_records
      WHERE extract(isodow FROM started_at AT TIME ZONE 'Asia/Shanghai') < 6 GROUP BY 1 ORDER BY 2 DESC`
    expect([18, 19, 20]).toContain(hours[0]!.hour)
    for (const { hour } of hours) expect(hour).toBeWithin(10, 22)
  })

  test('charged the price of the day', async () => {
    const [change] = await demo.owner`SELECT application_id, old_price_fen, new_price_fen, changed_at FROM application_prices`
    const rows = await demo.owner`
      SELECT unit_price_fen, started_at < ${change!.changed_at} AS before, count(*)::int AS games FROM usage_records
      WHERE application_id = ${change!.application_id} GROUP BY 1, 2 ORDER BY 2 DESC`
    expect(rows.map(({ unit_price_fen, before }) => [unit_price_fen, before])).toEqual([
      [change!.old_price_fen, true],
      [change!.new_price_fen, false],
    ])
    for (const { games } of rows) expect(games).toBeGreaterThan(50)
  })

  test('played only what was granted at the time', async () => {
    const rows = await demo.owner`
      SELECT u.id FROM usage_records u LEFT JOIN operator_app_authorizations a ON a.operator_id = u.operator_id AND a.application_id = u.application_id
        AND a.authorized_at <= u.started_at AND (a.expires_at IS NULL OR a.expires_at > u.started_at) WHERE a.id IS NULL`
    expect(rows).toHaveLength(0)
  })

  test('has one authorisation that ends in five days, one that ended and four open requests', async () => {
    const ends = await demo.owner`
      SELECT extract(day FROM expires_at - ${NOW}::timestamptz)::int AS days FROM operator_app_authorizations WHERE expires_at IS NOT NULL ORDER BY 1`
    expect(ends.map(({ days }) => days)).toEqual([-12, 5])
    const [open] = await demo.owner`SELECT count(*)::int AS open FROM application_authorization_requests WHERE status = 'pending'`
    expect(open).toEqual({ open: 4 })
  })

  test('has a request log of the last days with refusals, none of it in the way of a partition', async () => {
    const [calls] = await demo.owner`
      SELECT count(*)::int AS calls, count(*) FILTER (WHERE result = 'refused')::int AS refused, min(at) AS first FROM api_key_usage_logs`
    expect(calls!.calls).toBeGreaterThan(200)
    expect(calls!.refused).toBeWithin(5, 100)
    expect(calls!.first.getTime()).toBeGreaterThan(NOW.getTime() - 4 * 86_400_000)
    expect(await demo.owner`SELECT FROM api_key_usage_logs_default`).toHaveLength(0)
  })
})

describe('the demo accounts', () => {
  test('open with the passwords of the documents', async () => {
    const accounts =
      await demo.owner`SELECT username, password_hash FROM operator_accounts UNION ALL SELECT username, password_hash FROM admin_accounts`
    const hashes = new Map(accounts.map(({ username, password_hash }) => [username, password_hash]))
    for (const { username, password } of [...DEMO_STAFF, ...DEMO_OPERATORS]) {
      expect(await isPassword(password, hashes.get(username))).toBe(true)
      expect(isDemoPassword(password)).toBe(true)
    }
    expect(isDemoPassword('Another-2030')).toBe(false)
    expect(await demo.owner`SELECT role, finance_grade, name FROM admin_accounts WHERE username = 'finance001'`).toMatchObject([
      { role: 'finance', finance_grade: 'manager', name: '张发财' },
    ])
  })

  test('have the demo keys; only the simulator’s have rate overrides', async () => {
    const rows = await demo.owner`
      SELECT username, encode(api_key_sha256, 'hex') AS digest, rate_limit_per_minute, rate_limit_burst FROM operator_accounts`
    for (const { username, digest, rate_limit_per_minute, rate_limit_burst } of rows) {
      expect(digest).toBe(apiKeyDigest(demoApiKey(username)))
      const limit = SIMULATOR_OPERATORS.includes(username) ? 60_000 : null
      expect([rate_limit_per_minute, rate_limit_burst]).toEqual([limit, limit])
    }
  })
})

describe('seeding', () => {
  test('leaves a seeded database alone', async () => {
    const before = await heads(demo)
    expect(await seedDemo(demo.connection)).toBe('already there')
    expect(await heads(demo)).toEqual(before)
  })

  test('leaves a database with a single account of our own alone', async () => {
    const lived = await createDatabase()
    try {
      await lived.owner`INSERT INTO admin_accounts (id, username, name, password_hash, role, created_at, updated_at)
        VALUES (gen_random_uuid(), 'real_admin', '真人', 'none', 'super_admin', now(), now())`
      expect(await seedDemo(lived.connection)).toBe('not empty')
      expect(await lived.owner`SELECT FROM operator_accounts`).toHaveLength(0)
    } finally {
      await lived.drop()
    }
  })

  test('twice at once seeds once', async () => {
    const shared = await createDatabase()
    try {
      const outcomes = await Promise.all([seedDemo(shared.connection), seedDemo(shared.connection)])
      expect(outcomes.sort()).toEqual(['already there', 'seeded'])
      expect(await heads(shared)).toHaveLength(6)
    } finally {
      await shared.drop()
    }
  })

  test('that fails at its last row leaves nothing, and can be done again', async () => {
    const broken = await createDatabase()
    try {
      await broken.owner.unsafe(`
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
        CREATE TRIGGER planted BEFORE INSERT ON audit_logs FOR EACH ROW WHEN (NEW.operation = 'demo_seed') EXECUTE FUNCTION fail()`)
      await expect(seedDemo(broken.connection)).rejects.toThrow('demo_seed')
      for (const table of [
        'operator_accounts',
        'admin_accounts',
        'usage_records',
        'transaction_records',
        'audit_logs',
        'recharge_orders',
      ]) {
        expect(await broken.owner.unsafe(`SELECT FROM ${table}`)).toHaveLength(0)
      }
      await broken.owner`DROP TRIGGER planted ON audit_logs`
      expect(await seedDemo(broken.connection)).toBe('seeded')
    } finally {
      await broken.drop()
    }
  })
})

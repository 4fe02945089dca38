import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Sql, TransactionSql } from 'postgres'
import { openPool } from '#src/platform/database'
import { createDatabase, type TestDatabase } from '#tests/support/database'

/** The database driver is the largest single choice for reliability: these are the cases that the published one fails (patches/). */

let database: TestDatabase
let sql: ReturnType<typeof openPool>
beforeAll(async () => {
  database = await createDatabase({ empty: true })
  await database.owner`CREATE TABLE probe (id serial, who text)`
})
beforeEach(async () => {
  await database.owner`TRUNCATE probe`
  // One connection: everybody wants the same place.
  sql = openPool(database.connection, { max: 1, name: 'driver', asApplication: false })
})
afterAll(() => database.drop())

type Tx = TransactionSql<{ bigint: bigint; json: unknown }>
const put = (tx: Tx | Sql<{ bigint: bigint; json: unknown }>, who: string) => tx`INSERT INTO probe (who) VALUES (${who})`
const pidOf = async (tx: Tx): Promise<number> => (await tx`SELECT pg_backend_pid() AS pid`)[0]!.pid
const rows = async (): Promise<string[]> => (await database.owner`SELECT who FROM probe ORDER BY id`).map((row) => row.who)

/** Ends a backend and waits until it is gone. */
async function kill(pid: number, when = 'true'): Promise<void> {
  for (;;) {
    const found = await database.owner.unsafe(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ${pid} AND ${when}`)
    const alive = await database.owner`SELECT FROM pg_stat_activity WHERE pid = ${pid}`
    if (alive.length === 0) return
    if (found.length === 0) await Bun.sleep(1)
  }
}

function signal(): { reached: Promise<void>; reach: () => void } {
  let reach = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return { reached, reach }
}

async function expectHealthy(): Promise<void> {
  expect((await sql`SELECT 1 AS x`)[0]!.x).toBe(1)
  await sql.begin((tx) => put(tx, 'next'))
  expect(await rows()).toEqual(['next'])
  await sql.end()
}

test('a connection killed during a statement fails the transaction; the pool goes on', async () => {
  const running = sql.begin(async (tx) => {
    const pid = await pidOf(tx)
    await put(tx, 'lost')
    const sleeping = tx`SELECT pg_sleep(20)`.execute()
    await Promise.all([sleeping, kill(pid, "query LIKE '%pg_sleep%'")])
    return 'committed'
  })
  expect(running).rejects.toThrow()
  await running.catch(() => {})
  await expectHealthy()
})

test('a connection killed between two statements fails the transaction; the pool goes on', async () => {
  const running = sql.begin(async (tx) => {
    const pid = await pidOf(tx)
    await put(tx, 'lost')
    await kill(pid)
    await put(tx, 'lost too')
    return 'committed'
  })
  expect(running).rejects.toThrow()
  await running.catch(() => {})
  await expectHealthy()
})

describe('while another transaction waits for the same connection', () => {
  /** A loses its connection and goes on writing while B, on the next connection, is in its own transaction. */
  async function cross(lose: (tx: Tx, pid: number) => Promise<unknown>): Promise<{ a: string; b: string; afterDeath: string }> {
    const [inB, aWrote, inA] = [signal(), signal(), signal()]
    let afterDeath = ''
    const a = sql
      .begin(async (tx) => {
        const pid = await pidOf(tx)
        await put(tx, 'A')
        inA.reach()
        await lose(tx, pid)
        await inB.reached
        afterDeath = await put(tx, 'A after death').then(
          () => 'written',
          () => 'refused',
        )
        aWrote.reach()
        return 'A committed'
      })
      .catch((error: Error) => error.message)
    await inA.reached
    const b = sql
      .begin(async (tx) => {
        await put(tx, 'B')
        inB.reach()
        await aWrote.reached
        await put(tx, 'B again')
        throw new Error('B rolls back')
      })
      .catch((error: Error) => error.message)
    const ended = { a: await a, b: await b }
    return { ...ended, afterDeath }
  }

  test.each([
    ['killed', (_: Tx, pid: number) => kill(pid)],
    [
      'timed out as idle in its transaction',
      async (tx: Tx, pid: number) => {
        await tx`SET LOCAL idle_in_transaction_session_timeout = '50ms'`
        while ((await database.owner`SELECT FROM pg_stat_activity WHERE pid = ${pid}`).length > 0) await Bun.sleep(5)
      },
    ],
  ])('a transaction whose connection is %s never writes into the other one', async (_, lose) => {
    const { a, b, afterDeath } = await cross(lose)
    expect(a).not.toBe('A committed')
    expect(b).toBe('B rolls back')
    expect(afterDeath).toBe('refused')
    expect(await rows()).toEqual([])
    await expectHealthy()
  })
})

test('a query after a large COPY is answered, however slowly the copy was read', async () => {
  const copy = await sql`COPY (SELECT repeat('x', 1000) FROM generate_series(1, 20000)) TO STDOUT`.readable()
  let size = 0
  for await (const chunk of copy) {
    size += chunk.length
    if (size % 7 === 0) await Bun.sleep(0)
  }
  expect(size).toBe(20_000 * 1_001)
  await expectHealthy()
})

test('connections killed while they are being opened fail their own query only: nothing is thrown that nobody can catch', async () => {
  // A rejection that nobody catches would end a server; here it fails the test file.
  let isOver = false
  const killing = (async () => {
    while (!isOver) await database.owner`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'young'`
  })()
  const open = async () => {
    for (let turn = 0; turn < 25; turn++) {
      const young = openPool(database.connection, { max: 1, name: 'young', asApplication: false })
      await young`SELECT ${[1, 2]}::int[]`.catch(() => {})
      await young.end({ timeout: 0 })
    }
  }
  await Promise.all(Array.from({ length: 6 }, open))
  isOver = true
  await killing
  await expectHealthy()
})

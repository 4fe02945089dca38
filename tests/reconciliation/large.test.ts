import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clearingProof } from '#src/reconciliation/proof'
import { fillDay, measureReconcile } from '#tests/bench/reconcile'
import { openTestDatabase } from '#tests/support/database'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const ROWS = 100_000
/** The target is 10 s on a quiet machine; `bun run bench reconcile` measures it. */
const PATIENCE_SECONDS = 30

test('a bill of a hundred thousand rows is imported and matched in time, every planted difference found and nothing else', async () => {
  const figures = await measureReconcile(ROWS, await fillDay(ROWS))
  expect(figures.seconds).toBeLessThan(PATIENCE_SECONDS)
  const kinds = await database.owner`SELECT kind, count(*)::int AS count FROM bill_differences GROUP BY kind ORDER BY kind`
  // One row in a thousand is wrong in one of four ways; fees are told once for each operator.
  expect([...kinds]).toEqual([
    { kind: 'amount', count: 25 },
    { kind: 'fee', count: 1 },
    { kind: 'long', count: 25 },
    { kind: 'short', count: 25 },
  ] as never)
  expect((await clearingProof('wechat')).agrees).toBe(true)
}, 120_000)

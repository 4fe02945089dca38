import { exports } from '#drizzle/schema'
import { addDays, addSeconds, iso, startOfMonth } from '#src/core/time'
import { exportName } from '#src/exports/file'
import type { Transaction } from '#src/platform/database'
import { DEMO_OPERATORS } from './accounts'
import { randomFrom } from './random'
import type { World } from './world'

/**
 * The demo operator has asked for last month's transactions, and finance for everybody's recharges of it: workers make the files, so
 * that there is one to download for each.
 */
export async function writeExport(tx: Transaction, { operators, staff, now }: World): Promise<void> {
  const operatorId = operators.find(({ username }) => username === DEMO_OPERATORS[0]!.username)!.id
  const staffId = staff.find(({ role }) => role === 'finance')!.id
  const to = startOfMonth(now)
  const filter = { start_time: iso(startOfMonth(addDays(to, -1))), end_time: iso(to) }
  const [counted] = await tx.sql<{ own: number; recharges: number }[]>`
    SELECT (count(*) FILTER (WHERE operator_id = ${operatorId}))::int AS own, (count(*) FILTER (WHERE type = 'recharge'))::int AS recharges
    FROM transaction_records WHERE created_at >= ${filter.start_time}::timestamptz AND created_at < ${filter.end_time}::timestamptz`
  const file = {
    kind: 'transactions',
    format: 'excel',
    language: 'zh',
    fileName: exportName('transactions', filter, 'excel', now),
    createdAt: now,
  } as const
  await tx.db.insert(exports).values([
    { ...file, id: randomFrom('export').id(now), operatorId, filter, rowsTotal: counted!.own },
    {
      ...file,
      id: randomFrom('staff export').id(addSeconds(now, 1)),
      staffId,
      filter: { ...filter, type: 'recharge' },
      rowsTotal: counted!.recharges,
    },
  ])
}

import { exports } from '#drizzle/schema'
import { addDays, iso, startOfMonth } from '#src/core/time'
import { exportName } from '#src/exports/file'
import type { Transaction } from '#src/platform/database'
import { DEMO_OPERATORS } from './accounts'
import { randomFrom } from './random'
import type { World } from './world'

/** The demo operator has asked for last month's transactions: the first workers process makes the file, so that there is one to download. */
export async function writeExport(tx: Transaction, { operators, now }: World): Promise<void> {
  const operatorId = operators.find(({ username }) => username === DEMO_OPERATORS[0]!.username)!.id
  const to = startOfMonth(now)
  const filter = { start_time: iso(startOfMonth(addDays(to, -1))), end_time: iso(to) }
  const [counted] = await tx.sql<{ rows: number }[]>`
    SELECT count(*)::int AS rows FROM transaction_records
    WHERE operator_id = ${operatorId} AND created_at >= ${filter.start_time}::timestamptz AND created_at < ${filter.end_time}::timestamptz`
  await tx.db.insert(exports).values({
    id: randomFrom('export').id(now),
    operatorId,
    kind: 'transactions',
    format: 'excel',
    language: 'zh',
    filter,
    rowsTotal: counted!.rows,
    fileName: exportName('transactions', filter, 'excel', now),
    createdAt: now,
  })
}

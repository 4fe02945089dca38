import { now } from '#src/core/time'
import { config } from '#src/platform/config'
import { builder, openPool, type Transaction } from '#src/platform/database'
import type { Connection } from '#src/platform/database-url'
import { DEMO_OPERATORS } from './seed/accounts'
import { extrasOf, refundsOf } from './seed/extras'
import { playHistory } from './seed/history'
import { writePlans } from './seed/plans'
import { buildWorld } from './seed/world'
import { writeBills } from './seed/write-bills'
import { writeChecks } from './seed/write-checks'
import { writeDeliveries } from './seed/write-deliveries'
import { writeDesk } from './seed/write-desk'
import { writeExport } from './seed/write-export'
import { writeAdjustments, writeClosings } from './seed/write-finance-desk'
import { finishRefunds, writeHistory, writeRefunds } from './seed/write-history'
import { writeInvoices } from './seed/write-invoices'
import { writeOffice } from './seed/write-office'
import { writeReleases } from './seed/write-releases'
import { writeReports } from './seed/write-reports'
import { writeServiceLevel } from './seed/write-service-level'
import { writeAudit, writeMessages, writeRequestLog } from './seed/write-traces'
import { writeWallets } from './seed/write-wallets'
import { writeWorld } from './seed/write-world'

/** One seed at a time per database; the second waits and finds the work done. */
const LOCK = 7_061_978
const LOCK_PATIENCE = '60s'

/**
 * Fills an empty database with the demo: six operators, twelve sites, seven games and 90 days of history until this moment. All of it
 * or, when it is killed or fails, nothing: it is one transaction. A database with any account in it is left alone. The same moment
 * gives the same demo. Throws where APP_ENV=production.
 */
export async function seedDemo(connection: Connection): Promise<'seeded' | 'already there' | 'not empty'> {
  if (config().production) {
    throw new Error('生产环境不写入演示数据 / Demo data is refused where APP_ENV=production: its passwords and keys are public')
  }
  const pool = openPool(connection, { max: 1, name: 'mr-seed', asApplication: false })
  try {
    return await pool.begin(async (sql) => {
      const tx: Transaction = { sql, db: builder(sql) }
      await sql`SELECT set_config('lock_timeout', ${LOCK_PATIENCE}, true), pg_advisory_xact_lock(${LOCK})`
      const found = await inhabitants(tx)
      if (found !== 'none') return found === 'demo' ? 'already there' : 'not empty'
      await writeDemo(tx)
      return 'seeded'
    })
  } finally {
    await pool.end({ timeout: 5 })
  }
}

async function inhabitants({ sql }: Transaction): Promise<'none' | 'demo' | 'others'> {
  const [row] = await sql<{ found: 'none' | 'demo' | 'others' }[]>`
    SELECT CASE WHEN EXISTS (SELECT FROM operator_accounts WHERE username = ${DEMO_OPERATORS[0]!.username}) THEN 'demo'
      WHEN EXISTS (SELECT FROM operator_accounts) OR EXISTS (SELECT FROM admin_accounts) THEN 'others' ELSE 'none' END AS found`
  return row!.found
}

async function writeDemo(tx: Transaction): Promise<void> {
  const world = buildWorld(now())
  const refunds = refundsOf(world)
  await writeWorld(tx, world)
  await writeRefunds(tx, refunds, world.staff.find((staff) => staff.role === 'finance')!.id)
  const histories = world.operators.map((operator) => playHistory(world, operator, extrasOf(world, operator, refunds)))
  for (const history of histories) await writeHistory(tx, history)
  await finishRefunds(tx)
  await writeBills(tx, world.now)
  await writeRequestLog(tx, world, histories)
  await writePlans(tx, world)
  await writeMessages(tx, world)
  await writeExport(tx, world)
  await writeAdjustments(tx, world)
  await writeClosings(tx, world)
  await writeReports(tx, world)
  await writeOffice(tx, world)
  await writeWallets(tx, world)
  await writeReleases(tx, world)
  await writeChecks(tx, world)
  await writeInvoices(tx, world)
  await writeDesk(tx, world, histories, refunds)
  await writeServiceLevel(tx, world)
  await writeDeliveries(tx, world)
  await writeAudit(tx, world, histories, refunds)
}

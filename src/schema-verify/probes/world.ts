import { newId } from '#src/core/ids'
import { money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import type { Transaction } from '#src/platform/database'
import { operatorRow, type Row, staffRow, unique, type World } from './samples'
import { insert, sampleRow } from './values'

export function newWorld(at: Instant): World {
  const ids = ['operator', 'otherOperator', 'creator', 'reviewer', 'site', 'application', 'price', 'order', 'refund', 'payout'] as const
  const more = ['invoice', 'bill', 'message', 'notice', 'report', 'wallet', 'walletOperation', 'officeCase'] as const
  return { at, ...Object.fromEntries([...ids, ...more].map((name) => [name, newId()])) } as World
}

/** Makes the rows that probes point at, parents first; each is one step that may fail by its own name. */
export function worldSteps(world: World): { name: string; run: (tx: Transaction) => Promise<unknown> }[] {
  const { at } = world
  const step = (table: string, row: () => Row) => ({ name: `a row of ${table}`, run: (tx: Transaction) => insert(tx, table, row()) })
  const times = { created_at: at, updated_at: at }
  return [
    step('operator_accounts', () => operatorRow(world, world.operator)),
    step('operator_accounts', () => operatorRow(world, world.otherOperator)),
    step('admin_accounts', () => staffRow(world, world.creator)),
    step('admin_accounts', () => staffRow(world, world.reviewer)),
    step('operation_sites', () => ({ id: world.site, operator_id: world.operator, name: '探针门店', address: '北京市朝阳区', ...times })),
    step('applications', () => ({
      id: world.application,
      app_name: `探针${unique()}`,
      unit_price_fen: 1000,
      min_players: 1,
      max_players: 8,
      ...times,
    })),
    step('application_prices', () => ({
      ...{
        id: world.price,
        application_id: world.application,
        old_price_fen: 900,
        new_price_fen: 1000,
        changed_by: world.creator,
        changed_at: at,
      },
    })),
    { name: 'a row of transaction_records', run: (tx) => credit(tx, world) },
    step('recharge_orders', () => ({ ...sampleRow(world, 'recharge_orders', 'status=success'), id: world.order, status: 'success' })),
    step('refund_records', () => ({ ...sampleRow(world, 'refund_records', 'status=approved'), id: world.refund, status: 'approved' })),
    step('refund_payouts', () => ({ ...sampleRow(world, 'refund_payouts'), id: world.payout })),
    step('invoice_records', () => ({ ...sampleRow(world, 'invoice_records', 'status=approved'), id: world.invoice, status: 'approved' })),
    step('provider_bills', () => ({ ...sampleRow(world, 'provider_bills'), id: world.bill, bill_date: '1900-01-01' })),
    step('message_notifications', () => ({ ...sampleRow(world, 'message_notifications'), id: world.message })),
    step('alert_notices', () => ({ ...sampleRow(world, 'alert_notices'), id: world.notice })),
    step('finance_reports', () => ({ ...sampleRow(world, 'finance_reports'), id: world.report })),
    step('wallets', () => ({ id: world.wallet, platform: 'probe', user_id: unique(), created_at: at })),
    step('wallet_operations', () => ({ ...sampleRow(world, 'wallet_operations'), id: world.walletOperation })),
    step('office_cases', () => ({ ...sampleRow(world, 'office_cases'), id: world.officeCase })),
  ]
}

async function credit(tx: Transaction, { operator, at }: World): Promise<void> {
  const [head] = await lockOperators(tx, { ids: [operator] })
  await appendRows(tx, [journalRow(head!, { kind: 'adjustment_in', amount: money(10_000), description: '探针' }, at)])
}

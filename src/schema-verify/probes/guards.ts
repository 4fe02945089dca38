import { newId } from '#src/core/ids'
import { money } from '#src/core/money'
import type { JournalRow } from '#src/ledger/chain'
import { rowHash } from '#src/ledger/chain'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import type { Transaction } from '#src/platform/database'
import { BY_CONSTRAINT, BY_GUARD, type Probe } from './probe'
import { digest, operatorRow, staffRow, unique, type World } from './samples'
import { insert, sampleRow } from './values'

const asApplication = (tx: Transaction) => tx.sql`SET LOCAL ROLE mr_app`

/** Appends a row to the probe's journal, changed a little. */
async function forge(tx: Transaction, { operator, at }: World, change: Partial<JournalRow>): Promise<void> {
  const [head] = await lockOperators(tx, { ids: [operator] })
  const row = { ...journalRow(head!, { kind: 'adjustment_in', amount: money(100), description: '探针' }, at), ...change }
  await appendRows(tx, [{ ...row, hash: rowHash(row) }])
}

const game = (world: World, sessionId: string, operatorId = world.operator) => ({
  ...{
    id: newId(),
    operator_id: operatorId,
    site_id: world.site,
    application_id: world.application,
    session_id: sessionId,
    request_hash: digest(),
  },
  ...{
    app_name: '探针',
    player_count: 2,
    unit_price_fen: 1000,
    total_fen: 2000,
    authorization_token: newId(),
    ledger_seq: 1,
    balance_after_fen: 0,
  },
  ...{ client_ip: '::1', started_at: world.at },
})

/** What nobody may do, whoever writes the statement: the books guard themselves. */
const BOOKS = (world: World): Probe[] => [
  {
    name: 'an account that starts with money',
    refusedBy: BY_GUARD,
    run: (tx) => insert(tx, 'operator_accounts', { ...operatorRow(world, newId()), balance_fen: 100 }),
  },
  {
    name: 'a balance changed without a journal row',
    refusedBy: BY_GUARD,
    run: (tx) => tx.sql`UPDATE operator_accounts SET balance_fen = balance_fen + 1 WHERE id = ${world.operator}`,
  },
  { name: 'a journal row that moves a balance', run: (tx) => forge(tx, world, {}) },
  { name: 'a journal row that leaves a gap', refusedBy: BY_CONSTRAINT, run: (tx) => forge(tx, world, { seq: 3n }) },
  {
    name: 'a journal row from a wrong balance',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => forge(tx, world, { balanceBefore: money(1), balanceAfter: money(101) }),
  },
  { name: 'a journal row from a wrong hash', refusedBy: BY_CONSTRAINT, run: (tx) => forge(tx, world, { prevHash: 'ab'.repeat(32) }) },
  {
    name: 'a balance below zero',
    refusedBy: BY_CONSTRAINT,
    run: (tx) =>
      forge(tx, world, { debitAccount: 'operator', creditAccount: 'adjustments', amount: money(20_000), balanceAfter: money(-10_000) }),
  },
  { name: 'accounts that are not in the chart', refusedBy: BY_CONSTRAINT, run: (tx) => forge(tx, world, { debitAccount: 'revenue' }) },
  {
    name: 'a changed journal row',
    refusedBy: BY_GUARD,
    run: (tx) => tx.sql`UPDATE transaction_records SET description = 'x' WHERE operator_id = ${world.operator} AND seq = 1`,
  },
  {
    name: 'a removed journal row',
    refusedBy: BY_GUARD,
    run: (tx) => tx.sql`DELETE FROM transaction_records WHERE operator_id = ${world.operator} AND seq = 1`,
  },
  // The statement alone is refused, without a row of anybody's.
  { name: 'a removed audit row', refusedBy: BY_GUARD, run: (tx) => tx.sql`DELETE FROM audit_logs WHERE false` },
  { name: 'a changed audit row', refusedBy: BY_GUARD, run: (tx) => tx.sql`UPDATE audit_logs SET operation = operation WHERE false` },
  { name: 'a changed closing of a day', refusedBy: BY_GUARD, run: (tx) => tx.sql`UPDATE day_closings SET day = day WHERE false` },
  { name: 'a removed operator', refusedBy: BY_GUARD, run: (tx) => tx.sql`DELETE FROM operator_accounts WHERE false` },
  { name: 'a removed game', refusedBy: BY_GUARD, run: (tx) => tx.sql`DELETE FROM usage_records WHERE false` },
  {
    name: 'a game without its debit',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => insert(tx, 'usage_records', { ...game(world, unique()), ledger_seq: 999_999 }),
  },
  {
    name: 'the same session twice',
    refusedBy: BY_CONSTRAINT,
    run: async (tx) => {
      const session = unique()
      await insert(tx, 'usage_records', game(world, session))
      await insert(tx, 'usage_records', game(world, session))
    },
  },
  {
    name: "a game at another operator's site",
    refusedBy: BY_CONSTRAINT,
    run: (tx) => insert(tx, 'usage_records', game(world, unique(), world.otherOperator)),
  },
]

/** Rules between rows and between people, and what the application's own role may not. */
const RULES = (world: World): Probe[] => [
  {
    name: 'finance without a grade',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => insert(tx, 'admin_accounts', { ...staffRow(world, newId()), role: 'finance' }),
  },
  {
    name: 'an analyst with a granted permission',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => insert(tx, 'admin_accounts', { ...staffRow(world, newId()), role: 'analyst', permissions: '{job:run}' }),
  },
  {
    name: 'one payment for two orders',
    refusedBy: BY_CONSTRAINT,
    run: async (tx) => {
      const paid = { ...sampleRow(world, 'recharge_orders', 'status=success'), status: 'success' }
      await insert(tx, 'recharge_orders', paid)
      await insert(tx, 'recharge_orders', { ...paid, id: newId() })
    },
  },
  {
    name: 'an order that goes back from paid to open',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => tx.sql`UPDATE recharge_orders SET status = 'pending', paid_at = NULL WHERE id = ${world.order}`,
  },
  {
    name: 'an order with another amount',
    refusedBy: BY_GUARD,
    run: (tx) => tx.sql`UPDATE recharge_orders SET amount_fen = 20000 WHERE id = ${world.order}`,
  },
  {
    name: 'an approved refund that is rejected',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => tx.sql`UPDATE refund_records SET status = 'rejected' WHERE id = ${world.refund}`,
  },
  {
    name: 'a refund approved twice by one person',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => tx.sql`UPDATE refund_records SET second_reviewer = first_reviewer WHERE id = ${world.refund}`,
  },
  {
    name: 'an issued invoice with another amount',
    refusedBy: BY_GUARD,
    run: (tx) => tx.sql`UPDATE invoice_records SET amount_fen = 1 WHERE id = ${world.invoice}`,
  },
  ...[
    `UPDATE operator_accounts SET balance_fen = balance_fen WHERE id = '${world.operator}'`,
    `UPDATE transaction_records SET description = description WHERE operator_id = '${world.operator}'`,
    'DELETE FROM audit_logs WHERE false',
    'UPDATE audit_logs SET operation = operation WHERE false',
    `UPDATE usage_records SET total_fen = total_fen WHERE operator_id = '${world.operator}'`,
    'DELETE FROM operator_accounts WHERE false',
    "INSERT INTO schema_migrations (id, sha256) VALUES ('probe', 'probe')",
    'CREATE TABLE probe_table (id integer)',
  ].map(
    (statement): Probe => ({
      name: `the application's role may not: ${statement.split(' WHERE ')[0]}`,
      refusedBy: BY_GUARD,
      run: async (tx) => {
        await asApplication(tx)
        await tx.sql.unsafe(statement)
      },
    }),
  ),
]

export const guardProbes = (world: World): Probe[] =>
  [...BOOKS(world), ...RULES(world)].map((probe): Probe => ({ ...probe, isDeferred: true }))

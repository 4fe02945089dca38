import type { Sql } from 'postgres'
import { newId } from '#src/core/ids'
import { money } from '#src/core/money'
import { addDays, addSeconds, now } from '#src/core/time'
import { rowHash } from '#src/ledger/chain'
import { lockOperators } from '#src/ledger/lock'
import { type Proof, proveLedger } from '#src/ledger/prove'
import { appendRows, headAfter, journalRow } from '#src/ledger/transfer'
import { transaction } from '#src/platform/database'
import { openPayouts } from '#src/refunds/payouts'
import { authorize } from '#tests/support/client'
import { aSite, aStore, type Store } from '#tests/support/factory'

export type Story = { store: Store; other: Store; orderId: string; before: Proof }
export type Owner = Sql<{ bigint: bigint }>

/**
 * `minute`: the audit of each minute names it by itself. The others show there as a change of the append-only journal, at which the whole
 * ledger is proved at once: that proof names the row.
 */
export type Corruption = {
  fault: string
  rule: string
  row: RegExp
  minute?: { rule: string; row: RegExp }
  corrupt: (sql: Owner, story: Story) => Promise<unknown>
}

/** Does it as a superuser, with triggers and foreign keys switched off. */
export async function leave({ corrupt }: Corruption, owner: Owner, story: Story): Promise<void> {
  await owner.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await corrupt(sql as unknown as Owner, story)
    // The database counts changes about once a second; a test does not wait for it.
    await sql`SELECT pg_stat_force_next_flush()`
  })
}

/** A shop that paid 100.00 in by WeChat, of which 5.00 are on their way back, and played three games; and a second shop. */
export async function tellStory(url: string): Promise<Story> {
  const store = await aStore({ price: '10.00' })
  const other = await aStore({ price: '10.00', balance: '50.00' })
  const orderId = await paidOrder(store)
  for (const players of [1, 2, 3]) await played(url, store, players)
  await played(url, other, 1)
  return { store, other, orderId, before: await proveLedger({ now: now() }) }
}

async function played(url: string, store: Store, players: number): Promise<void> {
  const { status } = await authorize(url, store, { players })
  if (status !== 200) throw new Error(`the game was answered ${status}`)
}

async function paidOrder({ operator }: Store): Promise<string> {
  const [orderId, refundId, at] = [newId(), newId(), now()]
  await transaction(async (tx) => {
    const [head] = await lockOperators(tx, { ids: [operator.id] })
    await tx.sql`INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, provider_txn_id, paid_at, expires_at, created_at, updated_at)
      VALUES (${orderId}, ${operator.id}, 10000, 'wechat', 'success', ${orderId}, ${at}, ${addSeconds(at, 900)}, ${at}, ${at})`
    const recharge = journalRow(head!, { kind: 'recharge', channel: 'wechat', amount: money(10_000), orderId, description: '微信充值' }, at)
    await appendRows(tx, [recharge])
    const [staff] = await tx.sql`SELECT id FROM admin_accounts LIMIT 1`
    await tx.sql`INSERT INTO refund_records (id, operator_id, requested_fen, actual_fen, reason, status, first_reviewer, reviewed_at, created_at, updated_at)
      VALUES (${refundId}, ${operator.id}, 500, 500, '门店装修暂停营业申请退款', 'approved', ${staff!.id}, ${at}, ${at}, ${at})`
    const refund = journalRow(headAfter(recharge), { kind: 'refund', amount: money(500), refundId, description: '退款' }, at)
    await appendRows(tx, [refund])
    await openPayouts(tx, { refundId, operatorId: operator.id }, [{ orderId, channel: 'wechat', amount: money(500) }], at)
  })
  return orderId
}

/** What a superuser could do by hand: with triggers and foreign keys switched off, and unique indexes gone where they are in the way. */
export const CORRUPTIONS: Corruption[] = [
  {
    fault: 'changed amount',
    rule: 'I10',
    row: /seq 3/,
    corrupt: async (sql, { store }) => {
      await sql`ALTER TABLE transaction_records DROP CONSTRAINT transaction_balance`
      await sql`UPDATE transaction_records SET amount_fen = amount_fen + 1 WHERE operator_id = ${store.operator.id} AND seq = 3`
    },
  },
  {
    fault: 'dropped row',
    rule: 'I2',
    row: /seq 4/,
    corrupt: (sql, { store }) => sql`DELETE FROM transaction_records WHERE operator_id = ${store.operator.id} AND seq = 3`,
  },
  {
    fault: 'swapped order',
    rule: 'I10',
    row: /seq 3/,
    corrupt: async (sql, { store }) => {
      await sql`UPDATE transaction_records SET seq = 99 WHERE operator_id = ${store.operator.id} AND seq = 3`
      await sql`UPDATE transaction_records SET seq = 3 WHERE operator_id = ${store.operator.id} AND seq = 4`
      await sql`UPDATE transaction_records SET seq = 4 WHERE operator_id = ${store.operator.id} AND seq = 99`
    },
  },
  {
    fault: 'double credit',
    rule: 'I5',
    row: /seq 6/,
    minute: { rule: 'I5', row: /seq 6/ },
    corrupt: async (sql, { store }) => {
      await sql`DROP INDEX one_credit_per_order`
      await appendForged(sql, store.operator.id, { type: 'recharge', debitAccount: 'clearing:wechat', creditAccount: 'operator', sign: 1n })
    },
  },
  {
    fault: 'cut tail',
    rule: 'I10',
    row: /seq 5/,
    minute: { rule: 'I10', row: /seq 5/ },
    corrupt: async (sql, { store }) => {
      await sql`DELETE FROM usage_records WHERE operator_id = ${store.operator.id} AND ledger_seq = 5`
      await sql`DELETE FROM transaction_records WHERE operator_id = ${store.operator.id} AND seq = 5`
      await sql`UPDATE operator_accounts o SET balance_fen = t.balance_after_fen, ledger_seq = t.seq, ledger_hash = t.hash,
        total_consumed_fen = total_consumed_fen - 3000 FROM transaction_records t WHERE o.id = t.operator_id AND t.seq = 4 AND o.id = ${store.operator.id}`
    },
  },
  {
    fault: 'wrong link',
    rule: 'I10',
    row: /seq 4/,
    corrupt: (sql, { store }) =>
      sql`UPDATE transaction_records SET prev_hash = sha256('x') WHERE operator_id = ${store.operator.id} AND seq = 4`,
  },
  {
    fault: 'future row',
    rule: 'I10',
    row: /seq 5/,
    corrupt: (sql, { store }) =>
      sql`UPDATE transaction_records SET created_at = ${addDays(now(), 3)} WHERE operator_id = ${store.operator.id} AND seq = 5`,
  },
  {
    fault: 'broken hash',
    rule: 'I10',
    row: /seq 2/,
    corrupt: (sql, { store }) =>
      sql`UPDATE transaction_records SET hash = sha256('x') WHERE operator_id = ${store.operator.id} AND seq = 2`,
  },
  {
    fault: 'balance edit',
    rule: 'I1',
    row: /op_/,
    minute: { rule: 'I1', row: /op_/ },
    corrupt: (sql, { store }) => sql`UPDATE operator_accounts SET balance_fen = balance_fen + 100 WHERE id = ${store.operator.id}`,
  },
  {
    fault: 'missing credit',
    rule: 'I5',
    row: /ord_/,
    minute: { rule: 'I5', row: /ord_/ },
    corrupt: (sql, { orderId }) => sql`DELETE FROM transaction_records WHERE order_id = ${orderId}`,
  },
  {
    fault: 'orphan usage',
    rule: 'I4',
    row: /usage_/,
    minute: { rule: 'I4', row: /usage_/ },
    corrupt: (sql, { store }) => sql`UPDATE usage_records SET ledger_seq = 77 WHERE operator_id = ${store.operator.id} AND ledger_seq = 4`,
  },
  {
    fault: 'double session',
    rule: 'I3',
    row: /^op_/,
    minute: { rule: 'I3', row: /^op_/ },
    corrupt: async (sql, { store }) => {
      await sql`ALTER TABLE usage_records DROP CONSTRAINT one_usage_per_session`
      await sql`UPDATE usage_records SET session_id = (SELECT session_id FROM usage_records WHERE operator_id = ${store.operator.id} AND ledger_seq = 3)
        WHERE operator_id = ${store.operator.id} AND ledger_seq = 4`
    },
  },
  {
    fault: 'foreign operator',
    rule: 'I14',
    row: /usage_/,
    minute: { rule: 'I14', row: /usage_/ },
    corrupt: async (sql, { store, other }) =>
      sql`UPDATE usage_records SET site_id = ${await aSite(other.operator.id)} WHERE operator_id = ${store.operator.id} AND ledger_seq = 4`,
  },
  {
    fault: 'wrong state',
    rule: 'I5',
    row: /seq 1/,
    minute: { rule: 'I5', row: /ord_/ },
    corrupt: (sql, { orderId }) =>
      sql`UPDATE recharge_orders SET status = 'failed', paid_at = NULL, refunded_fen = 0 WHERE id = ${orderId}`,
  },
  {
    fault: 'seq gap',
    rule: 'I2',
    row: /seq 6/,
    corrupt: (sql, { store }) => sql`UPDATE transaction_records SET seq = 6 WHERE operator_id = ${store.operator.id} AND seq = 5`,
  },
]

/** A row that continues the chain perfectly and has no reason to be there. */
async function appendForged(
  sql: Owner,
  operatorId: string,
  { type, debitAccount, creditAccount, sign }: { type: 'recharge'; debitAccount: string; creditAccount: string; sign: bigint },
) {
  const [last] =
    await sql`SELECT *, encode(hash, 'hex') AS hex FROM transaction_records WHERE operator_id = ${operatorId} ORDER BY seq DESC LIMIT 1`
  const [first] = await sql`SELECT order_id FROM transaction_records WHERE operator_id = ${operatorId} AND type = 'recharge'`
  const amount = 10_000n
  const balanceAfter = last!.balance_after_fen + sign * amount
  const row = {
    operatorId, seq: last!.seq + 1n, id: newId(), type, debitAccount, creditAccount, amount: money(amount), balanceBefore: last!.balance_after_fen,
    balanceAfter, usageId: null, orderId: first!.order_id, refundId: null, correctsId: null, description: '微信充值', createdAt: now(), prevHash: last!.hex,
  } // biome-ignore format: one row, one line each would be a page
  const hash = rowHash(row)
  await sql`INSERT INTO transaction_records (operator_id, seq, id, type, debit_account, credit_account, amount_fen, balance_before_fen, balance_after_fen, order_id, description, created_at, prev_hash, hash)
    VALUES (${operatorId}, ${String(row.seq)}, ${row.id}, ${type}, ${debitAccount}, ${creditAccount}, ${String(amount)}, ${String(row.balanceBefore)}, ${String(balanceAfter)}, ${row.orderId}, ${row.description}, ${row.createdAt}, ${last!.hash}, ${Buffer.from(hash, 'hex')})`
  await sql`UPDATE operator_accounts SET balance_fen = ${String(balanceAfter)}, ledger_seq = ${String(row.seq)}, ledger_hash = ${Buffer.from(hash, 'hex')}, total_recharged_fen = total_recharged_fen + 10000 WHERE id = ${operatorId}`
}

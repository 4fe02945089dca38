import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
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
import { openTestDatabase } from '#tests/support/database'
import { aSite, aStore, type Store } from '#tests/support/factory'
import { startServer } from '#tests/support/http'

type Story = { store: Store; other: Store; orderId: string; before: Proof }
type Owner = Sql<{ bigint: bigint }>

/** A shop that paid 100.00 in by WeChat, of which 5.00 are on their way back, and played three games; and a second shop. */
async function tellStory(url: string): Promise<Story> {
  const store = await aStore({ price: '10.00' })
  const other = await aStore({ price: '10.00', balance: '50.00' })
  const orderId = await paidOrder(store)
  for (const players of [1, 2, 3]) expect((await authorize(url, store, { players })).status).toBe(200)
  expect((await authorize(url, other, { players: 1 })).status).toBe(200)
  return { store, other, orderId, before: await proveLedger({ now: now() }) }
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
const CORRUPTIONS: [name: string, rule: string, corrupt: (sql: Owner, story: Story) => Promise<unknown>, row: RegExp][] = [
  [
    'changed amount',
    'I10',
    async (sql, { store }) => {
      await sql`ALTER TABLE transaction_records DROP CONSTRAINT transaction_balance`
      await sql`UPDATE transaction_records SET amount_fen = amount_fen + 1 WHERE operator_id = ${store.operator.id} AND seq = 3`
    },
    /seq 3/,
  ],
  [
    'dropped row',
    'I2',
    (sql, { store }) => sql`DELETE FROM transaction_records WHERE operator_id = ${store.operator.id} AND seq = 3`,
    /seq 4/,
  ],
  [
    'swapped order',
    'I10',
    async (sql, { store }) => {
      await sql`UPDATE transaction_records SET seq = 99 WHERE operator_id = ${store.operator.id} AND seq = 3`
      await sql`UPDATE transaction_records SET seq = 3 WHERE operator_id = ${store.operator.id} AND seq = 4`
      await sql`UPDATE transaction_records SET seq = 4 WHERE operator_id = ${store.operator.id} AND seq = 99`
    },
    /seq 3/,
  ],
  [
    'double credit',
    'I5',
    async (sql, { store }) => {
      await sql`DROP INDEX one_credit_per_order`
      await appendForged(sql, store.operator.id, { type: 'recharge', debitAccount: 'clearing:wechat', creditAccount: 'operator', sign: 1n })
    },
    /seq 6/,
  ],
  [
    'cut tail',
    'I10',
    async (sql, { store }) => {
      await sql`DELETE FROM usage_records WHERE operator_id = ${store.operator.id} AND ledger_seq = 5`
      await sql`DELETE FROM transaction_records WHERE operator_id = ${store.operator.id} AND seq = 5`
      await sql`UPDATE operator_accounts o SET balance_fen = t.balance_after_fen, ledger_seq = t.seq, ledger_hash = t.hash,
        total_consumed_fen = total_consumed_fen - 3000 FROM transaction_records t WHERE o.id = t.operator_id AND t.seq = 4 AND o.id = ${store.operator.id}`
    },
    /seq 5/,
  ],
  [
    'wrong link',
    'I10',
    (sql, { store }) => sql`UPDATE transaction_records SET prev_hash = sha256('x') WHERE operator_id = ${store.operator.id} AND seq = 4`,
    /seq 4/,
  ],
  [
    'future row',
    'I10',
    (sql, { store }) =>
      sql`UPDATE transaction_records SET created_at = ${addDays(now(), 3)} WHERE operator_id = ${store.operator.id} AND seq = 5`,
    /seq 5/,
  ],
  [
    'broken hash',
    'I10',
    (sql, { store }) => sql`UPDATE transaction_records SET hash = sha256('x') WHERE operator_id = ${store.operator.id} AND seq = 2`,
    /seq 2/,
  ],
  [
    'balance edit',
    'I1',
    (sql, { store }) => sql`UPDATE operator_accounts SET balance_fen = balance_fen + 100 WHERE id = ${store.operator.id}`,
    /op_/,
  ],
  ['missing credit', 'I5', (sql, { orderId }) => sql`DELETE FROM transaction_records WHERE order_id = ${orderId}`, /ord_/],
  [
    'orphan usage',
    'I4',
    (sql, { store }) => sql`UPDATE usage_records SET ledger_seq = 77 WHERE operator_id = ${store.operator.id} AND ledger_seq = 4`,
    /usage_/,
  ],
  [
    'double session',
    'I3',
    async (sql, { store }) => {
      await sql`ALTER TABLE usage_records DROP CONSTRAINT one_usage_per_session`
      await sql`UPDATE usage_records SET session_id = (SELECT session_id FROM usage_records WHERE operator_id = ${store.operator.id} AND ledger_seq = 3)
        WHERE operator_id = ${store.operator.id} AND ledger_seq = 4`
    },
    /^op_/,
  ],
  [
    'foreign operator',
    'I14',
    async (sql, { store, other }) =>
      sql`UPDATE usage_records SET site_id = ${await aSite(other.operator.id)} WHERE operator_id = ${store.operator.id} AND ledger_seq = 4`,
    /usage_/,
  ],
  [
    'wrong state',
    'I5',
    (sql, { orderId }) => sql`UPDATE recharge_orders SET status = 'failed', paid_at = NULL, refunded_fen = 0 WHERE id = ${orderId}`,
    /seq 1/,
  ],
  [
    'seq gap',
    'I2',
    (sql, { store }) => sql`UPDATE transaction_records SET seq = 6 WHERE operator_id = ${store.operator.id} AND seq = 5`,
    /seq 6/,
  ],
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

describe('the proof of the ledger', () => {
  let database: Awaited<ReturnType<typeof openTestDatabase>>
  let server: ReturnType<typeof startServer>
  let story: Story
  beforeAll(async () => {
    database = await openTestDatabase()
    server = startServer()
    story = await tellStory(server.url)
  })
  afterAll(async () => {
    await server.drain(1_000)
    await database.close()
  })

  test('finds nothing in honest books and counts them', () => {
    expect(story.before.findings).toEqual([])
    expect(story.before).toMatchObject({ operators: 2, transactions: 7, drift: 0n })
  })

  test('of one operator reads only its rows', async () => {
    const proof = await proveLedger({ now: now(), operatorId: story.other.operator.id })
    expect(proof).toMatchObject({ operators: 1, transactions: 2, findings: [] })
  })
})

describe.each(CORRUPTIONS)('a superuser leaves %s', (_name, rule, corrupt, row) => {
  let database: Awaited<ReturnType<typeof openTestDatabase>>
  let server: ReturnType<typeof startServer>
  beforeAll(async () => {
    database = await openTestDatabase()
    server = startServer()
  })
  afterAll(async () => {
    await server.drain(1_000)
    await database.close()
  })

  test(`the proof names it as ${rule} with its row`, async () => {
    const story = await tellStory(server.url)
    await database.owner.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`
      await corrupt(sql as unknown as Owner, story)
    })
    const { findings } = await proveLedger({ now: now(), anchors: story.before.heads })
    const named = findings.filter(
      (finding) => finding.rule === rule && row.test(finding.row) && finding.operatorId === story.store.operator.id,
    )
    expect({ named: named.length > 0, findings }).toMatchObject({ named: true })
  })
})

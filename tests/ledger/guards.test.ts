import { describe, expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { money } from '#src/core/money'
import { now } from '#src/core/time'
import { type JournalRow, rowHash } from '#src/ledger/chain'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import { appendRows, headAfter, journalRow, type Transfer } from '#src/ledger/transfer'
import { errorCode, rawSql, type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { aScene } from '#tests/authorize/scene'
import { authorize } from '#tests/support/client'
import { anOperator, aStore, balanceOf } from '#tests/support/factory'
import { bookFaults } from './books'

const scene = aScene()

type Refusal = { code: string | undefined; constraint: string | undefined }
const outcome = async (work: Promise<unknown>): Promise<Refusal | 'done'> =>
  work.then(
    () => 'done' as const,
    (error) => ({ code: errorCode(error), constraint: violatedConstraint(error) }),
  )

/** The two who might try: a superuser of the database, and the application's own role. */
const WHO = {
  superuser: (statement: string) => outcome(scene.owner.unsafe(statement)),
  application: (statement: string) => outcome(rawSql().unsafe(statement)),
}

const FORBIDDEN = [
  'UPDATE transaction_records SET amount_fen = amount_fen + 1',
  "UPDATE transaction_records SET description = 'x'",
  'DELETE FROM transaction_records',
  'TRUNCATE transaction_records CASCADE',
  'UPDATE operator_accounts SET balance_fen = balance_fen + 1',
  'UPDATE operator_accounts SET ledger_seq = ledger_seq + 1',
  "UPDATE operator_accounts SET ledger_hash = sha256('x')",
  'UPDATE operator_accounts SET total_recharged_fen = 1',
  'UPDATE operator_accounts SET total_consumed_fen = 0',
  'DELETE FROM operator_accounts',
  'TRUNCATE operator_accounts CASCADE',
  'UPDATE usage_records SET total_fen = 1, unit_price_fen = 1, player_count = 1',
  'UPDATE usage_records SET site_id = site_id, player_count = player_count + 1',
  'DELETE FROM usage_records',
  'TRUNCATE usage_records CASCADE',
  'DELETE FROM audit_logs',
  'UPDATE audit_logs SET operation = operation',
  'TRUNCATE audit_logs',
]

describe.each(Object.entries(WHO))('the %s', (_, run) => {
  test.each(FORBIDDEN)('may not: %s', async (statement) => {
    const store = await aStore({ balance: '50.00', price: '10.00' })
    expect((await authorize(scene.url, store, { players: 1 })).status).toBe(200)
    expect(await run(statement)).toMatchObject({ code: '42501' })
    expect(await balanceOf(store.operator.id)).toBe(4_000n as never)
    expect(await bookFaults(scene.owner)).toEqual([])
  })
})

test('an account that opens with money is refused, for superuser and application', async () => {
  const { id } = await anOperator()
  const columns = `username, name, phone, email, password_hash, api_key_cipher, api_key_version, api_key_sha256, api_key_generated_at, created_at, updated_at`
  for (const [field, value] of [
    ['balance_fen', 100],
    ['ledger_seq', 1],
    ['total_recharged_fen', 100],
    ['total_consumed_fen', 1],
    ['total_refunded_fen', 1],
  ]) {
    const copy = `INSERT INTO operator_accounts (id, ${columns}, ${field})
      SELECT gen_random_uuid(), left(md5(random()::text), 20), name, phone, email, password_hash, api_key_cipher, api_key_version, sha256(random()::text::bytea),
        api_key_generated_at, created_at, updated_at, ${value} FROM operator_accounts WHERE id = '${id}'`
    for (const run of Object.values(WHO)) expect(await run(copy)).toMatchObject({ code: '42501' })
  }
})

/** Tries to append one row to the journal of an operator with 50.00, as the application. */
async function append(
  change: (row: JournalRow, head: LockedOperator) => JournalRow,
  transfer: Partial<Transfer> = {},
): Promise<Refusal | 'done'> {
  const { id } = await anOperator({ balance: '50.00' })
  const result = await outcome(
    transaction(async (tx) => {
      const [head] = await lockOperators(tx, { ids: [id] })
      const row = journalRow(head!, { kind: 'adjustment_in', amount: money(100), description: '测试', ...transfer }, now())
      await appendRows(tx, [change(row, head!)])
    }),
  )
  expect(await balanceOf(id)).toBe((result === 'done' ? 5_100n : 5_000n) as never)
  expect(await bookFaults(scene.owner)).toEqual([])
  return result
}

describe('a journal row that does not continue its chain is refused', () => {
  const hashed = (row: JournalRow): JournalRow => ({ ...row, hash: rowHash(row) })
  test('the row as the ledger makes it is taken', async () => {
    expect(await append((row) => row)).toBe('done')
  })
  test.each<[string, (row: JournalRow) => JournalRow, string]>([
    ['a gap in seq', (row) => hashed({ ...row, seq: row.seq + 1n }), 'ledger_chain'],
    ['seq 0', (row) => hashed({ ...row, seq: 0n }), 'transaction_seq'],
    ['a seq that is taken', (row) => hashed({ ...row, seq: row.seq - 1n }), 'transaction_records_pkey'],
    ['another previous hash', (row) => hashed({ ...row, prevHash: 'ab'.repeat(32) }), 'ledger_chain'],
    ['another balance before', (row) => hashed({ ...row, balanceBefore: money(1), balanceAfter: money(101) }), 'ledger_chain'],
    ['a balance after that is no sum', (row) => hashed({ ...row, balanceAfter: money(999_999) }), 'transaction_balance'],
    [
      'a negative balance',
      (row) =>
        hashed({ ...row, debitAccount: 'operator', creditAccount: 'adjustments', amount: money(6_000), balanceAfter: money(-1_000) }),
      'transaction_balance',
    ],
    ['amount 0', (row) => hashed({ ...row, amount: money(0), balanceAfter: row.balanceBefore }), 'transaction_amount'],
    ['accounts that are not in the chart', (row) => hashed({ ...row, debitAccount: 'petty cash' }), 'transaction_chart'],
    ['accounts of another kind', (row) => hashed({ ...row, debitAccount: 'revenue' }), 'transaction_chart'],
    [
      'a consumption without its game',
      (row) => hashed({ ...row, type: 'consumption', debitAccount: 'operator', creditAccount: 'revenue', balanceAfter: money(4_900) }),
      'transaction_reference',
    ],
    [
      'an order that does not exist',
      (row) => hashed({ ...row, type: 'recharge', debitAccount: 'clearing:bank', orderId: newId() }),
      'transaction_order_of_operator',
    ],
    ['a correction of nothing', (row) => hashed({ ...row, correctsId: newId() }), 'transaction_records_corrects_id_fkey'],
    ['no description', (row) => hashed({ ...row, description: '' }), 'transaction_description_length'],
    ['an operator that does not exist', (row) => hashed({ ...row, operatorId: newId() }), 'transaction_records_operator_id_fkey'],
  ])('%s', async (_, change, constraint) => {
    expect(await append(change)).toMatchObject({ constraint })
  })

  test('rows of one statement continue each other, in whatever order they are written', async () => {
    const { id } = await anOperator({ balance: '50.00' })
    await transaction(async (tx) => {
      const [head] = await lockOperators(tx, { ids: [id] })
      const first = journalRow(head!, { kind: 'adjustment_in', amount: money(100), description: '一' }, now())
      const second = journalRow(headAfter(first), { kind: 'adjustment_out', amount: money(30), description: '二' }, now())
      await appendRows(tx, [second, first])
    })
    expect(await balanceOf(id)).toBe(5_070n as never)
    expect(await bookFaults(scene.owner)).toEqual([])
  })

  test('two heads read without a lock: the second writer is refused, not the balance wrong', async () => {
    const { id } = await anOperator({ balance: '50.00' })
    const head = await transaction(async (tx) => (await lockOperators(tx, { ids: [id] }))[0]!)
    const write = () =>
      transaction((tx) => appendRows(tx, [journalRow(head, { kind: 'adjustment_out', amount: money(5_000), description: '竞争' }, now())]))
    const outcomes = await Promise.all([outcome(write()), outcome(write())])
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1)
    expect(await balanceOf(id)).toBe(0n as never)
    expect(await bookFaults(scene.owner)).toEqual([])
  })
})

describe('games and debits come in pairs', () => {
  type Game = { id: string; operatorId: string; siteId: string; applicationId: string; seq: bigint; total?: number; balanceAfter?: number }
  const insertGame = ({ sql }: Transaction, { id, operatorId, siteId, applicationId, seq, total = 1000, balanceAfter = 4000 }: Game) => sql`
    INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen, total_fen,
      authorization_token, ledger_seq, balance_after_fen, client_ip, started_at)
    VALUES (${id}, ${operatorId}, ${siteId}, ${applicationId}, ${newId()}, sha256('x'), '测试', 1, ${total}, ${total}, ${newId()}, ${String(seq)}, ${balanceAfter}, '::1', ${now()})`

  /** One game of 10.00 with its debit, each changed a little. */
  async function play(change: { game?: Partial<Game>; transfer?: Partial<Transfer>; skip?: 'game' | 'debit' }): Promise<Refusal | 'done'> {
    const store = await aStore({ balance: '50.00' })
    const result = await outcome(
      transaction(async (tx) => {
        const [head] = await lockOperators(tx, { ids: [store.operator.id] })
        const game = {
          id: newId(),
          operatorId: store.operator.id,
          siteId: store.siteId,
          applicationId: store.applicationId,
          seq: head!.ledgerSeq + 1n,
          ...change.game,
        }
        if (change.skip !== 'game') await insertGame(tx, game)
        const transfer = { kind: 'consumption' as const, amount: money(1000), usageId: game.id, description: '测试', ...change.transfer }
        if (change.skip !== 'debit') await appendRows(tx, [journalRow(head!, transfer, now())])
      }),
    )
    expect(await bookFaults(scene.owner)).toEqual([])
    return result
  }

  test('both together are taken', async () => {
    expect(await play({})).toBe('done')
  })
  test('a game without its debit is refused at COMMIT', async () => {
    expect(await play({ skip: 'debit' })).toMatchObject({ constraint: 'usage_has_debit' })
  })
  test('a debit without its game, of another amount or for another game is refused', async () => {
    expect(await play({ skip: 'game' })).toMatchObject({ constraint: 'ledger_usage' })
    expect(await play({ transfer: { amount: money(999) } })).toMatchObject({ constraint: 'ledger_usage' })
    expect(await play({ transfer: { usageId: newId() } })).toMatchObject({ constraint: 'ledger_usage' })
    expect(await play({ game: { balanceAfter: 4001 } })).toMatchObject({ constraint: 'ledger_usage' })
  })
  test("a game on another operator's site is refused, for every writer", async () => {
    const other = await aStore({})
    expect(await play({ game: { siteId: other.siteId } })).toMatchObject({ constraint: 'usage_site_of_operator' })
  })
  test('a game that hangs on the debit of another game is refused', async () => {
    expect(await play({ game: { seq: 1n } })).toMatchObject({ code: '23514', constraint: 'ledger_usage' })
  })
  test('a price that is not total ÷ players is refused', async () => {
    expect(await play({ game: { total: 0 } })).toMatchObject({ constraint: 'usage_total' })
  })
})

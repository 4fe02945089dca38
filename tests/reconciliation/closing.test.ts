import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { money, parseYuan } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { addDays, addSeconds, type Instant, instant, now } from '#src/core/time'
import { proveAndKeep } from '#src/ledger/audit-job'
import { lockOperators } from '#src/ledger/lock'
import { proveLedger } from '#src/ledger/prove'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { transaction } from '#src/platform/database'
import { type AccountDay, accountsOf, closedAccounts, movedKinds } from '#src/reconciliation/closing/accounts'
import { billsOf, checksOf, evidenceOf } from '#src/reconciliation/closing/checks'
import { closeDay, isIntact } from '#src/reconciliation/closing/close'
import { balanceDays, closingState, findClosing, stateOf } from '#src/reconciliation/closing/queries'
import { openTestDatabase } from '#tests/support/database'
import { anApplication, anOperator, aSite, aStaff } from '#tests/support/factory'
import { aPaidOrder, aRefund, at, DAY, NEXT_DAY, type PaidOrder, reconcile, SECOND_MORNING, type SentRefund } from './day'

/** One story, told in order: each test goes on where the one before it ended. */
let database: Awaited<ReturnType<typeof openTestDatabase>>
let manager: PersonalAct
let other: PersonalAct
let operatorId: Uuid
let orders: (PaidOrder | SentRefund)[]
const LATER = addDays(SECOND_MORNING, 3)

beforeAll(async () => {
  database = await openTestDatabase()
  manager = await aManager()
  other = await aManager()
  operatorId = (await anOperator()).id
  await aPaidOrder(operatorId, { amount: '40.00', paidAt: at('09:00:00', '2026-03-04') })
  const paid = await aPaidOrder(operatorId)
  orders = [paid, await aRefund(paid, { amount: '12.34' })]
  await aGame(operatorId, '10.00', at('23:59:59.999'))
  await adjusted(operatorId, 'adjustment_in', '5.00', at('20:00:00'))
  await aPaidOrder(operatorId, { amount: '77.77', paidAt: at('00:00:01', NEXT_DAY) })
})
afterAll(() => database.close())

const aManager = async (): Promise<PersonalAct> => ({
  actor: { kind: 'staff', id: (await aStaff('finance')).id, name: '张发财', role: 'manager' },
  origin: null,
  at: LATER,
})

function adjusted(id: Uuid, kind: 'adjustment_in' | 'adjustment_out', yuan: string, when: Instant): Promise<void> {
  return transaction(async (tx) => {
    const [operator] = await lockOperators(tx, { ids: [id] })
    await appendRows(tx, [journalRow(operator!, { kind, amount: parseYuan(yuan)!, description: '测试调账' }, when)])
  })
}

/** A game of one player, as the books have it. */
async function aGame(id: Uuid, yuan: string, when: Instant): Promise<void> {
  const [siteId, applicationId, usageId, amount] = [await aSite(id), await anApplication(), newId(), parseYuan(yuan)!]
  await transaction(async (tx) => {
    const [operator] = await lockOperators(tx, { ids: [id] })
    const row = journalRow(operator!, { kind: 'consumption', amount, usageId, description: '太空探险 1 人' }, when)
    await tx.sql`
      INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen,
        total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at)
      VALUES (${usageId}, ${id}, ${siteId}, ${applicationId}, ${`op_${id}_${when.getTime()}_a1B2c3D4e5F6g7H8`}, decode(repeat('00', 32), 'hex'),
        '太空探险', 1, ${String(amount)}::bigint, ${String(amount)}::bigint, ${newId()}, ${String(row.seq)}::bigint,
        ${String(row.balanceAfter)}::bigint, '127.0.0.1', ${when.toISOString()}::timestamptz)`
    await appendRows(tx, [row])
  })
}

/** What the audit log says about a day, oldest first. */
const auditedDay = (day: string) => database.owner`
  SELECT operation, actor_id, details FROM audit_logs WHERE target_kind = 'day_closing' AND target_id = ${day} ORDER BY seq`

async function refusal(day: string, act = manager): Promise<Problem> {
  const refused = await closeDay(day, act).catch((error: unknown) => error)
  if (!(refused instanceof Problem)) throw refused
  return refused
}
const items = ({ details }: Problem) => (details as { items: string[] }).items
const checks = async (day: string, when = LATER) => {
  const facts = { day, accounts: await accountsOf(day), evidence: await evidenceOf(day), bills: await billsOf(day), now: when }
  return Object.fromEntries(checksOf(facts).map(({ key, state }) => [key, state]))
}
const short = ({ opening, debit, credit, closing }: AccountDay) => [opening, debit, credit, closing].map(Number)

test('a day is what its accounts opened with, what moved, and what they close with; debits equal credits', async () => {
  const accounts = Object.fromEntries((await accountsOf(DAY)).map((account) => [account.account, short(account)]))
  expect(accounts).toEqual({
    operator: [-4_000, 2_234, 10_500, -12_266],
    refund_payable: [0, 1_234, 1_234, 0],
    suspense: [0, 0, 0, 0],
    'clearing:wechat': [4_000, 10_000, 1_234, 12_766],
    'clearing:alipay': [0, 0, 0, 0],
    'clearing:bank': [0, 0, 0, 0],
    revenue: [0, 0, 1_000, -1_000],
    channel_fees: [0, 0, 0, 0],
    adjustments: [0, 500, 0, 500],
  })
  expect((await movedKinds(DAY)).map(({ kind, direction, rows, amount }) => [kind, direction, rows, Number(amount)])).toEqual([
    ['adjustment', 'in', 1, 500],
    ['consumption', 'out', 1, 1_000],
    ['recharge', 'in', 1, 10_000],
    ['refund', 'out', 1, 1_234],
    ['refund_payout', 'between', 1, 1_234],
  ])
})

test('the month shows the same, day by day, back from what is held now', async () => {
  const days = await balanceDays('2026-03-03', '2026-03-07')
  expect(days.map(({ day, opening, in: came, out, closing }) => [day, ...[opening, came, out, closing].map(Number)])).toEqual([
    ['2026-03-07', 20_043, 0, 0, 20_043],
    ['2026-03-06', 12_266, 7_777, 0, 20_043],
    ['2026-03-05', 4_000, 10_500, 2_234, 12_266],
    ['2026-03-04', 0, 4_000, 0, 4_000],
    ['2026-03-03', 0, 0, 0, 0],
  ])
})

test('it is not closed before it is over, proved and billed; that somebody tried is written down, and nothing else', async () => {
  expect(await checks(DAY, at('23:00:00'))).toEqual({
    over: 'waiting',
    order: 'ok',
    trial: 'ok',
    balances: 'ok',
    games: 'ok',
    proof: 'waiting',
    bills: 'waiting',
  })
  const refused = await refusal(DAY, { ...manager, at: at('00:09:59', NEXT_DAY) })
  expect([refused.code, refused.status, items(refused)]).toEqual(['OPEN_ITEMS', 409, ['over', 'proof', 'bills']])
  expect(await findClosing(DAY)).toBeUndefined()
  const [row] = await auditedDay(DAY)
  expect(row).toMatchObject({
    operation: 'day_close_refused',
    actor_id: manager.actor.id,
    details: { code: 'OPEN_ITEMS' },
  })
})

test('a difference that nobody has in hand holds it up, one that is carried does not', async () => {
  await proveAndKeep(now())
  await reconcile({ [DAY]: [orders[1] as SentRefund], [NEXT_DAY]: [] }, SECOND_MORNING)
  expect(await checks(DAY)).toMatchObject({ bills: 'bad', proof: 'ok' })
  expect(items(await refusal(DAY))).toEqual(['bills'])
  await database.owner`
    UPDATE bill_differences SET state = 'carried', owner_id = ${manager.actor.id}, due_on = '2026-04-01', reason = '已请渠道补账单'
    WHERE state = 'open'`
  expect((await billsOf(DAY)).map(({ open, carried }) => [open, carried])).toEqual([[0, 1]])
  expect(await checks(DAY)).toMatchObject({ bills: 'ok' })
})

test('a proof that found something holds it up', async () => {
  const { owner } = database
  const id = newId()
  await owner`
    INSERT INTO ledger_proofs (id, scope, operators, transactions, drift_fen, findings, started_at, finished_at)
    VALUES (${id}, 'full', 1, 7, 0, '[{"rule":"I1"}]', now(), now() + interval '1 second')`
  expect(items(await refusal(DAY))).toEqual(['proof'])
  await owner`DELETE FROM ledger_proofs WHERE id = ${id}`
})

test('a proof that began before the day was over has not read all of it', async () => {
  const [day, evidence] = [DAY, await evidenceOf(DAY)]
  const facts = { day, accounts: await accountsOf(day), bills: await billsOf(day), now: LATER }
  const proof = { ...evidence.proof!, startedAt: at('23:59:59'), finishedAt: at('00:05:00', NEXT_DAY) }
  expect(checksOf({ ...facts, evidence: { ...evidence, proof } })).toContainEqual({ key: 'proof', state: 'waiting' })
})

test('of two persons at once one closes it, the other is told; then the day is as it was written', async () => {
  const outcomes = await Promise.allSettled([closeDay(DAY, manager), closeDay(DAY, other)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const lost = outcomes.find((outcome) => outcome.status === 'rejected')!.reason as Problem
  expect([lost.code, (lost.details as { reason: string }[])[0]!.reason]).toEqual(['INVALID_PARAMS', 'ALREADY_PROCESSED'])
  const accounts = await closedAccounts(DAY)
  expect(accounts.map(short)).toEqual((await accountsOf(DAY)).map(short))
  expect(await isIntact(DAY, accounts)).toBe(true)
  expect((await findClosing(DAY))!.facts).toMatchObject({
    games: { count: 1, amount: '10.00' },
    bills: [{ channel: 'wechat', carried: 1 }],
  })
  const written = (await auditedDay(DAY)).map(({ details }) => details)
  expect(written).toContainEqual(expect.objectContaining({ day: DAY, operator_balances: '122.66' }))
  expect(written.at(-1)).toEqual({ code: 'INVALID_PARAMS', reason: 'ALREADY_PROCESSED' })
})

describe('a closed day', () => {
  test('takes no row any more, by whoever; a correction is a row of its own day', async () => {
    await expect(adjusted(operatorId, 'adjustment_out', '1.00', at('12:00:00'))).rejects.toThrow('the day of a row is closed')
    await expect(adjusted(operatorId, 'adjustment_out', '1.00', at('23:59:59.999'))).rejects.toThrow('the day of a row is closed')
    const before = (await accountsOf(DAY)).map(short)
    await adjusted(operatorId, 'adjustment_out', '1.00', at('00:00:00', NEXT_DAY))
    expect((await accountsOf(DAY)).map(short)).toEqual(before)
  })

  test('is never opened again nor changed', async () => {
    const { owner } = database
    for (const statement of [
      owner`DELETE FROM day_closings`,
      owner`UPDATE day_closings SET closed_by = closed_by`,
      owner`UPDATE day_closing_accounts SET closing_fen = closing_fen`,
      owner`TRUNCATE day_closings CASCADE`,
    ])
      await expect(statement.execute()).rejects.toThrow('append-only')
    expect((await refusal(DAY, other)).code).toBe('INVALID_PARAMS')
  })

  test('is followed by the next day, and by no other', async () => {
    expect(items(await refusal('2026-03-07'))).toEqual(['order'])
    expect(items(await refusal('2026-03-04'))).toContain('order')
    await proveAndKeep(now())
    await reconcile({ [NEXT_DAY]: [] }, LATER)
    await database.owner`
      UPDATE bill_differences SET state = 'carried', owner_id = ${manager.actor.id}, due_on = '2026-04-01', reason = '已请渠道补账单' WHERE state = 'open'`
    await closeDay(NEXT_DAY, manager)
    const [first, second] = [await findClosing(DAY), await findClosing(NEXT_DAY)]
    expect(second!.prevHash).toBe(first!.hash)
    const opening = (await closedAccounts(NEXT_DAY)).map((account) => Number(account.opening))
    expect(opening).toEqual((await closedAccounts(DAY)).map((account) => Number(account.closing)))
    expect(await closingState(instant('2026-03-09T08:00:00+08:00'))).toEqual({ last: NEXT_DAY, next: '2026-03-07', behind: 2 })
  })

  test('that was changed behind our back is told by its hash and by the proof of the ledger', async () => {
    expect((await proveLedger({ now: now() })).findings).toEqual([])
    await database.owner.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`
      await sql`UPDATE day_closing_accounts SET debit_fen = debit_fen + 1, closing_fen = closing_fen + 1 WHERE day = ${DAY} AND account = 'adjustments'`
    })
    expect(await isIntact(DAY, await closedAccounts(DAY))).toBe(false)
    const { findings } = await proveLedger({ now: now() })
    expect(findings.map(({ rule, row }) => [rule, row])).toEqual([
      ['I18', `day ${DAY} adjustments`],
      ['I18', `day ${NEXT_DAY} adjustments`],
      ['I18', `day ${DAY}`],
    ])
  })
})

describe('the day that is next', () => {
  const at = instant('2026-03-09T08:00:00+08:00')
  test.each([
    ['nothing has moved', { last: null, since: null }, { next: null, behind: 0 }],
    ['it began today', { last: null, since: '2026-03-09' }, { next: null, behind: 0 }],
    ['it began last week: its first day', { last: null, since: '2026-03-02' }, { next: '2026-03-02', behind: 7 }],
    [
      'it began long ago: yesterday, with all before as its opening',
      { last: null, since: '2025-01-01' },
      { next: '2026-03-08', behind: 1 },
    ],
    ['yesterday is closed', { last: '2026-03-08', since: '2025-01-01' }, { next: null, behind: 0 }],
    ['two are open', { last: '2026-03-06', since: '2025-01-01' }, { next: '2026-03-07', behind: 2 }],
  ])('when %s', (_, facts, expected) => {
    expect(stateOf(facts, at)).toEqual({ last: facts.last, ...expected })
  })
})

test('balances that do not follow from the journal hold a day up', async () => {
  const day = '2026-03-07'
  const [accounts, evidence, bills] = [await accountsOf(day), await evidenceOf(day), await billsOf(day)]
  const states = (changed: Partial<typeof evidence>) =>
    checksOf({ day, accounts, evidence: { ...evidence, ...changed }, bills, now: addSeconds(LATER, 0) }).filter(
      ({ state }) => state !== 'ok',
    )
  expect(states({}).map(({ key }) => key)).not.toContain('balances')
  expect(states({ balances: money(evidence.balances + 1n) })).toContainEqual({ key: 'balances', state: 'bad' })
  expect(states({ debits: evidence.games + 1 })).toContainEqual({ key: 'games', state: 'bad' })
  expect(states({ used: ['alipay'] })).toContainEqual({ key: 'bills', state: 'waiting' })
})

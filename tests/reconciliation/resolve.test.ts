import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { addDays, addSeconds, now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import type { Channel } from '#src/payments/gateways/gateway'
import { read, transaction } from '#src/platform/database'
import { closeDays } from '#src/reconciliation/close-day'
import { approveResolution, carryDifference, proposeResolution, rejectResolution } from '#src/reconciliation/differences'
import { matchChannel } from '#src/reconciliation/match'
import { sourceOrders } from '#src/refunds/payouts'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, balanceOf, debit, type TestStaff } from '#tests/support/factory'
import { anOpenOrder, aPaidOrder, aRefund, at, providerNumber, reconcile } from './day'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let first: TestStaff
let second: TestStaff
beforeAll(async () => {
  database = await openTestDatabase()
  first = await aStaff('finance')
  second = await aStaff('finance')
})
afterAll(() => database.close())

const REASON = '已与渠道客服核实，见工单 20260306-7'
const actBy = (staff: TestStaff, when = now()): PersonalAct => ({
  actor: { kind: 'staff', id: staff.id, name: '张发财', role: 'manager' },
  origin: null,
  at: when,
})
/** Each story has a day of its own, so that they do not meet. */
let offset = 0
function aDay() {
  const shift = 3 * offset++
  const day = addDays(at('12:00:00'), shift)
  return { noon: day, day: day.toISOString().slice(0, 10), next: addDays(day, 1).toISOString().slice(0, 10), morning: addDays(day, 1) }
}
const openOne = async (orderless = false) => {
  const [row] = await database.owner`SELECT id, kind FROM bill_differences WHERE closed_at IS NULL AND state IN ('open', 'carried')
    ${orderless ? database.owner`AND order_id IS NULL` : database.owner``} ORDER BY found_at DESC, id DESC LIMIT 1`
  return row as { id: Uuid; kind: string }
}
const differenceRow = async (id: Uuid) =>
  (
    await database.owner`
  SELECT d.state, d.reason, t.type, t.debit_account AS debit, t.credit_account AS credit, t.amount_fen AS amount, t.corrects_id AS corrects, t.description
  FROM bill_differences d LEFT JOIN transaction_records t ON t.operator_id = d.resolved_operator_id AND t.seq = d.resolved_seq WHERE d.id = ${id}`
  )[0]!
const propose = (id: Uuid, action: Parameters<typeof proposeResolution>[2]['action'], operator = '', staff = first) =>
  transaction((tx) => proposeResolution(tx, id, { action, reason: REASON, operator }, actBy(staff)))
const approve = (id: Uuid, staff = second) => transaction((tx) => approveResolution(tx, id, actBy(staff)))
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Problem ? error.code : Promise.reject(error)),
  )
const billState = async (day: string, channel: Channel = 'wechat') =>
  (await database.owner`SELECT state FROM provider_bills WHERE bill_date = ${day} AND channel = ${channel}`)[0]?.state

describe('what closes a difference stands in the journal', () => {
  test('long: the payment is credited to the operator that was named, on an order made for it', async () => {
    const { noon, day, morning } = aDay()
    const operator = await anOperator()
    await aPaidOrder(operator.id, { paidAt: noon })
    const [known] =
      await database.owner`SELECT provider_txn_id AS no, out_trade_no AS "ourNo" FROM recharge_orders WHERE operator_id = ${operator.id}`
    const stray = { at: `${day} 13:00:00`, ourNo: 'SHOP-77', providerNo: providerNumber(), amount: '3.50' }
    await reconcile({ [day]: [{ at: `${day} 12:00:00`, ourNo: known!.ourNo, providerNo: known!.no, amount: '100.00' }, stray] }, morning)
    const { id } = await openOne()
    expect(await codeOf(propose(id, 'credit', 'nobody'))).toBe('INVALID_PARAMS')
    await propose(id, 'credit', operator.username)
    await approve(id)
    expect(await differenceRow(id)).toMatchObject({
      state: 'resolved',
      type: 'recharge',
      debit: 'clearing:wechat',
      credit: 'operator',
      amount: 350n,
    })
    expect(await balanceOf(operator.id)).toBe(money(10_350))
    // The line that was nobody's settles the new row at once, and the day has nothing left.
    expect(await billState(day)).toBe('closed')
    expect(
      (await database.owner`SELECT origin, foreign_order_no AS no FROM recharge_orders WHERE provider_txn_id = ${stray.providerNo}`)[0],
    ).toEqual({
      origin: 'quarantine',
      no: 'SHOP-77',
    })
  })

  test('long of an order of ours: that order is paid, late', async () => {
    const { noon, day, morning } = aDay()
    const operator = await anOperator()
    const order = await anOpenOrder(operator.id, { paidAt: noon })
    await reconcile({ [day]: [order] }, morning)
    const { id } = await openOne()
    await propose(id, 'credit')
    await approve(id)
    expect((await database.owner`SELECT status, late FROM recharge_orders WHERE id = ${order.id}`)[0]).toEqual({
      status: 'success',
      late: true,
    })
    expect(await balanceOf(operator.id)).toBe(money(10_000))
  })

  test('long and duplicate may go to suspense, where the quarantine decides', async () => {
    const { noon, day, morning } = aDay()
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: noon })
    const twin = providerNumber()
    await reconcile({ [day]: [order, { ...order, providerNo: twin }] }, morning)
    const { id, kind } = await openOne()
    expect(kind).toBe('duplicate')
    await propose(id, 'quarantine')
    await approve(id)
    expect(await differenceRow(id)).toMatchObject({ type: 'suspense', debit: 'clearing:wechat', credit: 'suspense', amount: 10_000n })
    const [kept] =
      await database.owner`SELECT cause, status, operator_id AS operator FROM payment_quarantine WHERE provider_txn_id = ${twin}`
    expect(kept).toEqual({ cause: 'duplicate', status: 'open', operator: operator.id })
    expect(await balanceOf(operator.id)).toBe(money(10_000))
    expect(await billState(day)).toBe('closed')
  })

  test('short: the credit is reversed by a row that names it', async () => {
    const { noon, day, next } = aDay()
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: noon })
    await reconcile({ [day]: [], [next]: [] }, addDays(noon, 2))
    const { id } = await openOne()
    await propose(id, 'reverse')
    await approve(id)
    const [wrong] = await database.owner`SELECT id FROM transaction_records WHERE order_id = ${order.id}`
    expect(await differenceRow(id)).toMatchObject({
      type: 'adjustment',
      debit: 'operator',
      credit: 'adjustments',
      amount: 10_000n,
      corrects: wrong!.id,
    })
    expect(await balanceOf(operator.id)).toBe(money(0))
    const [told] =
      await database.owner`SELECT title, content FROM message_notifications WHERE target_operator_id = ${operator.id} ORDER BY id DESC LIMIT 1`
    expect(told).toMatchObject({ title: '余额更正' })
    expect(told!.content).toContain('扣减100.00元')
  })

  test('short that the balance no longer covers is refused with the figures, and can be carried', async () => {
    const { noon, day, next } = aDay()
    const operator = await anOperator()
    await aPaidOrder(operator.id, { paidAt: noon })
    await debit(operator.id, '60.00')
    await reconcile({ [day]: [], [next]: [] }, addDays(noon, 2))
    const { id } = await openOne()
    await propose(id, 'reverse')
    expect(await codeOf(approve(id))).toBe('INSUFFICIENT_BALANCE')
    expect((await differenceRow(id)).state).toBe('proposed')
    await transaction((tx) => rejectResolution(tx, id, '余额不足，先挂账向客户收回', actBy(second)))
    const input = { reason: '客户承诺月底前补足', owner: first.username, due_on: '2099-01-31' }
    await transaction((tx) => carryDifference(tx, id, input, actBy(first)))
    expect(await differenceRow(id)).toMatchObject({ state: 'carried', reason: input.reason })
    expect(await billState(day)).toBe('matched')
    expect(await balanceOf(operator.id)).toBe(money(4_000))
  })

  test.each([
    ['more', '100.30', 'adjustments', 'operator', 30n, 10_030n],
    ['less', '99.00', 'operator', 'adjustments', 100n, 9_900n],
  ])('amount: the bill has %s, the balance follows it', async (_, billed, debitAccount, creditAccount, amount, balance) => {
    const { noon, day, morning } = aDay()
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: noon })
    await reconcile({ [day]: [{ ...order, amount: billed }] }, morning)
    const { id } = await openOne()
    await propose(id, 'correct')
    await approve(id)
    expect(await differenceRow(id)).toMatchObject({ type: 'adjustment', debit: debitAccount, credit: creditAccount, amount })
    expect(await balanceOf(operator.id)).toBe(money(balance))
    // No refund names an order whose amount was wrong: its money goes back by bank transfer.
    expect(await sourceOrders(read(), operator.id)).toEqual([])
  })

  test('fee: what was kept beyond the contract is booked to the channel, the balance untouched', async () => {
    const { noon, day, morning } = aDay()
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: noon })
    await reconcile({ [day]: [{ ...order, fee: '1.00' }] }, morning)
    const { id } = await openOne()
    await propose(id, 'fee')
    await approve(id)
    expect(await differenceRow(id)).toMatchObject({ type: 'fee', debit: 'channel_fees', credit: 'clearing:wechat', amount: 40n })
    expect(await balanceOf(operator.id)).toBe(money(10_000))
  })

  test('state: closed with words once the refund desk has dealt with it', async () => {
    const { noon, day, morning } = aDay()
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: noon })
    const refund = await aRefund(order, { amount: '20.00', status: 'abnormal', doneAt: addSeconds(noon, 3_600) })
    await reconcile({ [day]: [order, refund] }, morning)
    const { id, kind } = await openOne()
    expect(kind).toBe('state')
    expect(await codeOf(propose(id, 'reverse'))).toBe('INVALID_PARAMS')
    await propose(id, 'accept')
    await approve(id)
    expect(await differenceRow(id)).toMatchObject({ state: 'resolved', type: null })
  })
})

describe('two persons', () => {
  async function aProposal() {
    const { noon, day, morning } = aDay()
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: noon })
    await reconcile({ [day]: [{ ...order, amount: '90.00' }] }, morning)
    const { id } = await openOne()
    await propose(id, 'correct')
    return { id, operator, day }
  }

  test('who proposed does not approve, not even in the database', async () => {
    const { id, operator } = await aProposal()
    expect(await codeOf(approve(id, first))).toBe('SECOND_REVIEWER_REQUIRED')
    expect(await balanceOf(operator.id)).toBe(money(10_000))
    const write = database.owner`UPDATE bill_differences SET approved_by = proposed_by, approved_at = now(), state = 'resolved', closed_at = now() WHERE id = ${id}`
    expect(await write.catch((error) => error.constraint_name)).toBe('difference_two_persons')
  })

  test('of two who approve at once one does it', async () => {
    const { id, operator } = await aProposal()
    const third = await aStaff('finance')
    const codes = await Promise.all([codeOf(approve(id)), codeOf(approve(id, third))])
    expect(codes.sort()).toEqual(['INVALID_PARAMS', 'done'])
    expect(await balanceOf(operator.id)).toBe(money(9_000))
  })

  test('a proposal that was turned down is open again; a closed difference stays closed', async () => {
    const { id } = await aProposal()
    await transaction((tx) => rejectResolution(tx, id, '理由不充分，请附渠道回函', actBy(second)))
    expect(await codeOf(approve(id))).toBe('INVALID_PARAMS')
    await propose(id, 'correct')
    await approve(id)
    expect(await codeOf(propose(id, 'correct'))).toBe('INVALID_PARAMS')
    expect(
      await database.owner`UPDATE bill_differences SET state = 'open', closed_at = NULL WHERE id = ${id}`.catch(
        (error) => error.constraint_name,
      ),
    ).toBe('state_machine')
  })

  test('each step is in the audit log with amounts and reason', async () => {
    const { id } = await aProposal()
    await approve(id)
    const rows = await database.owner`SELECT operation, actor_id AS actor, details FROM audit_logs WHERE target_id = ${id} ORDER BY seq`
    expect(rows).toMatchObject([
      {
        operation: 'reconciliation_propose',
        actor: first.id,
        details: { ours: '100.00', billed: '90.00', action: 'correct', reason: REASON },
      },
      { operation: 'reconciliation_approve', actor: second.id, details: { amount: '10.00' } },
    ])
  })
})

test('a proposal is not carried out when the other half turned up meanwhile', async () => {
  const { noon, day, next } = aDay()
  const operator = await anOperator()
  const order = await aPaidOrder(operator.id, { paidAt: noon })
  await reconcile({ [day]: [], [next]: [] }, addDays(noon, 2))
  const { id } = await openOne()
  await propose(id, 'reverse')
  await reconcile({ [addDays(noon, 2).toISOString().slice(0, 10)]: [order] }, addDays(noon, 3))
  expect((await differenceRow(id)).state).toBe('vanished')
  expect(await codeOf(approve(id))).toBe('INVALID_PARAMS')
  expect(await balanceOf(operator.id)).toBe(money(10_000))
})

test('after all of it the ledger proves, and matching once more finds nothing new', async () => {
  const count = async () => (await database.owner`SELECT count(*)::int AS n FROM bill_differences`)[0]!.n
  const before = await count()
  await transaction((tx) => matchChannel(tx, 'wechat', now()))
  await closeDays('wechat', now())
  expect(await count()).toBe(before)
  const { findings } = await proveLedger({ now: now() })
  expect(findings).toEqual([])
})

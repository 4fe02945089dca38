import { afterAll, beforeAll, expect, test } from 'bun:test'
import { money } from '#src/core/money'
import { addDays } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { approveResolution, proposeResolution } from '#src/reconciliation/differences'
import { clearingProof, unbilledRows } from '#src/reconciliation/proof'
import { listDifferences, monthDays, openCounts, requireDifference, sumDifferences } from '#src/reconciliation/queries'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff } from '#tests/support/factory'
import { aPaidOrder, aRefund, at, DAY, NEXT_DAY, providerNumber, reconcile, SECOND_MORNING } from './day'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

test('the clearing account is what bills have settled and what none has yet, to the fen, through every kind of difference', async () => {
  const operator = await anOperator()
  const [good, unequal, dear, short] = [
    await aPaidOrder(operator.id),
    await aPaidOrder(operator.id),
    await aPaidOrder(operator.id),
    await aPaidOrder(operator.id),
  ]
  const refund = await aRefund(good, { amount: '12.34' })
  const twin = { ...good, providerNo: providerNumber() }
  const late = await aPaidOrder(operator.id, { amount: '77.77', paidAt: at('11:00:00', '2026-03-07') })
  const proved = async () => {
    const proof = await clearingProof('wechat')
    expect(proof.agrees).toBe(true)
    return proof
  }
  expect(await proved()).toMatchObject({ balance: money(46_543), settled: 0n, unbilled: money(46_543), unbilledRows: 6 })
  await reconcile(
    { [DAY]: [good, { ...unequal, amount: '99.00' }, { ...dear, fee: '2.00' }, refund, twin], [NEXT_DAY]: [] },
    SECOND_MORNING,
  )
  expect(await proved()).toMatchObject({
    balance: money(46_543),
    settled: money(28_666),
    gaps: money(100),
    unbilled: money(7_777),
    missing: money(10_000),
    fees: 0n,
  })
  expect(await unbilledRows('wechat')).toMatchObject([{ signed: money(7_777), kind: 'recharge' }])
  expect(await openCounts(SECOND_MORNING)).toEqual({ todo: 4, proposed: 0, carried: 0, overdue: 0 })
  expect(await openCounts(addDays(SECOND_MORNING, 1))).toMatchObject({ overdue: 4 })
  const [one, two] = [await aStaff('finance'), await aStaff('finance')]
  const act = (staff: { id: string }) => ({
    actor: { kind: 'staff' as const, id: staff.id, name: '张', role: 'manager' },
    origin: null,
    at: SECOND_MORNING,
  })
  const actions = { short: 'reverse', amount: 'correct', fee: 'fee', duplicate: 'quarantine' } as const
  for (const { id, kind } of (await listDifferences({ state: 'todo' }, { size: 20 }, SECOND_MORNING)).rows) {
    const action = actions[kind as keyof typeof actions]
    await transaction((tx) => proposeResolution(tx, id, { action, reason: '已与渠道核实，见工单七号', operator: '' }, act(one)))
    await transaction((tx) => approveResolution(tx, id, act(two)))
    await proved()
    expect(await requireDifference(id)).toMatchObject({ kind, state: 'resolved', proposerName: '张发财', approverName: '张发财' })
  }
  expect(await proved()).toMatchObject({
    missing: 0n,
    reversed: money(10_000),
    fees: money(140),
    settled: money(38_666),
    unbilled: money(7_777),
  })
  expect(await sumDifferences({ state: 'resolved' }, SECOND_MORNING)).toMatchObject({ rows: 4 })
  await reconcile({ '2026-03-07': [late] }, addDays(SECOND_MORNING, 1))
  expect(await proved()).toMatchObject({ unbilled: 0n, unbilledRows: 0 })
  expect(short.amount).toBe('100.00')
})

test('a month has its first and last day', () => {
  expect(monthDays('2026-02')).toEqual({ first: '2026-02-01', last: '2026-02-28' })
  expect(monthDays('2026-12')).toEqual({ first: '2026-12-01', last: '2026-12-31' })
})

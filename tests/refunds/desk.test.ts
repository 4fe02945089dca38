import { describe, expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { giveBack, reroutePayout, retryPayout } from '#src/refunds/desk'
import { confirmTransfer, enterTransfer, keepProof, rejectTransfer } from '#src/refunds/manual-payout'
import { advancePayout } from '#src/refunds/send'
import { settlePayout } from '#src/refunds/settle'
import { loadSettings } from '#src/settings/settings'
import { financeAct, withBank } from '#tests/payments/scene'
import { auditRows } from '#tests/support/api'
import { aStaff, balanceOf } from '#tests/support/factory'
import { refundsAtBank } from './bank'
import { doors } from './scene'

const scene = withBank()
const { soundBooks, payable } = doors(scene)
const { anApproved, payoutsOf, finish } = refundsAtBank(scene)

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
const WHY = '用户银行卡已注销，渠道无法退回'
let counter = 0
const aTransfer = () => ({
  payee_name: '星空乐园',
  bank_name: '招商银行杭州分行',
  bank_account: '6225880123456789',
  bank_reference: `REF${process.pid}${++counter}`,
})
const person = async () => financeAct((await aStaff('finance', 'manager')).id)
const refusedWith = async (work: Promise<unknown>): Promise<string | undefined> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Problem)) return error === undefined ? 'done' : String(error)
  return Array.isArray(error.details) ? (error.details[0]?.reason ?? error.details[0]?.field) : error.code
}
const enter = async (payoutId: Uuid, act = person(), input = aTransfer()) => {
  const proof = await keepProof(PNG)
  return { outcome: await transaction(async (tx) => enterTransfer(tx, payoutId, input, proof, await act)), transferId: proof.id, input }
}

/** A payout about which the bank said its last word. */
async function anAbnormal(options: Parameters<typeof anApproved>[0] = {}) {
  const made = await anApproved(options)
  await advancePayout(made.payout.id, now())
  await finish('wechat', made.payout, 'abnormal')
  expect(await advancePayout(made.payout.id, now())).toBe('abnormal')
  return made
}
const refundedOf = async (orderId: Uuid): Promise<bigint> =>
  (await scene.started.database.owner<{ fen: bigint }[]>`SELECT refunded_fen AS fen FROM recharge_orders WHERE id = ${orderId}`)[0]!.fen

describe('while the bank has not said its last word', () => {
  test('nothing is given back and nothing goes another way', async () => {
    const { payout, operator, chaos } = await anApproved()
    await advancePayout(payout.id, now())
    for (const work of [giveBack, reroutePayout]) expect(await refusedWith(work(payout.id, WHY, await person()))).toBe('NOT_FINAL')
    await scene.bank.control.chaos('call.unavailable', { channel: chaos.channel })
    expect(await refusedWith(giveBack(payout.id, WHY, await person()))).toBe('NOT_FINAL')
    await scene.bank.control.clearChaos()
    expect([await balanceOf(operator.id), await payable(operator.id)]).toEqual([4_000n as never, 6_000n])
  })

  test('a bank that cannot be asked counts as unknown, whatever it said yesterday', async () => {
    const { payout } = await anAbnormal()
    await scene.bank.control.chaos('call.unavailable', { channel: 'wechat' })
    expect(await refusedWith(giveBack(payout.id, WHY, await person()))).toBe('NOT_FINAL')
    await scene.bank.control.clearChaos()
  })

  test('money that arrived after all is booked as paid, not given back', async () => {
    const { payout, refundId, operator } = await anAbnormal()
    await finish('wechat', payout, 'success')
    expect(await refusedWith(giveBack(payout.id, WHY, await person()))).toBe('ALREADY_PROCESSED')
    expect([(await payoutsOf(refundId))[0]!.status, await balanceOf(operator.id), await payable(operator.id)]).toEqual([
      'completed',
      4_000n as never,
      0n,
    ])
    await soundBooks()
  })
})

test('given back: the balance has it again, once, the order too; money that arrives later wakes finance', async () => {
  const { payout, refundId, operator, order } = await anAbnormal()
  const act = await person()
  const outcomes = await Promise.all([1, 2, 3].map(() => refusedWith(giveBack(payout.id, WHY, act))))
  expect(outcomes.toSorted()).toEqual(['ALREADY_PROCESSED', 'ALREADY_PROCESSED', 'done'])
  expect([await balanceOf(operator.id), await payable(operator.id), await refundedOf(order.id)]).toEqual([10_000n as never, 0n, 0n])
  expect((await payoutsOf(refundId))[0]!.status).toBe('returned')
  const [row] = await scene.started.database.owner`SELECT total_refunded_fen AS fen FROM operator_accounts WHERE id = ${operator.id}`
  expect(row!.fen).toBe(0n)
  expect((await auditRows(scene.started.database, act.actor.id)).map(({ operation }) => operation)).toEqual(['refund_return'])
  await finish('wechat', payout, 'success')
  expect(await settlePayout({ channel: 'wechat', outRefundNo: payout.out_refund_no }, now())).toBe('settled_before')
  const alerts = await scene.started.database.owner`SELECT kind FROM alerts WHERE subject = ${payout.id} AND closed_at IS NULL`
  expect(alerts.map(({ kind }) => kind)).toEqual(['refund_paid_twice'])
  await soundBooks()
})

test('sent another way: a bank transfer of the same order takes its place and is paid by clearing:bank', async () => {
  const { payout, refundId, operator, order } = await anAbnormal()
  const transferId = await reroutePayout(payout.id, WHY, await person())
  expect((await payoutsOf(refundId)).map(({ status, channel, order_id, replaces }) => [status, channel, order_id, replaces])).toEqual([
    ['replaced', 'wechat', order.id, null],
    ['processing', 'bank', order.id, payout.id],
  ])
  expect([await payable(operator.id), await refundedOf(order.id)]).toEqual([6_000n, 6_000n])
  expect((await enter(transferId)).outcome).toBe('done')
  const [row] = await scene.started.database.owner`
    SELECT credit_account, amount_fen FROM transaction_records WHERE operator_id = ${operator.id} AND type = 'refund_payout'`
  expect([row!.credit_account, row!.amount_fen, await payable(operator.id)]).toEqual(['clearing:bank', 6_000n, 0n])
  expect(await refusedWith(enter(transferId))).toBe('ALREADY_PROCESSED')
  await soundBooks()
})

test('asked again: an abnormal refund only at the bank, a closed one under a new number', async () => {
  const { payout, refundId } = await anAbnormal()
  expect(await retryPayout(payout.id, await person())).toBe(false)
  await finish('wechat', payout, 'closed')
  expect(await retryPayout(payout.id, await person())).toBe(true)
  expect((await payoutsOf(refundId)).map(({ status, replaces }) => [status, replaces])).toEqual([
    ['replaced', null],
    ['processing', payout.id],
  ])
  await soundBooks()
})

describe('a transfer by hand above the limit', () => {
  /** Approved by one person; the limit is lowered afterwards, so that its transfer needs two. */
  const aLarge = async () => {
    await limitIs('5000.00')
    const { payout, operator } = await anAbnormal({ yuan: '9000.00', amount: '5000.00' })
    await limitIs('4999.99')
    return { payoutId: await reroutePayout(payout.id, WHY, await person()), operator }
  }
  const limitIs = async (yuan: string) => {
    await scene.started.database.owner`UPDATE system_configs SET value = ${yuan} WHERE key = 'refund_dual_review_limit'`
    await loadSettings()
  }

  test('counts when another person has confirmed it, never by who entered it', async () => {
    const { payoutId, operator } = await aLarge()
    const [first, second] = [await person(), await person()]
    const { outcome, transferId } = await enter(payoutId, Promise.resolve(first))
    expect([outcome, await payable(operator.id)]).toEqual(['waits', 500_000n])
    expect(await refusedWith(transaction((tx) => confirmTransfer(tx, transferId, first)))).toBe('SECOND_REVIEWER_REQUIRED')
    await transaction((tx) => confirmTransfer(tx, transferId, second))
    expect(await refusedWith(transaction((tx) => confirmTransfer(tx, transferId, second)))).toBe('ALREADY_PROCESSED')
    expect(await payable(operator.id)).toBe(0n)
    await soundBooks()
  })

  test('turned down leaves the payout open for another entry, its reference free again', async () => {
    const { payoutId, operator } = await aLarge()
    const { transferId, input } = await enter(payoutId)
    expect(await refusedWith(giveBack(payoutId, WHY, await person()))).toBe('ALREADY_PROCESSED')
    await transaction(async (tx) => rejectTransfer(tx, transferId, '凭证金额与退款金额不一致', await person()))
    expect((await enter(payoutId, person(), input)).outcome).toBe('waits')
    expect(await payable(operator.id)).toBe(500_000n)
  })
})

describe('the proof of a transfer', () => {
  test.each([
    ['nothing', undefined],
    ['a page', new TextEncoder().encode('<html><script>alert(1)</script></html>')],
    ['a picture only by name', new Uint8Array([0x47, 0x49, 0x46, 0x38])],
    ['more than 5 MB', new Uint8Array([...PNG, ...new Uint8Array(5 * 1_048_576)])],
  ])('is not %s', async (_name, bytes) => {
    expect(await refusedWith(keepProof(bytes))).toBe('proof')
  })

  test('a reference of the bank pays one refund only', async () => {
    const [one, other] = [await anAbnormal(), await anAbnormal()]
    const [first, second] = [
      await reroutePayout(one.payout.id, WHY, await person()),
      await reroutePayout(other.payout.id, WHY, await person()),
    ]
    const { input } = await enter(first)
    expect(await refusedWith(enter(second, person(), input))).toBe('bank_reference')
    expect(await payable(other.operator.id)).toBe(6_000n)
  })
})

import { describe, expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant, now } from '#src/core/time'
import { gateway } from '#src/payments/gateways/registry'
import { settleOrder } from '#src/payments/settle'
import { advancePayout } from '#src/refunds/send'
import { settlePayout } from '#src/refunds/settle'
import { syncRefunds } from '#src/refunds/sync-processing'
import { anOrder, withBank } from '#tests/payments/scene'
import { operatorToken } from '#tests/support/api'
import { anOperator, balanceOf, type TestOperator } from '#tests/support/factory'
import { aManager, doors } from './scene'

const scene = withBank()
const { started, call } = scene
const { asked, approve, soundBooks, payable } = doors(scene)

type Channel = 'wechat' | 'alipay'
type Row = {
  id: Uuid
  out_refund_no: string
  status: string
  provider_state: string | null
  attempts: number
  checks: number
  next_check_at: Instant | null
  replaces: Uuid | null
  last_error: string | null
}
const payoutsOf = (refundId: string): Promise<Row[]> =>
  started.database.owner<Row[]>`SELECT * FROM refund_payouts WHERE refund_id = ${refundId.slice(7)} ORDER BY id` as unknown as Promise<
    Row[]
  >
const statusOf = async (token: string) => (await call('GET /v1/operators/me/refunds', { token })).body.items[0]!.payout_status

/** An operator that really paid at the bank, and whose refund of a part is approved and not yet sent. */
async function anApproved({
  channel = 'wechat' as Channel,
  yuan = '100.00',
  amount = '60.00',
  operator = undefined as TestOperator | undefined,
} = {}) {
  const placed = await anOrder({ channel, yuan, operator: operator ?? (await anOperator()) })
  await scene.bank.control.pay(channel, placed.order.outTradeNo)
  expect((await settleOrder({ orderId: placed.order.id }, now())).outcome).toBe('credited')
  const token = await operatorToken(placed.operator.id)
  const refundId = await asked(token, { amount })
  expect((await approve(await aManager(), refundId)).status).toBe(200)
  const [payout] = await payoutsOf(refundId)
  return { ...placed, token, refundId, payout: payout!, chaos: { channel, outTradeNo: placed.order.outTradeNo } }
}
const finish = (channel: Channel, { out_refund_no }: Row, state: 'success' | 'abnormal' | 'closed' = 'success') =>
  scene.bank.control.finishRefund(channel, out_refund_no, state)
const atBank = async (outTradeNo: string) => (await scene.bank.control.refunds()).filter((refund) => refund.out_trade_no === outTradeNo)
const messagesOf = async (operatorId: Uuid): Promise<string[]> =>
  (
    await started.database
      .owner`SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} AND type = 'refund' ORDER BY id`
  ).map(({ title }) => title)
const alertsOf = async (subject: string): Promise<string[]> =>
  (await started.database.owner`SELECT kind FROM alerts WHERE subject = ${subject} AND closed_at IS NULL`).map(({ kind }) => kind)

describe.each(['wechat', 'alipay'] as const)('%s', (channel) => {
  test('is sent, asked about, and booked once it is done; the operator sees it completed', async () => {
    const { token, operator, payout, refundId, order } = await anApproved({ channel })
    expect(await statusOf(token)).toBe('processing')
    const sent = await advancePayout(payout.id, now())
    expect(sent).toBe(channel === 'wechat' ? 'processing' : 'completed')
    expect(await payable(operator.id)).toBe(channel === 'wechat' ? 6_000n : 0n)
    if (channel === 'wechat') {
      await finish(channel, payout)
      expect(await settlePayout({ channel, outRefundNo: payout.out_refund_no }, now())).toBe('completed')
    }
    expect([await statusOf(token), await payable(operator.id), await balanceOf(operator.id)]).toEqual(['completed', 0n, 4_000n as never])
    expect(await atBank(order.outTradeNo)).toMatchObject([{ out_refund_no: payout.out_refund_no, amount: 6_000, state: 'success' }])
    expect((await payoutsOf(refundId))[0]).toMatchObject({
      status: 'completed',
      provider_state: 'success',
      attempts: 1,
      next_check_at: null,
    })
    expect(await messagesOf(operator.id)).toEqual(['退款申请已通过', '退款已完成'])
    await soundBooks()
  })

  test('twenty at once, by notices and by the job: one refund at the bank, one row in the journal', async () => {
    const { payout, order, operator } = await anApproved({ channel })
    await Promise.all(Array.from({ length: 5 }, () => advancePayout(payout.id, now())))
    if (channel === 'wechat') await finish(channel, payout)
    await Promise.all(
      Array.from({ length: 15 }, (_, n) =>
        n % 2 ? advancePayout(payout.id, now()) : settlePayout({ channel, outRefundNo: payout.out_refund_no }, now()),
      ),
    )
    const rows = await started.database.owner`SELECT FROM transaction_records WHERE operator_id = ${operator.id} AND type = 'refund_payout'`
    expect([rows.length, (await atBank(order.outTradeNo)).length, await payable(operator.id)]).toEqual([1, 1, 0n])
    await soundBooks()
  })

  test.each(['call.500', 'call.500_after', 'call.cut', 'call.cut_after', 'call.wrong_json', 'call.unsigned'] as const)(
    'an answer lost by %s is nobody’s loss: asked about, and sent again under the same number',
    async (name) => {
      const { payout, order, operator, chaos, refundId } = await anApproved({ channel })
      await scene.bank.control.chaos(name, { ...chaos, operation: 'refund', count: 1 })
      await advancePayout(payout.id, now())
      await scene.bank.control.clearChaos()
      await advancePayout(payout.id, addSeconds(now(), 120))
      const [refund, ...others] = await atBank(order.outTradeNo)
      expect([refund?.out_refund_no, others.length]).toEqual([payout.out_refund_no, 0])
      if (channel === 'wechat') await finish(channel, payout)
      await advancePayout(payout.id, addSeconds(now(), 240))
      expect([(await payoutsOf(refundId)).map(({ status }) => status), await payable(operator.id)]).toEqual([['completed'], 0n])
    },
  )

  test('while the bank answers nothing the money stays owed, and the job goes on asking', async () => {
    const { payout, refundId, operator } = await anApproved({ channel })
    await scene.bank.control.chaos('call.unavailable', { channel })
    expect(await advancePayout(payout.id, now())).toBe('unknown')
    expect(await advancePayout(payout.id, now())).toBe('unknown')
    await scene.bank.control.clearChaos()
    const [waiting] = await payoutsOf(refundId)
    expect([waiting!.status, waiting!.next_check_at! > now(), await payable(operator.id)]).toEqual(['processing', true, 6_000n])
    await syncRefunds({ now: addSeconds(waiting!.next_check_at!, 1) })
    if (channel === 'wechat') await finish(channel, payout)
    await advancePayout(payout.id, now())
    expect((await payoutsOf(refundId))[0]!.status).toBe('completed')
  })

  test('a merchant balance that is too low waits for money, wakes finance once, and goes out under the same number', async () => {
    const { payout, refundId, order } = await anApproved({ channel })
    const { fen } = await scene.bank.control.balance(channel)
    await scene.bank.control.balance(channel, 0)
    expect(await advancePayout(payout.id, now())).toBe('waits')
    expect(await advancePayout(payout.id, now())).toBe('waits')
    const [waiting] = await payoutsOf(refundId)
    expect(waiting!.status).toBe('processing')
    expect(await alertsOf(channel)).toEqual(['merchant_balance_low'])
    await scene.bank.control.balance(channel, fen + 1_000_000)
    await advancePayout(payout.id, now())
    expect((await atBank(order.outTradeNo)).map(({ out_refund_no }) => out_refund_no)).toEqual([payout.out_refund_no])
    if (channel === 'wechat') await finish(channel, payout)
    await advancePayout(payout.id, now())
    expect([(await payoutsOf(refundId))[0]!.status, await alertsOf(channel)]).toEqual(['completed', []])
  })
})

test('the schedule is 1, 5, 10, 20, 30, 30 … minutes, and nothing is asked before its time', async () => {
  const { payout, refundId } = await anApproved()
  const begun = now()
  const minutes: number[] = []
  let at = begun
  for (let step = 0; step < 7; step++) {
    await advancePayout(payout.id, at)
    const next = (await payoutsOf(refundId))[0]!.next_check_at!
    minutes.push(Math.round((next.getTime() - at.getTime()) / 60_000))
    at = next
  }
  expect(minutes).toEqual([1, 5, 10, 20, 30, 30, 30])
  const before = (await scene.bank.control.calls()).length
  await syncRefunds({ now: addSeconds(at, -1) })
  const asked = (await scene.bank.control.calls()).slice(before).filter(({ number }) => number === payout.out_refund_no)
  expect(asked).toEqual([])
})

test('PROCESSING → ABNORMAL lies on the desk: finance and the operator are told once, the money stays owed', async () => {
  const { payout, refundId, operator, token } = await anApproved()
  await advancePayout(payout.id, now())
  await finish('wechat', payout, 'abnormal')
  expect(await advancePayout(payout.id, now())).toBe('abnormal')
  expect(await advancePayout(payout.id, now())).toBe('abnormal')
  expect([await statusOf(token), await payable(operator.id), await alertsOf(payout.id)]).toEqual(['abnormal', 6_000n, ['refund_abnormal']])
  expect(await messagesOf(operator.id)).toEqual(['退款申请已通过', '退款处理异常'])
  await finish('wechat', payout, 'success')
  expect(await advancePayout(payout.id, now())).toBe('completed')
  expect([(await payoutsOf(refundId))[0]!.status, await alertsOf(payout.id), await payable(operator.id)]).toEqual(['completed', [], 0n])
  await soundBooks()
})

test('CLOSED gets a new number, linked to the old one, which is kept; the third is left to finance', async () => {
  const { payout, refundId, operator, order } = await anApproved()
  const closeNext = async (id: Uuid, row: Row) => {
    await advancePayout(id, now())
    await finish('wechat', row, 'closed')
    return advancePayout(id, now())
  }
  expect(await closeNext(payout.id, payout)).toBe('closed')
  const [, second] = await payoutsOf(refundId)
  expect([second!.replaces, second!.out_refund_no === payout.out_refund_no, second!.status]).toEqual([payout.id, false, 'processing'])
  expect(await closeNext(second!.id, second!)).toBe('closed')
  const [, , third] = await payoutsOf(refundId)
  expect(await closeNext(third!.id, third!)).toBe('abnormal')
  expect((await payoutsOf(refundId)).map(({ status }) => status)).toEqual(['replaced', 'replaced', 'abnormal'])
  const [kept] = await started.database.owner`SELECT refunded_fen AS fen, refund_count AS n FROM recharge_orders WHERE id = ${order.id}`
  expect([kept!.fen, kept!.n, await payable(operator.id)]).toEqual([6_000n, 3, 6_000n])
  expect(await settlePayout({ channel: 'wechat', outRefundNo: payout.out_refund_no }, now())).toBe('settled_before')
  await soundBooks()
})

test('an order that was refunded fifty times takes no new number: CLOSED is left to finance', async () => {
  const { payout, refundId, order } = await anApproved()
  await advancePayout(payout.id, now())
  await finish('wechat', payout, 'closed')
  await started.database.owner`UPDATE recharge_orders SET refund_count = 50 WHERE id = ${order.id}`
  expect(await advancePayout(payout.id, now())).toBe('abnormal')
  expect(await payoutsOf(refundId)).toHaveLength(1)
  await started.database.owner`UPDATE recharge_orders SET refund_count = 1 WHERE id = ${order.id}`
})

test('fifty refunds of one order go back the way they came, the fifty-first by bank', async () => {
  const { operator, token } = await anApproved({ amount: '1.00' })
  const person = await aManager()
  const channels: string[] = []
  for (let step = 0; step < 50; step++) {
    const id = await asked(token, { amount: '1.00' })
    await approve(person, id)
    const { payouts } = (await call(`GET /v1/finance/refunds/${id}`, { token: person })).body.data as { payouts: { channel: string }[] }
    channels.push(...payouts.map(({ channel }) => channel))
  }
  expect(channels).toEqual([...Array<string>(49).fill('wechat'), 'bank'])
  expect(await payable(operator.id)).toBe(5_100n)
  await soundBooks()
}, 60_000)

test('what the provider refuses for good lies on the desk, in its words', async () => {
  const { payout, refundId, order } = await anApproved()
  // Somebody has given all of it back at the provider, by hand.
  const byHand = { outTradeNo: order.outTradeNo, outRefundNo: `by_hand_${payout.id}`, amount: order.amount, total: order.amount }
  await gateway('wechat')!.refund({ ...byHand, reason: '手工退款' })
  expect(await advancePayout(payout.id, now())).toBe('abnormal')
  expect((await payoutsOf(refundId))[0]).toMatchObject({
    status: 'abnormal',
    provider_state: 'refused',
    last_error: expect.stringContaining('拒绝退款'),
  })
  await soundBooks()
})

test('a notice of a number that is not ours changes nothing', async () => {
  expect(await settlePayout({ channel: 'wechat', outRefundNo: 'nobodys_number' }, now())).toBe('not_ours')
  const { payout } = await anApproved({ channel: 'wechat' })
  expect(await settlePayout({ channel: 'alipay', outRefundNo: payout.out_refund_no }, now())).toBe('not_ours')
})

test('a notice that comes before we have sent anything changes nothing either; the refund is sent all the same', async () => {
  const { payout, refundId } = await anApproved()
  expect(await settlePayout({ channel: 'wechat', outRefundNo: payout.out_refund_no }, now())).toBe('absent')
  await advancePayout(payout.id, now())
  await finish('wechat', payout)
  await advancePayout(payout.id, now())
  expect((await payoutsOf(refundId))[0]!.status).toBe('completed')
})

test('a payout that takes a week, or has no answer for a day, wakes finance', async () => {
  const { payout } = await anApproved()
  await started.database.owner.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await sql`UPDATE refund_payouts SET created_at = now() - interval '2 days', next_check_at = now() + interval '1 day' WHERE id = ${payout.id}`
  })
  const counts = await syncRefunds({ now: now() })
  expect(counts.overdue! >= 1).toBe(true)
  expect(await alertsOf(payout.id)).toEqual(['refund_overdue'])
})

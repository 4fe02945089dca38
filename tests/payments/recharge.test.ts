import { expect, test } from 'bun:test'
import { showId } from '#src/core/ids'
import { now } from '#src/core/time'
import { useGateways } from '#src/payments/gateways/registry'
import { settleOrder } from '#src/payments/settle'
import { ISO_TIME, operatorToken, wireId } from '#tests/support/api'
import { anOperator, balanceOf } from '#tests/support/factory'
import { anOrder, withBank } from './scene'

const scene = withBank()
const { started, call } = scene

const RECHARGE = 'POST /v1/operators/me/recharge'
async function signedIn() {
  const operator = await anOperator()
  return { operator, token: await operatorToken(operator.id) }
}
const bare = (id: unknown) => String(id).slice('ord_'.length)

test('an order is made, shown, paid and seen paid', async () => {
  const { operator, token } = await signedIn()
  const made = await call(RECHARGE, { token, body: { amount: '100', payment_method: 'wechat' } })
  expect(made.status).toBe(201)
  expect(made.body.data).toMatchObject({ amount: '100.00', payment_method: 'wechat' })
  expect([made.body.data.order_id, made.body.data.expires_at]).toEqual([
    expect.stringMatching(wireId('ord')),
    expect.stringMatching(ISO_TIME),
  ])
  expect(made.body.data.qr_code_url).toStartWith('weixin://')
  const id = made.body.data.order_id as string
  const before = await call(`GET /v1/operators/me/recharge/${id}`, { token })
  expect(before.body.data).toMatchObject({ status: 'pending', paid_at: null, late: false, error_message: null })
  await scene.bank.control.pay('wechat', bare(id).replaceAll('-', ''))
  expect((await call(`GET /v1/operators/me/recharge/${id}`, { token })).body.data.status).toBe('pending')
  expect((await call(`GET /v1/operators/me/recharge/${id}?refresh=true`, { token })).body.data).toMatchObject({
    status: 'success',
    late: false,
  })
  expect(await balanceOf(operator.id)).toBe(10_000n as never)
})

test('the limits are those of the settings, in their own words', async () => {
  const { token } = await signedIn()
  for (const amount of ['9.99', '10000.01', '0.00']) {
    const answer = await call(RECHARGE, { token, body: { amount, payment_method: 'alipay' } })
    expect([answer.status, answer.body.message, answer.body.details[0]!.reason]).toEqual([
      400,
      '充值金额必须在10-10000元之间',
      'AMOUNT_OUT_OF_RANGE',
    ])
  }
  for (const amount of ['10.00', '10000.00'])
    expect((await call(RECHARGE, { token, body: { amount, payment_method: 'alipay' } })).status).toBe(201)
  for (const body of [
    { amount: 100, payment_method: 'wechat' },
    { amount: '1e3', payment_method: 'wechat' },
    { amount: '100.00', payment_method: 'bank' },
    { amount: '100.00', payment_method: 'wechat', operator_id: 'op_x' },
  ])
    expect((await call(RECHARGE, { token, body })).body.error_code).toBe('INVALID_PARAMS')
})

test('the same key is the same order, at once too; another amount under it is a conflict', async () => {
  const { operator, token } = await signedIn()
  const ask = (amount = '100.00', key = 'key-1') =>
    call(RECHARGE, { token, body: { amount, payment_method: 'wechat' }, headers: { 'Idempotency-Key': key } })
  const ids = (await Promise.all(Array.from({ length: 6 }, () => ask()))).map(({ body }) => body.data.order_id)
  expect(new Set(ids).size).toBe(1)
  const rows = await started.database.owner`SELECT FROM recharge_orders WHERE operator_id = ${operator.id}`
  expect(rows).toHaveLength(1)
  expect((await ask('200.00')).body.error_code).toBe('IDEMPOTENCY_KEY_CONFLICT')
  expect((await ask('100.00', 'ä'.repeat(3))).status).toBe(400)
})

test('a lost answer leaves the order open without a code; the same number is offered again', async () => {
  const { token } = await signedIn()
  await scene.bank.control.chaos('call.500', { operation: 'create', count: 1 })
  await scene.bank.control.chaos('call.500', { operation: 'native', count: 1 })
  const headers = { 'Idempotency-Key': 'lost-1' }
  const body = { amount: '100.00', payment_method: 'wechat' }
  const lost = await call(RECHARGE, { token, body, headers })
  await scene.bank.control.clearChaos()
  expect(lost.status).toBe(201)
  expect(lost.body.data).toMatchObject({ qr_code_url: null, payment_url: null })
  const again = await call(RECHARGE, { token, body, headers })
  expect(again.body.data.order_id).toBe(lost.body.data.order_id)
  expect(again.body.data.qr_code_url).toStartWith('weixin://')
})

test('a cancelled order is closed at the provider; one that was paid first is credited instead', async () => {
  const { operator, token } = await signedIn()
  const made = await call(RECHARGE, { token, body: { amount: '100.00', payment_method: 'wechat' } })
  const path = `/v1/operators/me/recharge/${made.body.data.order_id}`
  const cancelled = await call(`POST ${path}/cancel`, { token })
  expect([cancelled.status, cancelled.body.message, cancelled.body.data.status]).toEqual([200, '订单已取消', 'failed'])
  expect((await call(`POST ${path}/cancel`, { token })).body.details[0]!.reason).toBe('ALREADY_PROCESSED')
  const other = await call(RECHARGE, { token, body: { amount: '20.00', payment_method: 'wechat' } })
  const id = String(other.body.data.order_id)
  await scene.bank.control.pay('wechat', bare(id).replaceAll('-', ''))
  expect((await call(`POST /v1/operators/me/recharge/${id}/cancel`, { token })).body.details[0]!.reason).toBe('ALREADY_PROCESSED')
  expect(await balanceOf(operator.id)).toBe(2_000n as never)
})

test('money for a cancelled order that the provider never knew comes late and is flagged', async () => {
  const placed = await anOrder({ channel: 'alipay' })
  const token = await operatorToken(placed.operator.id)
  const id = showId('order', placed.order.id)
  expect((await call(`POST /v1/operators/me/recharge/${id}/cancel`, { token })).status).toBe(200)
  await scene.bank.control.pay('alipay', placed.order.outTradeNo, { late: true })
  expect((await settleOrder({ orderId: placed.order.id }, now())).outcome).toBe('credited')
  expect((await call(`GET /v1/operators/me/recharge/${id}`, { token })).body.data).toMatchObject({ status: 'success', late: true })
})

test('a provider that refuses fails the order and says so; a channel that is not set up is not available', async () => {
  const { operator, token } = await signedIn()
  const body = { amount: '100.00', payment_method: 'wechat' }
  const back = useGateways({ ...scene.bank.env, WECHAT_APP_ID: 'wx0000000000000000' }, 'http://127.0.0.1:9')
  const refused = await call(RECHARGE, { token, body })
  expect([refused.status, refused.body.error_code, refused.body.message]).toEqual([502, 'PAYMENT_FAILED', '支付下单失败，请稍后再试'])
  expect(Object.keys(refused.body.details).sort()).toEqual(['channel', 'provider_code'])
  const rows = await started.database.owner`SELECT status FROM recharge_orders WHERE operator_id = ${operator.id}`
  expect(rows.map(({ status }) => status)).toEqual(['failed'])
  useGateways({}, 'http://127.0.0.1:9')
  const off = await call(RECHARGE, { token, body })
  back()
  useGateways(scene.bank.env, 'http://127.0.0.1:9')
  expect([off.status, off.body.error_code, off.headers.get('retry-after')]).toEqual([503, 'PAYMENT_UNAVAILABLE', '60'])
  expect(await balanceOf(operator.id)).toBe(0n as never)
})

test('somebody else’s order is not there', async () => {
  const [placed, { token }] = [await anOrder(), await signedIn()]
  for (const at of ['GET', 'POST']) {
    const path = `/v1/operators/me/recharge/${showId('order', placed.order.id)}${at === 'POST' ? '/cancel' : ''}`
    expect((await call(`${at} ${path}`, { token })).body).toMatchObject({ error_code: 'ORDER_NOT_FOUND' })
  }
})

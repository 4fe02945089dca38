import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { nowMs } from '#src/core/time'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { alipay, createNative, nativeOrder, precreate, queryWechat, wechat, wechatResponse } from './merchant'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())
afterEach(() => gateway.control.clearChaos())

let count = 0
const anOrderNumber = () => `CH${String(++count).padStart(12, '0')}`
const create = (number: string) => wechatResponse(gateway, 'POST /v3/pay/transactions/native', nativeOrder(gateway, number))
const exists = async (number: string) => (await queryWechat(gateway, number)).status === 200

describe('a call that goes wrong', () => {
  test.each([
    ['call.429', 429, false],
    ['call.500', 500, false],
    ['call.500_after', 500, true],
    ['call.unavailable_after', 500, true],
  ] as const)('%s answers %d', async (name, status, done) => {
    const number = anOrderNumber()
    await gateway.control.chaos(name, { count: 1, operation: 'create' })
    expect((await create(number)).status).toBe(status)
    expect(await exists(number)).toBe(done)
    expect((await create(number)).status).toBe(200)
  })

  test.each([
    ['call.cut', false],
    ['call.cut_after', true],
    ['call.timeout', false],
    ['call.timeout_after', true],
  ] as const)('%s breaks the connection', async (name, done) => {
    const number = anOrderNumber()
    await gateway.control.chaos(name, { count: 1, operation: 'create', milliseconds: 200 })
    expect(await create(number).catch(() => 'cut')).toBe('cut')
    expect(await exists(number)).toBe(done)
  })

  test('an answer is broken, unsigned, stale or signed wrongly', async () => {
    const number = anOrderNumber()
    await create(number)
    await gateway.control.chaos('call.wrong_json', { count: 1, operation: 'query' })
    const broken = await wechatResponse(gateway, `GET /v3/pay/transactions/out-trade-no/${number}?mchid=${gateway.env.WECHAT_MCH_ID}`)
    expect(await broken.json().catch(() => 'no JSON')).toBe('no JSON')
    for (const name of ['call.unsigned', 'call.bad_signature'] as const) {
      await gateway.control.chaos(name, { count: 1, operation: 'query' })
      expect((await queryWechat(gateway, number)).verified).toBe(false)
    }
    await gateway.control.chaos('call.stale', { count: 1, operation: 'query' })
    const stale = await wechatResponse(gateway, `GET /v3/pay/transactions/out-trade-no/${number}?mchid=${gateway.env.WECHAT_MCH_ID}`)
    expect(nowMs() / 1000 - Number(stale.headers.get('wechatpay-timestamp'))).toBeGreaterThan(590)
  })

  test('Alipay says that it does not know, or breaks', async () => {
    const number = anOrderNumber()
    await gateway.control.chaos('call.unavailable_after', { count: 1, channel: 'alipay' })
    expect((await precreate(gateway, number)).node).toMatchObject({ code: '20000' })
    await gateway.control.chaos('call.500', { count: 1, channel: 'alipay' })
    expect((await precreate(gateway, number)).status).toBe(500)
    await gateway.control.chaos('call.bad_signature', { count: 1, channel: 'alipay' })
    expect(await precreate(gateway, number)).toMatchObject({ verified: false, node: { code: '10000' } })
  })
})

describe('a query', () => {
  test('lags behind the payment', async () => {
    const number = anOrderNumber()
    await createNative(gateway, number)
    await gateway.control.pay('wechat', number)
    await gateway.control.chaos('query.lag', { count: 2, outTradeNo: number })
    const states = [await queryWechat(gateway, number), await queryWechat(gateway, number), await queryWechat(gateway, number)]
    expect(states.map(({ body }) => body.trade_state)).toEqual(['NOTPAY', 'NOTPAY', 'SUCCESS'])
  })

  test('knows nothing of the order', async () => {
    const number = anOrderNumber()
    await precreate(gateway, number)
    await gateway.control.pay('alipay', number)
    await gateway.control.chaos('query.absent', { count: 1 })
    const ask = async () => (await alipay(gateway, 'alipay.trade.query', { out_trade_no: number })).node
    expect((await ask()).sub_code).toBe('ACQ.TRADE_NOT_EXIST')
    expect((await ask()).trade_status).toBe('TRADE_SUCCESS')
  })

  test.each([
    ['trade.wrong_amount', { amount: { total: 1249 } }],
    ['trade.wrong_currency', { amount: { currency: 'USD' } }],
    ['trade.wrong_appid', { appid: 'wx0000000000000000' }],
    ['trade.wrong_mchid', { mchid: '1900000000' }],
    ['trade.coupon', { amount: { total: 1250, payer_total: 1249 } }],
  ] as const)('of a payment with %s says so every time', async (name, said) => {
    const number = anOrderNumber()
    await createNative(gateway, number)
    await gateway.control.chaos(name, { count: 1, outTradeNo: number })
    await gateway.control.pay('wechat', number)
    for (let time = 0; time < 2; time++) expect((await queryWechat(gateway, number)).body).toMatchObject(said)
  })
})

describe('a switch', () => {
  const run = async (seed: number): Promise<string> => {
    await gateway.control.clearChaos()
    await gateway.control.chaos('call.429', { probability: 0.5, seed, operation: 'query' })
    const answers: number[] = []
    for (let call = 0; call < 24; call++) answers.push((await queryWechat(gateway, 'NOBODY')).status)
    return answers.join()
  }

  test('throws the same dice for the same seed', async () => {
    const first = await run(7)
    expect(await run(7)).toBe(first)
    expect(await run(8)).not.toBe(first)
    expect(first).toContain('429')
    expect(first).toContain('404')
  })

  test('lets some go by, strikes as often as it may, and only where it was meant', async () => {
    await gateway.control.chaos('call.429', { skip: 1, count: 2, operation: 'query', channel: 'wechat', outTradeNo: 'NOBODY' })
    expect((await queryWechat(gateway, 'SOMEBODY')).status).toBe(404)
    const statuses: number[] = []
    for (let call = 0; call < 4; call++) statuses.push((await queryWechat(gateway, 'NOBODY')).status)
    expect(statuses).toEqual([404, 429, 429, 404])
    expect(await gateway.control.switches()).toMatchObject([{ name: 'call.429', fired: 2, remaining: 0 }])
  })

  test('of another name is refused', () => {
    expect(gateway.control.chaos('call.explode' as 'call.429')).rejects.toThrow('no switch')
  })
})

test('every call is in the log', async () => {
  const number = anOrderNumber()
  await createNative(gateway, number)
  await wechat(gateway, 'GET /v3/nowhere')
  const calls = await gateway.control.calls()
  expect(calls.find((call) => call.number === number)).toMatchObject({ channel: 'wechat', operation: 'create', status: 200, code: 'OK' })
  expect(calls.at(-1)).toMatchObject({ operation: 'unknown', status: 404 })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { alipay, alipayForm, precreate } from './merchant'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

let count = 0
const anOrderNumber = () => `AL${String(++count).padStart(12, '0')}`
async function aPaidTrade(amount = '12.50'): Promise<string> {
  const number = anOrderNumber()
  await precreate(gateway, number, amount)
  await gateway.control.pay('alipay', number)
  return number
}
const query = (number: string) => alipay(gateway, 'alipay.trade.query', { out_trade_no: number })
const close = (number: string) => alipay(gateway, 'alipay.trade.close', { out_trade_no: number })
const refund = (number: string, amount: string, request?: string) =>
  alipay(gateway, 'alipay.trade.refund', { out_trade_no: number, refund_amount: amount, ...(request ? { out_request_no: request } : {}) })
const queryRefund = (number: string, request: string) =>
  alipay(gateway, 'alipay.trade.fastpay.refund.query', { out_trade_no: number, out_request_no: request })

describe('the envelope', () => {
  type Form = Record<string, string>
  test.each([
    ['another amount', (form: Form) => ({ ...form, biz_content: form.biz_content!.replace('12.50', '12.51') }), 'isv.invalid-signature'],
    ['a parameter more', (form: Form) => ({ ...form, notify_url: 'https://evil.example' }), 'isv.invalid-signature'],
    ['a parameter less', ({ timestamp: _, ...form }: Form) => form, 'isv.invalid-signature'],
    ['no signature', (form: Form) => ({ ...form, sign: '' }), 'isv.invalid-signature'],
    [
      'another signature',
      (form: Form) => ({ ...form, sign: `${form.sign!.startsWith('A') ? 'B' : 'A'}${form.sign!.slice(1)}` }),
      'isv.invalid-signature',
    ],
    ['the weak algorithm', (form: Form) => ({ ...form, sign_type: 'RSA' }), 'isv.invalid-signature-type'],
    ['another application', (form: Form) => ({ ...form, app_id: '2021000000000000' }), 'isv.invalid-app-id'],
    ['a method that is none', (form: Form) => ({ ...form, method: 'alipay.trade.give' }), 'isv.invalid-method'],
  ])('with %s is refused', async (_, spoil, code) => {
    const content = { out_trade_no: anOrderNumber(), total_amount: '12.50', subject: '账户充值' }
    const answer = await alipay(gateway, 'alipay.trade.precreate', content, { spoil: spoil as (form: Form) => Form })
    expect(answer).toMatchObject({ verified: true, node: { code: '40002', sub_code: code } })
  })

  test('each letter of the signature counts', async () => {
    const form = alipayForm(gateway, 'alipay.trade.query', { out_trade_no: 'X' })
    const spoiled = Array.from(
      form.sign!,
      (letter, at) => `${form.sign!.slice(0, at)}${letter === 'b' ? 'c' : 'b'}${form.sign!.slice(at + 1)}`,
    )
    const answers = await Promise.all(
      spoiled.map((sign) => alipay(gateway, 'alipay.trade.query', { out_trade_no: 'X' }, { spoil: () => ({ ...form, sign }) })),
    )
    expect(answers.filter(({ node }) => node.sub_code !== 'isv.invalid-signature')).toEqual([])
  })

  test('is signed over the node as it stands, slashes escaped', async () => {
    const { text, verified } = await precreate(gateway, anOrderNumber())
    expect(text).toContain('https:\\/\\/qr.alipay.com\\/bax')
    expect(verified).toBe(true)
  })
})

describe('a trade', () => {
  test('is not there before somebody scanned the code', async () => {
    const number = anOrderNumber()
    expect((await precreate(gateway, number)).node.code).toBe('10000')
    expect((await query(number)).node).toMatchObject({ code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' })
    expect((await close(number)).node.sub_code).toBe('ACQ.TRADE_NOT_EXIST')
    await gateway.control.scan('alipay', number)
    expect((await query(number)).node).toMatchObject({ code: '10000', trade_status: 'WAIT_BUYER_PAY', total_amount: '12.50' })
    const { provider_no } = await gateway.control.pay('alipay', number)
    expect((await query(number)).node).toMatchObject({ trade_status: 'TRADE_SUCCESS', trade_no: provider_no!, receipt_amount: '12.50' })
    expect((await close(number)).node.sub_code).toBe('ACQ.TRADE_STATUS_ERROR')
    expect((await precreate(gateway, number)).node.sub_code).toBe('ACQ.TRADE_HAS_SUCCESS')
  })

  test('lapses at its end, and a buyer who was at the till may still pay', async () => {
    const number = anOrderNumber()
    const content = { out_trade_no: number, total_amount: '1.00', subject: '充值', timeout_express: '15m' }
    await alipay(gateway, 'alipay.trade.precreate', content)
    await gateway.control.scan('alipay', number)
    await gateway.control.advance(16 * 60_000)
    try {
      expect((await query(number)).node.trade_status).toBe('TRADE_CLOSED')
      expect(gateway.control.pay('alipay', number)).rejects.toThrow('expired')
      await gateway.control.pay('alipay', number, { late: true })
      expect((await query(number)).node.trade_status).toBe('TRADE_SUCCESS')
    } finally {
      await gateway.control.setAhead(0)
    }
  })

  test('of a page sends the browser to the till', async () => {
    const number = anOrderNumber()
    const content = { out_trade_no: number, total_amount: '1.00', subject: '充值', product_code: 'FAST_INSTANT_TRADE_PAY' }
    const form = alipayForm(gateway, 'alipay.trade.page.pay', content, { return_url: 'https://shop.example/done' })
    const visit = (parameters: Record<string, string>) =>
      fetch(`${gateway.url}/gateway.do?${new URLSearchParams(parameters)}`, { redirect: 'manual' })
    const response = await visit(form)
    expect([response.status, response.headers.get('location')]).toEqual([302, `${gateway.url}/pay/alipay/${number}`])
    expect((await visit({ ...form, return_url: 'https://evil.example' })).status).toBe(400)
  })

  test.each([
    ['no amount', { total_amount: '0' }],
    ['three places', { total_amount: '1.001' }],
    ['too much', { total_amount: '100000000.01' }],
    ['a subject that breaks signatures', { subject: 'a&b=c' }],
    ['a bad number', { out_trade_no: 'a b' }],
  ])('with %s is refused', async (_, change) => {
    const content = { out_trade_no: anOrderNumber(), total_amount: '1.00', subject: '充值', ...change }
    expect((await alipay(gateway, 'alipay.trade.precreate', content)).node.sub_code).toBe('ACQ.INVALID_PARAMETER')
  })
})

describe('a refund', () => {
  test('tells the sum so far, and is done once', async () => {
    const number = await aPaidTrade()
    expect((await refund(number, '2.50', 'a')).node).toMatchObject({ fund_change: 'Y', refund_fee: '2.50' })
    expect((await refund(number, '2.50', 'a')).node).toMatchObject({ code: '10000', fund_change: 'N', refund_fee: '2.50' })
    expect((await refund(number, '1.00', 'b')).node).toMatchObject({ fund_change: 'Y', refund_fee: '3.50' })
    expect((await queryRefund(number, 'a')).node).toMatchObject({ refund_status: 'REFUND_SUCCESS', refund_amount: '2.50' })
    expect((await queryRefund(number, 'never')).node.refund_status).toBeUndefined()
    expect((await refund(number, '9.01', 'c')).node.sub_code).toBe('ACQ.REASON_TRADE_REFUND_FEE_ERR')
    expect((await refund(number, '9.00', 'c')).node.code).toBe('10000')
    expect((await query(number)).node.trade_status).toBe('TRADE_CLOSED')
  })

  test('of a part needs a number of its own', async () => {
    const number = await aPaidTrade()
    expect((await refund(number, '1.00')).node.sub_code).toBe('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL')
    expect((await refund(number, '12.50')).node.fund_change).toBe('Y')
  })

  test('that lags is not there yet, and is there later', async () => {
    await gateway.control.chaos('refund.slow', { count: 1, milliseconds: 3_600_000 })
    const number = await aPaidTrade()
    expect((await refund(number, '1.00', 'slow')).node).toMatchObject({ code: '10000', fund_change: 'N' })
    expect((await queryRefund(number, 'slow')).node.refund_status).toBeUndefined()
    await gateway.control.finishRefund('alipay', 'slow', 'success')
    expect((await queryRefund(number, 'slow')).node.refund_status).toBe('REFUND_SUCCESS')
  })

  test('is refused once the trade is finished, a year later', async () => {
    const number = await aPaidTrade()
    await gateway.control.advance(366 * 86_400_000)
    try {
      expect((await query(number)).node.trade_status).toBe('TRADE_FINISHED')
      expect((await refund(number, '1.00', 'old')).node.sub_code).toBe('ACQ.TRADE_HAS_FINISHED')
    } finally {
      await gateway.control.setAhead(0)
    }
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { now } from '#src/core/time'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { until } from '#tests/support/until'
import {
  createNative,
  isSignedByPlatform,
  nativeOrder,
  queryRefundWechat,
  queryWechat,
  refundWechat,
  type Spoiler,
  unsealed,
  wechat,
  wechatResponse,
} from './merchant'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

const YEAR_MS = 365 * 86_400_000
let count = 0
const anOrderNumber = () => `WX${String(++count).padStart(12, '0')}`
async function aPaidOrder(total = 1250): Promise<string> {
  const number = anOrderNumber()
  await createNative(gateway, number, total)
  await gateway.control.pay('wechat', number)
  return number
}

describe('a signature is right to the last byte', () => {
  const replaced = (header: string, from: RegExp, to: string) => (sent: Parameters<Spoiler>[0]) => ({
    ...sent,
    headers: { ...sent.headers, [header]: sent.headers[header]!.replace(from, to) },
  })
  const spoilers: Record<string, Spoiler> = {
    'another byte behind the body': (sent) => ({ ...sent, body: `${sent.body} ` }),
    'one fen more': (sent) => ({ ...sent, body: sent.body.replace('1250', '1251') }),
    'keys in another order': (sent) => ({ ...sent, body: JSON.stringify({ mchid: '', ...JSON.parse(sent.body) }) }),
    'another query': (sent) => ({ ...sent, target: `${sent.target}?a=1` }),
    'another path': (sent) => ({ ...sent, target: sent.target.replace('native', 'h5') }),
    'another nonce': replaced('Authorization', /nonce_str="./, 'nonce_str="_'),
    'another time': replaced('Authorization', /timestamp="(\d+)"/, `timestamp="${Math.floor(now().getTime() / 1000) - 7}"`),
    'another serial': replaced('Authorization', /serial_no="5/, 'serial_no="6'),
    'another merchant': replaced('Authorization', /mchid="19/, 'mchid="18'),
    'another signature': replaced('Authorization', /signature="(.)/, 'signature="A$1'),
    'no signature': replaced('Authorization', /signature="[^"]+"/, 'signature=""'),
    'a field twice': replaced('Authorization', /(mchid="\d+")/, '$1,$1'),
    'a field missing': replaced('Authorization', /,serial_no="\w+"/, ''),
    'another scheme': replaced('Authorization', /SHA256-RSA2048/, 'SM2-WITH-SM3'),
    'no authorization at all': (sent) => ({ ...sent, headers: { ...sent.headers, Authorization: '' } }),
  }

  test.each(Object.entries(spoilers))('%s is refused', async (_, spoil) => {
    const number = anOrderNumber()
    const answer = await wechat(gateway, 'POST /v3/pay/transactions/native', nativeOrder(gateway, number), { spoil })
    expect([answer.status, answer.body.code, answer.number]).toEqual([401, 'SIGN_ERROR', '268443699'])
    expect((await queryWechat(gateway, number)).status).toBe(404)
  })

  test('each byte of the body and of the signature counts', async () => {
    const order = nativeOrder(gateway, anOrderNumber())
    const flipped = (text: string, at: number) => `${text.slice(0, at)}${text[at] === 'b' ? 'c' : 'b'}${text.slice(at + 1)}`
    const ask = (spoil: Spoiler) => wechat(gateway, 'POST /v3/pay/transactions/native', order, { spoil })
    const inBody = Array.from(JSON.stringify(order), (_, at) => ask((sent) => ({ ...sent, body: flipped(sent.body, at) })))
    const inHeader = Array.from({ length: 520 }, (_, at) =>
      ask((sent) => {
        const header = sent.headers.Authorization!
        return { ...sent, headers: { ...sent.headers, Authorization: at < header.length ? flipped(header, at) : `${header}b` } }
      }),
    )
    const answers = await Promise.all([...inBody, ...inHeader])
    expect(answers.filter(({ status }) => status !== 401)).toEqual([])
  })

  test('a signature of six minutes ago is refused, one of four minutes is not', async () => {
    const at = (seconds: number) => ({ timestamp: Math.floor(now().getTime() / 1000) - seconds })
    const order = nativeOrder(gateway, anOrderNumber())
    expect((await wechat(gateway, 'POST /v3/pay/transactions/native', order, at(360))).status).toBe(401)
    expect((await wechat(gateway, 'POST /v3/pay/transactions/native', order, at(240))).status).toBe(200)
  })

  test('without Accept or Content-Type the call is none', async () => {
    const order = nativeOrder(gateway, anOrderNumber())
    const without = (headers: Record<string, string>) => wechat(gateway, 'POST /v3/pay/transactions/native', order, { headers })
    expect((await without({ Accept: 'text/html' })).body.code).toBe('PARAM_ERROR')
    expect((await without({ 'Content-Type': 'text/plain' })).body.code).toBe('PARAM_ERROR')
  })
})

test('an answer is signed by the key that was asked for', async () => {
  const { WECHAT_PLATFORM_KEYS } = gateway.env
  for (const serial of WECHAT_PLATFORM_KEYS!.split(',').map((part) => part.split(':')[0]!)) {
    const response = await wechatResponse(gateway, 'GET /v3/certificates', undefined, { headers: { 'Wechatpay-Serial': serial } })
    expect(response.headers.get('wechatpay-serial')).toBe(serial)
    const text = await response.text()
    expect(isSignedByPlatform(gateway, response.headers, text)).toBe(true)
    expect(isSignedByPlatform(gateway, response.headers, `${text} `)).toBe(false)
    const [certificate] = JSON.parse(text).data
    expect(unsealed(gateway, certificate.encrypt_certificate)).toStartWith('-----BEGIN CERTIFICATE-----')
  }
})

describe('an order', () => {
  test('lives from the code over the payment to the refund', async () => {
    const number = anOrderNumber()
    const created = await createNative(gateway, number)
    expect([created.status, created.verified]).toEqual([200, true])
    expect(created.body.code_url).toMatch(/^weixin:\/\/wxpay\/bizpayurl\/up\?pr=\w+/)
    expect((await queryWechat(gateway, number)).body).toMatchObject({ trade_state: 'NOTPAY', out_trade_no: number })
    const { provider_no } = await gateway.control.pay('wechat', number)
    expect(provider_no).toMatch(/^4200\d{24}$/)
    const paid = { trade_state: 'SUCCESS', transaction_id: provider_no, amount: { total: 1250, payer_total: 1250, currency: 'CNY' } }
    expect((await queryWechat(gateway, number)).body).toMatchObject(paid)
    const byNumber = await wechat(gateway, `GET /v3/pay/transactions/id/${provider_no}?mchid=${gateway.env.WECHAT_MCH_ID}`)
    expect(byNumber.body).toMatchObject(paid)
    expect((await refundWechat(gateway, number, `R${number}`, 1)).body).toMatchObject({ status: 'PROCESSING' })
    expect((await queryWechat(gateway, number)).body.trade_state).toBe('REFUND')
  })

  test('of the same number is the same order, or refused', async () => {
    const number = anOrderNumber()
    const [one, two] = [await createNative(gateway, number), await createNative(gateway, number)]
    expect(one.body.code_url).not.toBe(two.body.code_url)
    expect(await createNative(gateway, number, 1)).toMatchObject({ status: 400, number: '268498688' })
    await gateway.control.pay('wechat', number)
    expect(await createNative(gateway, number)).toMatchObject({ status: 400, number: '268498689', body: { message: '订单已支付' } })
  })

  test('is closed as often as one likes, unless it is paid', async () => {
    const number = anOrderNumber()
    const close = (of: string) =>
      wechat(gateway, `POST /v3/pay/transactions/out-trade-no/${of}/close`, { mchid: gateway.env.WECHAT_MCH_ID })
    await createNative(gateway, number)
    expect((await close(number)).status).toBe(204)
    expect(await close(number)).toMatchObject({ status: 204, verified: true, text: '' })
    expect((await queryWechat(gateway, number)).body.trade_state).toBe('CLOSED')
    expect(gateway.control.pay('wechat', number)).rejects.toThrow('closed')
    expect(await createNative(gateway, number)).toMatchObject({ status: 400, number: '268447914' })
    expect(await close(await aPaidOrder())).toMatchObject({ status: 400, body: { code: 'ORDER_PAID' }, number: '268449538' })
    expect(await close('NOBODY-KNOWS')).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_EXIST' }, number: '268512771' })
  })

  test.each([
    ['amount 0', { amount: { total: 0, currency: 'CNY' } }, '268435464'],
    ['half a fen', { amount: { total: 1.5, currency: 'CNY' } }, '268435461'],
    ['dollars', { amount: { total: 100, currency: 'USD' } }, '268435461'],
    ['a number too short', { out_trade_no: 'short' }, '268435461'],
    ['a number with a space', { out_trade_no: 'a number' }, '268435461'],
    ['a long description', { description: '长'.repeat(128) }, '268435461'],
    ['a query behind the notify address', { notify_url: 'https://shop.example/n?a=1' }, '268435461'],
    ['an end that is over', { time_expire: '2020-01-01T00:00:00+08:00' }, '268435461'],
    ['another application', { appid: 'wx0000000000000000' }, '268445527'],
  ])('with %s is refused', async (_, change, number) => {
    const order = { ...nativeOrder(gateway, anOrderNumber()), ...change }
    expect(await wechat(gateway, 'POST /v3/pay/transactions/native', order)).toMatchObject({ status: 400, number })
  })

  test('of a phone has a page, and needs to know from where', async () => {
    const order = nativeOrder(gateway, anOrderNumber())
    expect((await wechat(gateway, 'POST /v3/pay/transactions/h5', order)).status).toBe(400)
    const scene_info = { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } }
    const { body } = await wechat(gateway, 'POST /v3/pay/transactions/h5', { ...order, scene_info })
    expect(body.h5_url).toStartWith(`${gateway.url}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=`)
  })

  test('asked for under another merchant is not told', async () => {
    const answer = await wechat(gateway, `GET /v3/pay/transactions/out-trade-no/${await aPaidOrder()}?mchid=1900000000`)
    expect(answer).toMatchObject({ status: 400, number: '268447843' })
  })
})

describe('a refund', () => {
  test('ends after its time, and its number is its name for ever', async () => {
    const number = await aPaidOrder()
    await refundWechat(gateway, number, `A${number}`, 50)
    expect((await refundWechat(gateway, number, `A${number}`, 50)).status).toBe(200)
    expect(await refundWechat(gateway, number, `A${number}`, 51)).toMatchObject({ status: 400, number: '268498688' })
    await until('the refund', async () => (await queryRefundWechat(gateway, `A${number}`)).body.status === 'SUCCESS')
    expect(await gateway.control.trade('wechat', number)).toMatchObject({ refunds: [{ amount: 50, state: 'success' }] })
    expect(await queryRefundWechat(gateway, 'NOBODY')).toMatchObject({ status: 404, body: { code: 'RESOURCE_NOT_EXISTS' } })
  })

  test('is never more than was paid, in at most 50 parts', async () => {
    const number = await aPaidOrder()
    expect((await refundWechat(gateway, number, `B${number}`, 1251)).status).toBe(400)
    expect((await refundWechat(gateway, number, `C${number}`, 1, 999)).status).toBe(400)
    for (let part = 0; part < 50; part++) expect((await refundWechat(gateway, number, `D${part}${number}`, 1)).status).toBe(200)
    expect((await refundWechat(gateway, number, `D50${number}`, 1)).text).toContain('50次')
  })

  test('of an unpaid order is refused, and of one that nobody knows', async () => {
    const number = anOrderNumber()
    await createNative(gateway, number)
    expect((await refundWechat(gateway, number, `E${number}`, 1)).body.code).toBe('INVALID_REQUEST')
    expect((await refundWechat(gateway, 'NOBODY', 'F', 1)).body.code).toBe('RESOURCE_NOT_EXISTS')
  })

  test('without money at the provider is refused', async () => {
    const number = await aPaidOrder()
    const { fen } = await gateway.control.balance('wechat')
    await gateway.control.balance('wechat', 0)
    expect(await refundWechat(gateway, number, `G${number}`, 1250)).toMatchObject({ status: 403, body: { code: 'NOT_ENOUGH' } })
    await gateway.control.balance('wechat', fen)
  })

  test('is refused after a year', async () => {
    const number = await aPaidOrder()
    await gateway.control.advance(YEAR_MS + 1000)
    try {
      expect((await refundWechat(gateway, number, `H${number}`, 1)).text).toContain('一年')
    } finally {
      await gateway.control.setAhead(0)
    }
  })

  test('that does not arrive is sent to another account; one that is closed gives the money back', async () => {
    await gateway.control.chaos('refund.abnormal', { count: 1 })
    const number = await aPaidOrder()
    const { body } = await refundWechat(gateway, number, `I${number}`, 100)
    const status = async (of: string) => (await queryRefundWechat(gateway, of)).body.status
    await until('abnormal', async () => (await status(`I${number}`)) === 'ABNORMAL')
    const path = `POST /v3/refund/domestic/refunds/${body.refund_id}/apply-abnormal-refund`
    expect((await wechat(gateway, path, { out_refund_no: `I${number}`, type: 'MERCHANT_BANK_CARD' })).body.status).toBe('PROCESSING')
    await until('success', async () => (await status(`I${number}`)) === 'SUCCESS')
    await gateway.control.chaos('refund.closed', { count: 1 })
    await refundWechat(gateway, number, `J${number}`, 1150)
    await until('closed', async () => (await status(`J${number}`)) === 'CLOSED')
    expect((await refundWechat(gateway, number, `K${number}`, 1150)).body.status).toBe('PROCESSING')
  })
})

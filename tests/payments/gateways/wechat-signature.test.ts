import { describe, expect, test } from 'bun:test'
import { createCipheriv, createPrivateKey, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { instant } from '#src/core/time'
import { NoticeRefused } from '#src/payments/gateways/gateway'
import { openWechatPay } from '#src/payments/gateways/wechat-pay'
import { openResource, verifyWechatNotice } from '#src/payments/gateways/wechat-signature'

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const [certificate, publicKey, stranger, merchant] = [pair(), pair(), pair(), pair()]
const [SERIAL, PUBLIC_ID] = ['5157F09EFDC096DE15EBE81A47057A7232F1B8E1', 'PUB_KEY_ID_0119000000012026112100000000000001']
const keys = new Map([
  [SERIAL, certificate.publicKey],
  [PUBLIC_ID, publicKey.publicKey],
])
const API_V3 = '0123456789abcdef0123456789abcdef'
const at = instant('2026-11-21T10:00:00.000Z')
const seconds = at.getTime() / 1000

type Parts = { timestamp?: string; nonce?: string; serial?: string; key?: KeyObject; hash?: string; signature?: string; type?: string }

/** Headers as WeChat Pay would write them over `body`, with some of it done otherwise. */
function headersOver(body: string, parts: Parts = {}): Headers {
  const { timestamp = String(seconds), nonce = 'n0nce', serial = PUBLIC_ID, key = publicKey.privateKey, hash = 'RSA-SHA256' } = parts
  const made = createSign(hash).update(`${timestamp}\n${nonce}\n${body}\n`).sign(key, 'base64')
  return new Headers({
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': serial,
    'Wechatpay-Signature': parts.signature ?? made,
    ...(parts.type ? { 'Wechatpay-Signature-Type': parts.type } : {}),
  })
}

/** The reason why it is refused, or `accepted`. */
function judge(headers: Headers, body = '{}'): string {
  try {
    verifyWechatNotice(headers, new TextEncoder().encode(body), keys, at)
    return 'accepted'
  } catch (error) {
    return (error as NoticeRefused).reason
  }
}

const without = (name: string) => {
  const headers = headersOver('{}')
  headers.delete(name)
  return headers
}
const doubled = (name: string, value?: string) => {
  const headers = headersOver('{}')
  headers.append(name, value ?? headers.get(name)!)
  return headers
}

describe('a notification of WeChat Pay', () => {
  test('is accepted when signed by a platform certificate or by a platform public key, told apart by its serial', () => {
    expect(judge(headersOver('{}'))).toBe('accepted')
    expect(judge(headersOver('{}', { serial: SERIAL, key: certificate.privateKey }))).toBe('accepted')
    expect(judge(headersOver('{}', { type: 'WECHATPAY2-SHA256-RSA2048' }))).toBe('accepted')
    expect(judge(headersOver('{"订单":"充值"}'), '{"订单":"充值"}')).toBe('accepted')
  })

  test.each([
    ['an empty signature, which a client once let pass', headersOver('{}', { signature: '' }), 'header_missing'],
    ['the probe', headersOver('{}', { signature: `WECHATPAY/SIGNTEST/${'A'.repeat(344)}` }), 'probe'],
    ['no signature', without('Wechatpay-Signature'), 'header_missing'],
    ['no timestamp', without('Wechatpay-Timestamp'), 'header_missing'],
    ['no nonce', without('Wechatpay-Nonce'), 'header_missing'],
    ['no serial', without('Wechatpay-Serial'), 'header_missing'],
    ['two signatures', doubled('Wechatpay-Signature'), 'header_malformed'],
    ['two timestamps', doubled('Wechatpay-Timestamp'), 'header_malformed'],
    ['two nonces', doubled('Wechatpay-Nonce'), 'header_malformed'],
    ['two serials', doubled('Wechatpay-Serial', SERIAL), 'header_malformed'],
    ['a signature that is no base64', headersOver('{}', { signature: '?'.repeat(344) }), 'header_malformed'],
    ['a short signature', headersOver('{}', { signature: 'AAAA' }), 'header_malformed'],
    ['a timestamp with a sign', headersOver('{}', { timestamp: `+${seconds}` }), 'header_malformed'],
    ['an unknown serial', headersOver('{}', { serial: 'ABCDEF', key: stranger.privateKey }), 'serial'],
    ['our serial, a stranger’s key', headersOver('{}', { key: stranger.privateKey }), 'signature'],
    ['the key of the other serial', headersOver('{}', { key: certificate.privateKey }), 'signature'],
    ['RSA with SHA-1', headersOver('{}', { hash: 'RSA-SHA1' }), 'signature'],
    ['another signature type', headersOver('{}', { type: 'WECHATPAY2-SM2-WITH-SM3' }), 'signature_type'],
    ['five minutes ago', headersOver('{}', { timestamp: String(seconds - 300) }), 'timestamp'],
    ['in five minutes', headersOver('{}', { timestamp: String(seconds + 300) }), 'timestamp'],
  ])('%s is refused', (_, headers, reason) => {
    expect(judge(headers)).toBe(reason)
  })

  test('299 seconds of difference are let pass, in both directions', () => {
    expect(judge(headersOver('{}', { timestamp: String(seconds - 299) }))).toBe('accepted')
    expect(judge(headersOver('{}', { timestamp: String(seconds + 299) }))).toBe('accepted')
  })

  test('one byte more, one less, another order of the same JSON: refused', () => {
    const body = '{"a":1,"b":2}'
    for (const other of [`${body} `, body.slice(0, -1), '{"b":2,"a":1}', '']) expect(judge(headersOver(body), other)).toBe('signature')
  })
})

function sealed(plain: string, options: { key?: string; aad?: string; nonce?: string } = {}) {
  const nonce = options.nonce ?? randomBytes(6).toString('hex')
  const cipher = createCipheriv('aes-256-gcm', options.key ?? API_V3, nonce).setAAD(Buffer.from(options.aad ?? 'transaction'))
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64')
  return { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data: 'transaction' }
}

test('what is encrypted opens only whole, with our key and what it was bound to', () => {
  const good = sealed('{"a":1}')
  const bytes = Buffer.from(good.ciphertext, 'base64')
  const flipped = (index: number) => {
    const copy = Buffer.from(bytes)
    copy[index]! ^= 1
    return { ...good, ciphertext: copy.toString('base64') }
  }
  expect(openResource(good, API_V3)?.toString()).toBe('{"a":1}')
  expect(openResource(flipped(0), API_V3)).toBeUndefined()
  expect(openResource(flipped(bytes.length - 1), API_V3)).toBeUndefined()
  expect(openResource({ ...good, ciphertext: bytes.subarray(-12).toString('base64') }, API_V3)).toBeUndefined()
  expect(openResource({ ...good, ciphertext: '' }, API_V3)).toBeUndefined()
  expect(openResource({ ...good, associated_data: 'refund' }, API_V3)).toBeUndefined()
  expect(openResource({ ...good, algorithm: 'AES_ECB' }, API_V3)).toBeUndefined()
  expect(openResource({ ...good, nonce: 'short' }, API_V3)).toBeUndefined()
  expect(openResource(sealed('{}', { key: 'f'.repeat(32) }), API_V3)).toBeUndefined()
})

describe('the content of a notification', () => {
  const settings = {
    baseUrl: 'http://127.0.0.1:9/',
    appId: 'wx1',
    merchantId: '1900000001',
    certificateSerial: 'AA11',
    privateKey: createPrivateKey(merchant.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    apiV3Key: API_V3,
    platformKeys: keys,
  }
  const gateway = openWechatPay(settings, 'https://mr.example/v1/notify/wechat')
  const payment = { appid: 'wx1', mchid: '1900000001', out_trade_no: 'ORDER00001', transaction_id: '4200', trade_state: 'SUCCESS' }
  const paid = { ...payment, amount: { total: 1250, payer_total: 1000, currency: 'CNY' }, payer: { openid: 'o1' } }
  const told = (content: object | string, envelope: object = {}) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    return JSON.stringify({ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', resource: sealed(text), ...envelope })
  }
  const read = (body: string) => gateway.readNotice(headersOver(body), new TextEncoder().encode(body), at)
  const refusal = (body: string): string => {
    try {
      read(body)
      return 'accepted'
    } catch (error) {
      return error instanceof NoticeRefused ? error.reason : String(error)
    }
  }

  test('a payment, with what was ordered rather than what the payer gave', () => {
    expect(read(told(paid))).toEqual({
      eventId: 'EV-1',
      kind: 'payment',
      outTradeNo: 'ORDER00001',
      outRefundNo: null,
      providerTxnId: '4200',
      amount: 1250n as never,
      ours: true,
    })
  })

  test('a refund in each of its outcomes', () => {
    const refund = {
      mchid: '1900000001',
      out_trade_no: 'ORDER00001',
      transaction_id: '4200',
      out_refund_no: 'R1',
      refund_status: 'SUCCESS',
    }
    for (const outcome of ['SUCCESS', 'ABNORMAL', 'CLOSED']) {
      const body = told({ ...refund, amount: { total: 1250, refund: 250 } }, { event_type: `REFUND.${outcome}` })
      expect(read(body)).toMatchObject({ kind: 'refund', outTradeNo: 'ORDER00001', outRefundNo: 'R1', amount: 250n, ours: true })
    }
  })

  test('for another application or merchant it is not ours', () => {
    expect(read(told({ ...paid, appid: 'wx2' })).ours).toBe(false)
    expect(read(told({ ...paid, mchid: '1900000002' })).ours).toBe(false)
  })

  test.each([
    ['no JSON', 'hello', 'body'],
    ['no resource', JSON.stringify({ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS' }), 'body'],
    ['encrypted with another key', told(paid, { resource: sealed('{}', { key: 'f'.repeat(32) }) }), 'cipher'],
    ['another event', told(paid, { event_type: 'COUPON.USE' }), 'event'],
    ['no JSON inside', told('hello'), 'content'],
    ['without an amount', told(payment), 'content'],
    ['a fraction of a fen', told({ ...paid, amount: { total: 12.5 } }), 'content'],
    ['a text for an amount', told({ ...paid, amount: { total: '1250' } }), 'content'],
    ['a number that is none', told({ ...paid, out_trade_no: "x' OR 1=1" }), 'content'],
    ['an id of a hundred characters', told(paid, { id: 'E'.repeat(100) }), 'body'],
  ])('%s is refused', (_, body, reason) => {
    expect(refusal(body)).toBe(reason)
  })

  test('yes is 204 without a body, no is 401 in the provider’s words', async () => {
    const [yes, no] = [gateway.acknowledge(true), gateway.acknowledge(false)]
    expect([yes.status, await yes.text()]).toEqual([204, ''])
    expect([no.status, await no.json()]).toEqual([401, { code: 'FAIL', message: '失败' }])
  })
})

import { describe, expect, test } from 'bun:test'
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { yuan } from '#src/core/money'
import { openAlipay } from '#src/payments/gateways/alipay'
import { verifyAlipayAnswer, verifyAlipayNotice } from '#src/payments/gateways/alipay-signature'
import { NoticeRefused } from '#src/payments/gateways/gateway'

const [app, alipay, stranger] = [0, 1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [Pair, Pair, Pair]
type Pair = { publicKey: KeyObject; privateKey: KeyObject }
type Fields = Record<string, string>

const sign = (text: string, key = alipay.privateKey, hash = 'RSA-SHA256') => createSign(hash).update(text, 'utf8').sign(key, 'base64')
const joined = (fields: Fields) =>
  Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&')
const form = (fields: Fields) => new URLSearchParams(fields).toString()
const bytes = (text: string) => new TextEncoder().encode(text)

const PAID: Fields = {
  notify_time: '2026-11-21 18:00:00',
  notify_type: 'trade_status_sync',
  notify_id: '2026112100222180000000000000000001',
  app_id: '2021000000000001',
  charset: 'utf-8',
  version: '1.0',
  trade_no: '2026112122001400000000000001',
  out_trade_no: 'ORDER00001',
  buyer_id: '2088000000000009',
  seller_id: '2088000000000001',
  trade_status: 'TRADE_SUCCESS',
  total_amount: '12.50',
  subject: '100% & 续费+1 %41 &quot;x&quot; a=b',
  fund_bill_list: '[{"amount":"12.50","fundChannel":"ALIPAYACCOUNT"}]',
  passback_params: '',
}
const signed = (fields: Fields): Fields => ({ ...fields, sign_type: 'RSA2', sign: sign(joined(fields)) })

const judge = (body: string | Uint8Array): string => {
  try {
    verifyAlipayNotice(typeof body === 'string' ? bytes(body) : body, alipay.publicKey)
    return 'accepted'
  } catch (error) {
    return error instanceof NoticeRefused ? error.reason : String(error)
  }
}

describe('a notification of Alipay', () => {
  test('is accepted with percent, plus, ampersand and quotes in its values, each decoded once', () => {
    const fields = verifyAlipayNotice(bytes(form(signed(PAID))), alipay.publicKey)
    expect(fields.get('subject')).toBe(PAID.subject!)
    expect(fields.has('sign') || fields.has('sign_type')).toBe(false)
  })

  const good = signed(PAID)
  test.each([
    ['an empty signature', form({ ...good, sign: '' }), 'signature_missing'],
    ['no signature', form({ ...PAID, sign_type: 'RSA2' }), 'signature_missing'],
    ['two signatures', `${form(good)}&sign=${encodeURIComponent(good.sign!)}`, 'body'],
    ['a field that comes twice', `${form(good)}&total_amount=0.01`, 'body'],
    ['another amount', form({ ...good, total_amount: '0.01' }), 'signature'],
    ['a field more', form({ ...good, extra: '1' }), 'signature'],
    ['a stranger’s key', form({ ...good, sign: sign(joined(PAID), stranger.privateKey) }), 'signature'],
    [
      'the downgrade to RSA with SHA-1',
      form({ ...PAID, sign_type: 'RSA', sign: sign(joined(PAID), undefined, 'RSA-SHA1') }),
      'signature_type',
    ],
    ['SHA-1 that calls itself RSA2', form({ ...good, sign: sign(joined(PAID), undefined, 'RSA-SHA1') }), 'signature'],
    ['no signature type', form({ ...PAID, sign: good.sign! }), 'signature_type'],
    ['sign_type within what is signed', form({ ...good, sign: sign(joined({ ...PAID, sign_type: 'RSA2' })) }), 'signature'],
    ['values decoded twice', form({ ...good, sign: sign(joined({ ...PAID, subject: PAID.subject!.replace('%41', 'A') })) }), 'signature'],
    ['a broken percent', form(good).replace('subject=', 'subject=%zz'), 'body'],
    ['nothing', '', 'body'],
    ['JSON', '{"sign":"x"}', 'body'],
    ['bytes that are no UTF-8', new Uint8Array([0x61, 0x3d, 0xff, 0xfe]), 'body'],
    ['a thousand fields', Array.from({ length: 1000 }, (_, i) => `f${i}=1`).join('&'), 'body'],
  ])('%s is refused', (_, body, reason) => {
    expect(judge(body)).toBe(reason)
  })
})

describe('the content of a notification', () => {
  const gateway = openAlipay(
    {
      gatewayUrl: 'http://127.0.0.1:9/gateway.do',
      appId: PAID.app_id!,
      sellerId: PAID.seller_id!,
      privateKey: app.privateKey,
      publicKey: alipay.publicKey,
    },
    'https://mr.example/v1/notify/alipay',
  )
  const read = (changes: Fields) => gateway.readNotice(new Headers(), bytes(form(signed({ ...PAID, ...changes }))), undefined as never)

  test('a payment', () => {
    expect(read({})).toEqual({
      eventId: PAID.notify_id!,
      kind: 'payment',
      outTradeNo: 'ORDER00001',
      outRefundNo: null,
      providerTxnId: PAID.trade_no!,
      amount: 1250n as never,
      ours: true,
    })
  })

  test.each([
    ['TRADE_FINISHED', {}, 'payment'],
    ['TRADE_CLOSED', {}, 'closed'],
    ['TRADE_SUCCESS', { refund_fee: '2.50', out_biz_no: 'R1', gmt_refund: '2026-11-21 18:05:00.123' }, 'refund'],
    ['TRADE_CLOSED', { refund_fee: '12.50', out_biz_no: 'R1' }, 'refund'],
    ['TRADE_CLOSED', { refund_fee: '12.50' }, 'refund'],
    ['TRADE_SUCCESS', { refund_fee: '0.00' }, 'payment'],
  ])('%s with %j is a %s', (trade_status, more, kind) => {
    const notice = read({ trade_status, ...more } as Fields)
    expect(notice.kind).toBe(kind as 'payment')
    const told = kind === 'refund' ? (more as Fields).refund_fee! : PAID.total_amount!
    expect(yuan(notice.amount!)).toBe(told)
    expect(notice.outRefundNo).toBe((more as Fields).out_biz_no ?? null)
  })

  test('for another application or seller it is not ours', () => {
    expect(read({ app_id: '2021000000000002' }).ours).toBe(false)
    expect(read({ seller_id: '2088000000000002' }).ours).toBe(false)
  })

  test.each([[{ notify_id: '' }], [{ out_trade_no: '' }], [{ out_trade_no: "x' --" }], [{ trade_status: 'PAID' }]])(
    '%j is refused',
    (changes) => {
      expect(() => read(changes as Fields)).toThrow(NoticeRefused)
    },
  )

  test('yes is exactly success, no is fail', async () => {
    const [yes, no] = [gateway.acknowledge(true), gateway.acknowledge(false)]
    expect([yes.status, await yes.text()]).toEqual([200, 'success'])
    expect([no.status, await no.text()]).toEqual([401, 'fail'])
  })
})

describe('an answer of Alipay', () => {
  const node = '{"code":"10000","msg":"Success","trade_status":"TRADE_SUCCESS","qr_code":"https:\\/\\/qr.alipay.com\\/x"}'
  const NAME = 'alipay_trade_query_response'
  const signature = sign(node)
  const genuine = `{"${NAME}":${node},"sign":"${signature}"}`
  const isGood = (raw: string) => verifyAlipayAnswer(raw, NAME, alipay.publicKey)

  test('is verified over its raw bytes, with or without the serial of a certificate', () => {
    expect(isGood(genuine)).toBe(true)
    expect(isGood(`${genuine}\n`)).toBe(true)
    expect(isGood(`{"${NAME}":${node},"alipay_cert_sn":"${'0a'.repeat(16)}","sign":"${signature}"}`)).toBe(true)
  })

  test.each([
    ['another figure', genuine.replace('10000', '40004')],
    ['a blank more', genuine.replace('"msg":', '"msg": ')],
    ['no signature', `{"${NAME}":${node}}`],
    ['an empty signature', `{"${NAME}":${node},"sign":""}`],
    [
      'a second node behind the genuine one, which the client library reads',
      `${genuine.slice(0, -1)},"${NAME}":{"code":"10000","total_amount":"1.00"}}`,
    ],
    ['a second node before the signature', `{"${NAME}":${node},"${NAME}":{"code":"10000"},"sign":"${signature}"}`],
    ['a node before the genuine one', `{"x":1,"${NAME}":${node},"sign":"${signature}"}`],
    ['the answer to another question', genuine.replace(NAME, 'alipay_trade_refund_response')],
    ['an error outside any method', '{"error_response":{"code":"20000","msg":"Service Currently Unavailable"}}'],
    ['RSA with SHA-1', `{"${NAME}":${node},"sign":"${sign(node, undefined, 'RSA-SHA1')}"}`],
  ])('%s is refused', (_, raw) => {
    expect(isGood(raw)).toBe(false)
  })
})

import { afterAll, expect, test } from 'bun:test'
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { AlipaySdk } from 'alipay-sdk'
import { openAlipay } from '#src/payments/gateways/alipay'
import { GatewayUnknown } from '#src/payments/gateways/gateway'

/** Why the answers of Alipay are verified by us: what its own client lets pass. */

const [app, alipay] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [Pair, Pair]
type Pair = { publicKey: KeyObject; privateKey: KeyObject }
const NODE = 'alipay_trade_query_response'

/** A true answer about one trade, with words about another appended: no key is needed for that, only a place on the way. */
const genuine = '{"code":"10000","msg":"Success","out_trade_no":"THEIRS","trade_status":"WAIT_BUYER_PAY","total_amount":"0.01"}'
const forged =
  '{"code":"10000","msg":"Success","out_trade_no":"ORDER1","trade_no":"1","trade_status":"TRADE_SUCCESS","total_amount":"9999.00"}'
const sign = createSign('RSA-SHA256').update(genuine).sign(alipay.privateKey, 'base64')
const stranger = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: () => new Response(`{"${NODE}":${genuine},"sign":"${sign}","${NODE}":${forged}}`),
})
afterAll(() => stranger.stop(true))
const gatewayUrl = `http://127.0.0.1:${stranger.port}/gateway.do`

test('a second node behind a signed one: the client library believes it, we do not', async () => {
  const bare = (key: Pair['publicKey'], type: 'spki' | 'pkcs8') =>
    (key.export({ format: 'der', type } as never) as Buffer).toString('base64')
  const library = new AlipaySdk({
    appId: '2021000000000001',
    privateKey: bare(app.privateKey, 'pkcs8'),
    keyType: 'PKCS8',
    alipayPublicKey: bare(alipay.publicKey, 'spki'),
    gateway: gatewayUrl,
  })
  const believed = await library.exec('alipay.trade.query', { bizContent: { out_trade_no: 'ORDER1' } }, { validateSign: true })
  expect(believed).toMatchObject({ tradeStatus: 'TRADE_SUCCESS', totalAmount: '9999.00' })

  const settings = {
    gatewayUrl,
    appId: '2021000000000001',
    sellerId: '2088000000000001',
    privateKey: app.privateKey,
    publicKey: alipay.publicKey,
  }
  const gateway = openAlipay(settings, 'https://mr.example/v1/notify/alipay')
  await expect(gateway.queryOrder('ORDER1')).rejects.toBeInstanceOf(GatewayUnknown)
})

import { createDecipheriv, createPublicKey, createSign, createVerify, randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { now } from '#src/core/time'
import { chinaTime } from '#src/gateway-simulator/trades'
import type { TestGateway } from '#tests/support/gateway'

/** A merchant that signs by hand, so that a test can spoil any byte on the way. It shares nothing with the product's adapters. */

const NOTIFY = { wechat: 'https://shop.example/v1/notify/wechat', alipay: 'https://shop.example/v1/notify/alipay' }

type Sent = { method: string; target: string; body: string; headers: Record<string, string> }
type Options = { spoil?: Spoiler; timestamp?: number; headers?: Record<string, string> }
export type Spoiler = (sent: Sent) => Sent
export type WechatAnswer = {
  status: number
  number: string
  verified: boolean
  text: string
  body: Record<string, unknown> & { code?: string }
}

const file = (gateway: TestGateway, name: string): string => readFileSync(gateway.env[name]!, 'utf8')

/** The platform's keys by serial, from certificates and bare keys alike. */
function platformKeys(gateway: TestGateway) {
  const parts = gateway.env.WECHAT_PLATFORM_KEYS!.split(',').map((part) => part.split(/:(.*)/s) as [string, string])
  return new Map(
    parts.map(([serial, path]) => {
      const pem = readFileSync(path, 'utf8')
      return [serial, pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem)]
    }),
  )
}

export function isSignedByPlatform(gateway: TestGateway, headers: Headers, body: string): boolean {
  const key = platformKeys(gateway).get(headers.get('wechatpay-serial') ?? '')
  const text = `${headers.get('wechatpay-timestamp')}\n${headers.get('wechatpay-nonce')}\n${body}\n`
  const signature = Buffer.from(headers.get('wechatpay-signature') ?? '', 'base64')
  // A decoder stops where the first of two signatures ends: what was read has to be what was sent.
  if (key === undefined || signature.toString('base64') !== headers.get('wechatpay-signature')) return false
  return createVerify('RSA-SHA256').update(text).verify(key, signature)
}

/** One call of WeChat Pay; `spoil` changes what is sent after it was signed. */
export async function wechat(gateway: TestGateway, at: string, body?: object, options: Options = {}): Promise<WechatAnswer> {
  const response = await wechatResponse(gateway, at, body, options)
  const text = await response.text()
  return {
    status: response.status,
    number: response.headers.get('request-id')?.split('-').at(-1) ?? '',
    verified: isSignedByPlatform(gateway, response.headers, text),
    text,
    body: text.startsWith('{') ? JSON.parse(text) : {},
  }
}

export function wechatResponse(
  gateway: TestGateway,
  at: string,
  body?: object,
  { spoil = (sent) => sent, timestamp = Math.floor(now().getTime() / 1000), headers = {} }: Options = {},
): Promise<Response> {
  const [method, target] = at.split(' ') as [string, string]
  const text = body === undefined ? '' : JSON.stringify(body)
  const nonce = randomBytes(16).toString('hex')
  const signed = `${method}\n${target}\n${timestamp}\n${nonce}\n${text}\n`
  const signature = createSign('RSA-SHA256').update(signed).sign(file(gateway, 'WECHAT_PRIVATE_KEY_FILE'), 'base64')
  const { WECHAT_MCH_ID: mchid, WECHAT_CERT_SERIAL: serial } = gateway.env
  const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`
  const sent = spoil({
    method,
    target,
    body: text,
    headers: {
      Authorization: authorization,
      Accept: 'application/json',
      'User-Agent': 'test',
      ...(text ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
  })
  return fetch(gateway.url + sent.target, { method: sent.method, headers: sent.headers, ...(sent.body ? { body: sent.body } : {}) })
}

export const nativeOrder = (gateway: TestGateway, outTradeNo: string, total = 1250) => ({
  appid: gateway.env.WECHAT_APP_ID,
  mchid: gateway.env.WECHAT_MCH_ID,
  description: '账户充值',
  out_trade_no: outTradeNo,
  notify_url: NOTIFY.wechat,
  amount: { total, currency: 'CNY' },
})

export const createNative = (gateway: TestGateway, outTradeNo: string, total = 1250) =>
  wechat(gateway, 'POST /v3/pay/transactions/native', nativeOrder(gateway, outTradeNo, total))

export const queryWechat = (gateway: TestGateway, outTradeNo: string) =>
  wechat(gateway, `GET /v3/pay/transactions/out-trade-no/${outTradeNo}?mchid=${gateway.env.WECHAT_MCH_ID}`)

export const refundWechat = (gateway: TestGateway, outTradeNo: string, outRefundNo: string, refund: number, total = 1250) =>
  wechat(gateway, 'POST /v3/refund/domestic/refunds', {
    out_trade_no: outTradeNo,
    out_refund_no: outRefundNo,
    notify_url: NOTIFY.wechat,
    amount: { refund, total, currency: 'CNY' },
  })

export const queryRefundWechat = (gateway: TestGateway, outRefundNo: string) =>
  wechat(gateway, `GET /v3/refund/domestic/refunds/${outRefundNo}`)

type Resource = { ciphertext: string; nonce: string; associated_data: string }

/** The open text of a sealed resource; throws when its tag is broken. */
export function unsealed(gateway: TestGateway, { ciphertext, nonce, associated_data }: Resource): string {
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', file(gateway, 'WECHAT_API_V3_KEY_FILE'), nonce)
    .setAAD(Buffer.from(associated_data))
    .setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
}

export type AlipayAnswer = { status: number; verified: boolean; text: string; node: Record<string, string> }

const sorted = (parameters: Record<string, string>): string =>
  Object.keys(parameters)
    .sort()
    .map((name) => `${name}=${parameters[name]}`)
    .join('&')

export function alipayForm(
  gateway: TestGateway,
  method: string,
  content: object,
  more: Record<string, string> = {},
): Record<string, string> {
  const parameters: Record<string, string> = {
    app_id: gateway.env.ALIPAY_APP_ID!,
    method,
    format: 'JSON',
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: chinaTime(now().getTime()),
    version: '1.0',
    biz_content: JSON.stringify(content),
    ...more,
  }
  const sign = createSign('RSA-SHA256').update(sorted(parameters)).sign(file(gateway, 'ALIPAY_PRIVATE_KEY_FILE'), 'base64')
  return { ...parameters, sign }
}

export async function alipay(
  gateway: TestGateway,
  method: string,
  content: object,
  {
    more = {},
    spoil = (form) => form,
  }: { more?: Record<string, string>; spoil?: (form: Record<string, string>) => Record<string, string> } = {},
): Promise<AlipayAnswer> {
  const form = spoil(alipayForm(gateway, method, content, more))
  const response = await fetch(`${gateway.url}/gateway.do`, { method: 'POST', body: new URLSearchParams(form) })
  const text = await response.text()
  const [, raw = '', sign = ''] = /^\{"\w+_response":(.*),"sign":"([^"]*)"\}$/s.exec(text) ?? []
  return { status: response.status, verified: isSignedByAlipay(gateway, raw, sign), text, node: raw ? JSON.parse(raw) : {} }
}

const isSignedByAlipay = (gateway: TestGateway, text: string, sign: string): boolean =>
  createVerify('RSA-SHA256').update(text).verify(file(gateway, 'ALIPAY_PUBLIC_KEY_FILE'), sign, 'base64')

/** A form of Alipay's: neither `sign` nor `sign_type` is covered. */
export function isFormOfAlipay(gateway: TestGateway, body: string): boolean {
  const { sign = '', sign_type, ...covered } = Object.fromEntries(new URLSearchParams(body))
  return sign_type === 'RSA2' && isSignedByAlipay(gateway, sorted(covered), sign)
}

export const precreate = (gateway: TestGateway, outTradeNo: string, amount = '12.50') =>
  alipay(
    gateway,
    'alipay.trade.precreate',
    { out_trade_no: outTradeNo, total_amount: amount, subject: '账户充值' },
    { more: { notify_url: NOTIFY.alipay } },
  )

/** A shop that keeps what it is sent and answers as it is told. */
export function openShop() {
  const letters: { path: string; body: string; headers: Headers }[] = []
  const answers = {
    wechat: () => Response.json({ code: 'SUCCESS', message: '成功' }),
    alipay: () => new Response('success', { headers: { 'Content-Type': 'text/plain' } }),
  } as { wechat: () => Response | Promise<Response>; alipay: () => Response | Promise<Response> }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const path = new URL(request.url).pathname
      letters.push({ path, body: await request.text(), headers: request.headers })
      return path.endsWith('wechat') ? answers.wechat() : answers.alipay()
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, letters, answers, close: () => server.stop(true) }
}

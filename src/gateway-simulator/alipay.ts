import { billAddress } from './alipay-files'
import { queryRefundOf, refundTrade } from './alipay-refunds'
import { isSignedByApp, type Parameters, readForm, signRsa2 } from './alipay-signature'
import { closeTradeOf, createTrade, queryTrade } from './alipay-trades'
import { answerCall, type Call, logCall, type Reply, type Voice } from './call'
import { merchantTime } from './merchant-time'
import { noteMerchantClock, type Simulator } from './simulator'

/** The Alipay gateway: one address, one form, the method among its parameters. */

export type Asked = { parameters: Parameters; content: Record<string, unknown> }
export type Outcome = { data: Record<string, unknown> } | { refused: string; message: string }

type Act = (simulator: Simulator, asked: Asked) => Outcome
const METHODS: Record<string, [operation: string, act: Act]> = {
  'alipay.trade.page.pay': ['create', (simulator, asked) => createTrade(simulator, asked, 'PAGE')],
  'alipay.trade.precreate': ['create', (simulator, asked) => createTrade(simulator, asked, 'QR')],
  'alipay.trade.query': ['query', queryTrade],
  'alipay.trade.close': ['close', closeTradeOf],
  'alipay.trade.refund': ['refund', refundTrade],
  'alipay.trade.fastpay.refund.query': ['refund_query', queryRefundOf],
  'alipay.data.dataservice.bill.downloadurl.query': ['bill', billAddress],
}
const PAGE_PAY = 'alipay.trade.page.pay'

export async function answerAlipay(simulator: Simulator, request: Request, body: Uint8Array): Promise<Response> {
  const form = isForm(request) ? new URLSearchParams(new TextDecoder().decode(body)) : new URLSearchParams()
  const parameters = readForm(new URL(request.url).searchParams, form)
  const method = parameters?.method ?? ''
  const content = parameters && readContent(parameters.biz_content)
  const number = content?.out_trade_no
  const call: Call = {
    channel: 'alipay',
    operation: METHODS[method]?.[0] ?? 'unknown',
    outTradeNo: typeof number === 'string' ? number : undefined,
    request: `${method} ${parameters?.biz_content ?? ''}`,
  }
  const voice = method === PAGE_PAY ? pageVoice(simulator, call) : voiceOf(simulator, method)
  const fault = parameters ? unwelcome(simulator, parameters) : 'isv.invalid-parameter'
  if (fault || !parameters || !content) {
    const reply = argumentFault(fault ?? 'isv.invalid-parameter')
    logCall(simulator, call, reply, 0)
    return voice.speak(reply)
  }
  return answerCall(simulator, call, voice, () => replyOf(METHODS[method]![1](simulator, { parameters, content })))
}

const isForm = (request: Request): boolean => (request.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded')

function readContent(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The sub-code of what is wrong with the envelope, in the gateway's order. */
function unwelcome(simulator: Simulator, parameters: Parameters): string | undefined {
  if (parameters.app_id !== simulator.keys.identity.alipay.appId) return 'isv.invalid-app-id'
  if (!(parameters.method! in METHODS)) return 'isv.invalid-method'
  if (parameters.sign_type !== 'RSA2') return 'isv.invalid-signature-type'
  if (!/^utf-8$/i.test(parameters.charset ?? '')) return 'isv.invalid-charset'
  if (parameters.version !== '1.0' || (parameters.format ?? 'JSON').toUpperCase() !== 'JSON') return 'isv.invalid-format'
  if (!isSignedByApp(simulator, parameters)) return 'isv.invalid-signature'
  return readClock(simulator, parameters.timestamp) ? undefined : 'isv.invalid-timestamp'
}

/** The gateway is patient with clocks; what it learns is only by which one the merchant lives. */
function readClock(simulator: Simulator, timestamp: string | undefined): boolean {
  const onBankClock = merchantTime(simulator, timestamp)
  if (onBankClock === undefined) return false
  noteMerchantClock(simulator, onBankClock - simulator.settings.ahead + simulator.merchantAhead)
  return true
}

type Node = { code: string; msg: string; sub_code?: string; sub_msg?: string } & Record<string, unknown>

function replyOf(outcome: Outcome): Reply {
  if ('data' in outcome) return node({ code: '10000', msg: 'Success', ...outcome.data })
  const wrong = outcome.refused.startsWith('isv.')
  const [code, msg] = wrong ? ['40002', 'Invalid Arguments'] : ['40004', 'Business Failed']
  return node({ code, msg, sub_code: outcome.refused, sub_msg: outcome.message })
}

const argumentFault = (subCode: string): Reply =>
  node({ code: '40002', msg: 'Invalid Arguments', sub_code: subCode, sub_msg: '参数无效或验签出错，请检查参数格式、签名与应用公钥' })

const node = (content: Node): Reply => ({
  status: 200,
  code: content.sub_code ?? 'OK',
  // As the gateway writes it: a slash is escaped, so whoever verifies a re-serialised node fails.
  body: JSON.stringify(content).replaceAll('/', '\\/'),
})

const UNAVAILABLE = node({ code: '20000', msg: 'Service Currently Unavailable', sub_code: 'isp.unknow-error', sub_msg: '系统繁忙' })
const TOO_MANY = node({ code: '40005', msg: 'Call Limited', sub_code: 'isv.app-call-limited', sub_msg: '应用调用次数超限' })
const BROKEN: Reply = { status: 500, code: '500', body: '<html><body><h1>500 Internal Server Error</h1></body></html>' }

function voiceOf({ keys }: Simulator, method: string): Voice {
  return {
    tooMany: { ...TOO_MANY, status: 429 },
    broken: BROKEN,
    unavailable: UNAVAILABLE,
    speak: ({ status, body }, flaw) => {
      if (status >= 500) return new Response(body, { status, headers: { 'Content-Type': 'text/html;charset=utf-8' } })
      const sign = signRsa2(keys.alipay, flaw === 'bad_signature' ? `${body} ` : body)
      const signed = flaw === 'unsigned' ? '' : `,"sign":"${sign}"`
      return new Response(`{"${method.replaceAll('.', '_')}_response":${body}${signed}}`, {
        status,
        headers: { 'Content-Type': 'text/html;charset=utf-8' },
      })
    },
  }
}

/** A page is not answered with JSON: the buyer's browser goes on to the till, or reads why not. */
function pageVoice({ url }: Simulator, { outTradeNo }: Call): Voice {
  return {
    tooMany: { ...TOO_MANY, status: 429 },
    broken: BROKEN,
    unavailable: UNAVAILABLE,
    speak: ({ status, code, body }) =>
      code === 'OK'
        ? Response.redirect(`${url}/pay/alipay/${encodeURIComponent(outTradeNo!)}`, 302)
        : new Response(body, { status: status === 200 ? 400 : status, headers: { 'Content-Type': 'text/plain;charset=utf-8' } }),
  }
}

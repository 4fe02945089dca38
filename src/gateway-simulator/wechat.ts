import { randomBytes } from 'node:crypto'
import { downloadFile } from './bill-files'
import { answerCall, type Call, logCall, type Reply, type Voice } from './call'
import type { Simulator } from './simulator'
import { WECHAT_REFUSALS, type WechatRefusal } from './wechat-errors'
import { certificates, fundFlowBill, tradeBill } from './wechat-files'
import { closeOrder, createOrder, queryByNumber, queryOrder } from './wechat-orders'
import { applyAbnormal, queryRefund, refundOrder } from './wechat-refunds'
import { keyOfAnswer, requestFault, signedHeaders } from './wechat-signature'

/** WeChat Pay v3 over HTTP: who calls, what is asked, and answers that are signed. */

export type Asked = { path: string[]; query: URLSearchParams; body: Record<string, unknown> }
/** What was done, or why not. */
export type Outcome = { data: unknown } | { nothing: true } | { refused: WechatRefusal }

type Route = [method: string, path: RegExp, operation: string, act: (simulator: Simulator, asked: Asked) => Outcome]

const ROUTES: Route[] = [
  ['POST', /^\/v3\/pay\/transactions\/(native|h5)$/, 'create', createOrder],
  ['GET', /^\/v3\/pay\/transactions\/out-trade-no\/([^/]+)$/, 'query', queryOrder],
  ['GET', /^\/v3\/pay\/transactions\/id\/([^/]+)$/, 'query', queryByNumber],
  ['POST', /^\/v3\/pay\/transactions\/out-trade-no\/([^/]+)\/close$/, 'close', closeOrder],
  ['POST', /^\/v3\/refund\/domestic\/refunds$/, 'refund', refundOrder],
  ['GET', /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/, 'refund_query', queryRefund],
  ['POST', /^\/v3\/refund\/domestic\/refunds\/([^/]+)\/apply-abnormal-refund$/, 'abnormal_refund', applyAbnormal],
  ['GET', /^\/v3\/bill\/tradebill$/, 'bill', tradeBill],
  ['GET', /^\/v3\/bill\/fundflowbill$/, 'bill', fundFlowBill],
  ['GET', /^\/v3\/certificates$/, 'certificates', certificates],
]

/** Signed by us like any call, but a file comes back. */
const DOWNLOAD = '/v3/billdownload/file'

export async function answerWechat(simulator: Simulator, request: Request, body: Uint8Array): Promise<Response> {
  const target = request.url.slice(request.url.indexOf('/', 'https://'.length))
  const { pathname, searchParams } = new URL(request.url)
  const route = ROUTES.find(([method, path]) => method === request.method && path.test(pathname))
  const asked = readAsked(route, pathname, searchParams, body)
  const call: Call = {
    channel: 'wechat',
    operation: route?.[2] ?? 'unknown',
    outTradeNo: asked && orderNumber(simulator, asked),
    request: `${request.method} ${target}`,
  }
  const voice = voiceOf(simulator, request)
  const fault = unwelcome(simulator, request, target, body)
  if (!fault && pathname === DOWNLOAD) return downloadFile(simulator, 'wechat', searchParams.get('token') ?? '')
  if (fault || !route || !asked) {
    const reply = refusal(fault ?? (route ? 'parameter' : 'unknownPath'))
    logCall(simulator, call, reply, 0)
    return voice.speak(reply)
  }
  return answerCall(simulator, call, voice, () => replyOf(route[3](simulator, asked)))
}

/** The order a call is about, for the log and for switches that name one. */
function orderNumber({ books }: Simulator, { path, body }: Asked): string | undefined {
  if (typeof body.out_trade_no === 'string') return body.out_trade_no
  const number = path[0]
  if (number === undefined) return undefined
  const row = books
    .query<{ out_trade_no: string }, [string, string, string]>(
      `SELECT out_trade_no FROM refunds WHERE channel = 'wechat' AND (out_refund_no = ? OR refund_no = ?)
       UNION ALL SELECT out_trade_no FROM trades WHERE provider_no = ? LIMIT 1`,
    )
    .get(number, number, number)
  return row?.out_trade_no ?? number
}

function unwelcome(simulator: Simulator, request: Request, target: string, body: Uint8Array): WechatRefusal | undefined {
  const accepts = request.headers.get('accept') ?? ''
  if (!/application\/json|\*\/\*/.test(accepts) || !request.headers.get('user-agent')) return 'header'
  const sends = request.headers.get('content-type') ?? ''
  if (request.method === 'POST' && !sends.startsWith('application/json')) return 'header'
  const authorization = request.headers.get('authorization')
  return requestFault(simulator, { method: request.method, target, body, authorization }) ? 'sign' : undefined
}

function readAsked(route: Route | undefined, pathname: string, query: URLSearchParams, body: Uint8Array): Asked | undefined {
  const path = (route?.[1].exec(pathname) ?? []).slice(1).map((part) => decodeURIComponent(part))
  if (body.length === 0) return { path, query, body: {} }
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { path, query, body: value as Record<string, unknown> }
      : undefined
  } catch {
    return undefined
  }
}

function replyOf(outcome: Outcome): Reply {
  if ('refused' in outcome) return refusal(outcome.refused)
  if ('nothing' in outcome) return { status: 204, code: 'OK', body: '' }
  return { status: 200, code: 'OK', body: JSON.stringify(outcome.data) }
}

function refusal(name: WechatRefusal): Reply {
  const { status, code, message } = WECHAT_REFUSALS[name]
  return { status, code: name, body: JSON.stringify({ code, message, detail: { location: null, value: null } }) }
}

const STALE_SECONDS = -10 * 60

function voiceOf(simulator: Simulator, request: Request): Voice {
  const by = keyOfAnswer(simulator, request.headers.get('wechatpay-serial'))
  return {
    tooMany: refusal('frequency'),
    broken: refusal('system'),
    unavailable: refusal('system'),
    speak: ({ status, code, body }, flaw) => {
      const signed = signedHeaders(simulator, flaw === 'bad_signature' ? `${body} ` : body, by, flaw === 'stale' ? STALE_SECONDS : 0)
      const number = code in WECHAT_REFUSALS ? WECHAT_REFUSALS[code as WechatRefusal].number : 0
      return new Response(status === 204 ? null : body, {
        status,
        headers: {
          ...(flaw === 'unsigned' ? {} : signed),
          'Request-ID': `08${randomBytes(15).toString('hex').toUpperCase()}-${number}`,
          ...(status === 204 ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
        },
      })
    },
  }
}

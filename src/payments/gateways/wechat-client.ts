import type { KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { Formatter, Wechatpay } from 'wechatpay-axios-plugin'
import { nowMs } from '#src/core/time'
import type { WechatSettings } from '#src/platform/payment-settings'
import { GatewayRefused, GatewayUnknown } from './gateway'
import { listening } from './reachable'
import { CALL_MS } from './wire'

/** The client signs and judges answers by the time of its formatter: that is our one clock. */
Formatter.timestamp = () => Math.floor(nowMs() / 1000)

/** An answer of the API is a few kilobytes, a bill of 100,000 lines some forty megabytes. */
const MAX_ANSWER_BYTES = 1_048_576
const MAX_BILL_BYTES = 256 * 1_048_576

export type WechatCall = {
  method: 'get' | 'post'
  path: string
  params?: Record<string, string>
  data?: object
}
type WechatAnswer = { status: number; headers: Record<string, string>; data: unknown }
export type WechatClient = {
  /** A call whose answer must be signed. Gives what a 2xx says. */
  call(call: WechatCall): Promise<unknown>
  /** A call whose answer is not signed, or is verified by the caller: its bytes and headers as they came. */
  bytes(call: WechatCall): Promise<{ status: number; headers: Headers; bytes: Buffer }>
}

/** What the client of wechatpay-axios-plugin gives for a path; its own types know nothing of `signal` and the like. */
type Chain = {
  get(config: object): Promise<WechatAnswer>
  post(data: object, config: object): Promise<WechatAnswer>
}

/** Calls WeChat Pay through wechatpay-axios-plugin, with these platform keys to verify by. */
export function openWechatClient(settings: WechatSettings, platformKeys: ReadonlyMap<string, KeyObject>): WechatClient {
  const client = new Wechatpay({
    mchid: settings.merchantId,
    serial: settings.certificateSerial,
    privateKey: settings.privateKey as unknown as string,
    certs: Object.fromEntries(platformKeys),
    baseURL: settings.baseUrl,
    ...transport(settings.baseUrl),
    headers: { ...answerWith(platformKeys) },
  } as ConstructorParameters<typeof Wechatpay>[0])
  const send = ({ method, path, params, data }: WechatCall, more: object): Promise<WechatAnswer> => {
    const chain = client.chain(path) as unknown as Chain
    // The client's own time-out waits for the next byte; this one for the whole answer.
    const config = { params, signal: AbortSignal.timeout(CALL_MS), ...more }
    return method === 'get' ? chain.get(config) : chain.post(data ?? {}, config)
  }
  return {
    call: (call) =>
      listening(
        'wechat',
        send(call, {}).then((answer) => judged(call.path, answer), lost(call.path)),
      ),
    bytes: async (call) => {
      const raw = { responseType: 'arraybuffer', decompress: false, maxContentLength: MAX_BILL_BYTES, transformResponse: [] }
      const { status, headers, data } = await send(call, raw).catch(lost(call.path))
      return { status, headers: new Headers(headers), bytes: data as Buffer }
    },
  }
}

/** All statuses pass as answers, so that all are verified: left alone, the client believes an unsigned 404. */
const transport = (baseUrl: string): object => ({
  validateStatus: () => true,
  timeout: CALL_MS,
  maxRedirects: 0,
  maxContentLength: MAX_ANSWER_BYTES,
  ...(/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(baseUrl) ? { proxy: false } : {}),
})

/** In public-key mode WeChat Pay is told which of its keys to answer with. */
function answerWith(platformKeys: ReadonlyMap<string, KeyObject>): Record<string, string> {
  const publicKeyId = [...platformKeys.keys()].find((serial) => serial.startsWith('PUB_KEY_ID_'))
  return publicKeyId ? { 'Wechatpay-Serial': publicKeyId } : {}
}

/** The client's error carries our key in its `config`, so nothing of it is kept but its code. */
const lost = (path: string) => (error: unknown) => {
  const { code } = error as { code?: string }
  throw code === UNKNOWN_SERIAL ? new UnknownPlatformKey(path) : new GatewayUnknown(`wechat ${path}: ${code ?? 'lost'}`)
}

const UNKNOWN_SERIAL = 'EV3_RES_HEADER_PLATFORM_SERIAL'
/** Signed by a key that we do not hold: perhaps a new one. */
export class UnknownPlatformKey extends GatewayUnknown {
  constructor(path: string) {
    super(`wechat ${path}: signed by an unknown key`)
  }
}

const Refusal = v.object({ code: v.pipe(v.string(), v.nonEmpty()), message: v.optional(v.string(), '') })
/** Codes that decide nothing, whatever status they come with. */
const UNDECIDED = new Set(['SYSTEM_ERROR', 'SYSTEMERROR', 'FREQUENCY_LIMITED', 'RATELIMIT_EXCEEDED', 'BANK_ERROR', 'BANKERROR'])
/** The number behind the last dash of `Request-Id` tells apart what one code says of several faults. */
const ORDER_PAID_NUMBERS = new Set(['268449538', '268498689'])

function judged(path: string, { status, headers, data }: WechatAnswer): unknown {
  if (status >= 200 && status < 300) return data
  const refusal = v.safeParse(Refusal, data)
  if (status >= 500 || status === 429 || !refusal.success || UNDECIDED.has(refusal.output.code)) {
    throw new GatewayUnknown(`wechat ${path}: ${status}`)
  }
  const { code, message } = refusal.output
  const number = headers['request-id']?.split('-').at(-1) ?? ''
  throw new GatewayRefused(ORDER_PAID_NUMBERS.has(number) ? 'ORDER_PAID' : code, message)
}

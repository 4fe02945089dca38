import type { KeyObject } from 'node:crypto'
import { AlipayRequestError, AlipaySdk } from 'alipay-sdk'
import * as v from 'valibot'
import { formatDateTime, now } from '#src/core/time'
import type { AlipaySettings } from '#src/platform/payment-settings'
import { verifyAlipayAnswer } from './alipay-signature'
import { GatewayRefused, GatewayUnknown } from './gateway'
import { listening } from './reachable'
import { CALL_MS } from './wire'

export type AlipayClient = {
  /** Gives a node with code 10000. Throws GatewayRefused with the `sub_code`, GatewayUnknown for whatever proves nothing. */
  call(method: string, content: object, options?: { notifyUrl?: string }): Promise<Record<string, unknown>>
  /** The address of a page at the gateway, signed; nothing is asked. */
  pageUrl(method: string, content: object, options: { notifyUrl: string; returnUrl: string }): string
}

/** Alipay's client with the one check of answers that we trust: see `verifyAlipayAnswer`. */
class StrictSdk extends AlipaySdk {
  constructor(
    settings: AlipaySettings,
    private readonly publicKey: KeyObject,
  ) {
    super({
      appId: settings.appId,
      privateKey: bareKey(settings.privateKey, 'pkcs8'),
      keyType: 'PKCS8',
      alipayPublicKey: bareKey(settings.publicKey, 'spki'),
      gateway: settings.gatewayUrl,
      signType: 'RSA2',
      camelcase: false,
      timeout: CALL_MS,
    })
  }

  override checkResponseSign(raw: string, node: string): void {
    if (!verifyAlipayAnswer(raw, node, this.publicKey)) throw new AlipayRequestError('unsigned')
  }
}

/** The key as the client wants it: base64 without the lines of PEM. */
const bareKey = (key: KeyObject, type: 'pkcs8' | 'spki'): string => key.export({ format: 'der', type }).toString('base64')

const Node = v.looseObject({
  code: v.string(),
  msg: v.optional(v.string(), ''),
  sub_code: v.optional(v.string()),
  sub_msg: v.optional(v.string()),
})

/** Calls Alipay's v2 gateway through alipay-sdk. */
export function openAlipayClient(settings: AlipaySettings): AlipayClient {
  const sdk = new StrictSdk(settings, settings.publicKey)
  return {
    call: (method, content, { notifyUrl } = {}) => {
      const params = { timestamp: chinaTime(), bizContent: content, ...(notifyUrl ? { notify_url: notifyUrl } : {}) }
      const call = inTime(sdk.exec(method, params, { validateSign: true })).catch(() => {
        // What the client throws may quote the answer with the payer in it: nothing of it is kept.
        throw new GatewayUnknown(`${method}: lost or not signed`)
      })
      return listening(
        'alipay',
        call.then((answer) => judged(method, answer)),
      )
    },
    pageUrl: (method, content, { notifyUrl, returnUrl }) =>
      sdk.pageExecute(method, 'GET', { timestamp: chinaTime(), notify_url: notifyUrl, return_url: returnUrl, bizContent: content }),
  }
}

/** The client would write the machine's own zone. */
const chinaTime = (): string => formatDateTime(now())

/** The client's time-out rests on undici, which Bun replaces by a stand-in that knows none. A late answer is thrown away. */
function inTime<T>(call: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('late')), CALL_MS)
    call.then(resolve, reject).finally(() => clearTimeout(late))
  })
}

/** Business codes behind which anything may have happened. */
const UNDECIDED = /^(ACQ\.SYSTEM_ERROR|isp\.(?!bill)|aop\.|isv\.app-call-limited|isv\.method-call-limited)/i

function judged(method: string, answer: unknown): Record<string, unknown> {
  const parsed = v.safeParse(Node, answer)
  if (!parsed.success) throw new GatewayUnknown(`${method}: an answer of another form`)
  const { code, msg, sub_code = '', sub_msg } = parsed.output
  if (code === '10000') return parsed.output
  // 20000 is "not available", 10003 "waiting for the buyer".
  if (!/^4\d{4}$/.test(code) || UNDECIDED.test(sub_code)) throw new GatewayUnknown(`${method}: ${code} ${sub_code}`.trimEnd())
  throw new GatewayRefused(sub_code || code, sub_msg ?? msg)
}

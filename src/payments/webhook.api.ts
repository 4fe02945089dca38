import { answersFile, answersNothing } from '#src/core/answers'
import type { Instant } from '#src/core/time'
import { problemFrom, type RequestInfo, readBody } from '#src/platform/http'
import { paymentCallbacks } from '#src/platform/metrics'
import { api } from '#src/platform/route'
import { settlePayout } from '#src/refunds/settle'
import { acknowledgeAlipay } from './gateways/alipay'
import type { Channel, Notice } from './gateways/gateway'
import { acknowledgeWechat } from './gateways/wechat-pay'
import { hearNotice } from './notifications'
import { settleOrder } from './settle'

/** A notification has two to four kilobytes. */
const MAX_BYTES = 65_536

/** What payment providers call by themselves (API 8): no login and no limit, the signature over the raw bytes is the proof. */
export const paymentNotificationApi = [
  api('POST /notify/wechat', { audience: 'public', answer: answersNothing(['PAYLOAD_TOO_LARGE']) }, ({ request, info }) =>
    hear('wechat', request, info),
  ),
  api('POST /notify/alipay', { audience: 'public', answer: answersFile(['text/plain'], ['PAYLOAD_TOO_LARGE']) }, ({ request, info }) =>
    hear('alipay', request, info),
  ),
]

async function hear(channel: Channel, request: Request, info: RequestInfo): Promise<Response> {
  const body = await readBody(request, MAX_BYTES)
  const told = { channel, headers: request.headers, body, at: info.now, elapsed: info.elapsed }
  const status = await hearNotice(told, settle).catch((error: unknown) => {
    info.errorCode = problemFrom(error, info).code
    return 'unsettled' as const
  })
  paymentCallbacks.inc({ channel, status })
  const answer = ACKNOWLEDGE[channel](status === 'settled')
  // Our own failure is no refusal: 5xx, in the provider's words all the same.
  return status === 'unsettled' ? new Response(answer.body, { status: 503, headers: answer.headers }) : answer
}

const ACKNOWLEDGE = { wechat: acknowledgeWechat, alipay: acknowledgeAlipay }

/** The provider, asked, must say the same as its notice: until it does, it is asked to tell us again. */
async function settle(notice: Notice, channel: Channel, at: Instant) {
  if (notice.kind === 'refund' && notice.outRefundNo !== null) {
    const outcome = await settlePayout({ channel, outRefundNo: notice.outRefundNo }, at)
    return { outcome, done: !NOT_YET.has(outcome) }
  }
  const { outTradeNo, providerTxnId } = notice
  const { outcome } = await settleOrder({ channel, outTradeNo, providerTxnId }, at)
  return { outcome, done: notice.kind !== 'payment' || !NOT_YET.has(outcome) }
}

const NOT_YET = new Set<string>(['unpaid', 'absent', 'processing'])

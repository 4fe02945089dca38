import { iso } from '#src/core/time'
import { type BillChange, changeBill, clearBillChanges } from './bill-lines'
import { type Bulk, bulkPay } from './bulk'
import { clearSwitches, isSwitch, listSwitches, type SwitchOptions, setSwitch } from './chaos'
import { TWISTS, type Twist } from './envelope'
import { pay } from './paying'
import { eventId, type Notification } from './queue'
import { finishRefund } from './refunding'
import { findRefund, type RefundState, refundsOf } from './refunds'
import { deliver, resend, runDue } from './send'
import { bankTime, type Channel, changeSettings, type Settings, type Simulator } from './simulator'
import { balanceOf, findTrade, moveBalance, type PhoneFault, scan, UNIT_PER_FEN } from './trades'

/** The handle for tests, trainings and the desk: `POST /control/<verb>` with JSON, which is also how the answer comes. */

type Input = Record<string, unknown>
type Verb = (simulator: Simulator, input: Input) => unknown

const VERBS: Record<string, Verb> = {
  clock: (simulator, { advance, ahead }) => {
    changeSettings(simulator, { ahead: typeof ahead === 'number' ? ahead : simulator.settings.ahead + number(advance ?? 0) })
    return { now: iso(bankTime(simulator)), ahead: simulator.settings.ahead }
  },
  settings: (simulator, input) => {
    changeSettings(simulator, input as Partial<Settings>)
    return simulator.settings
  },
  chaos: (simulator, { name, ...options }) => {
    if (typeof name !== 'string' || !isSwitch(name)) throw new Refused(`no switch is called ${name}`)
    return { id: setSwitch(simulator.books, name, options as SwitchOptions) }
  },
  'chaos-clear': (simulator, input) => clearSwitches(simulator.books, input as { id?: number; name?: string }),
  'chaos-list': ({ books }) => listSwitches(books),
  scan: (simulator, input) => {
    scan(simulator, tradeOf(simulator, input))
    return { ok: true }
  },
  pay: (simulator, input) => {
    const fault: PhoneFault | undefined = pay(simulator, channel(input), text(input.outTradeNo), { late: input.late === true })
    if (fault) throw new Refused(fault)
    return findTrade(simulator, channel(input), text(input.outTradeNo))
  },
  trade: (simulator, input) => {
    const trade = tradeOf(simulator, input)
    return { ...trade, refunds: refundsOf(simulator, trade) }
  },
  trades: ({ books }) => books.query('SELECT * FROM trades ORDER BY created_at, out_trade_no').all(),
  refunds: ({ books }) => books.query('SELECT * FROM refunds ORDER BY created_at, out_refund_no').all(),
  'finish-refund': (simulator, input) => {
    const refund = findRefund(simulator, channel(input), text(input.outRefundNo))
    if (!refund) throw new Refused('no such refund')
    return finishRefund(simulator, refund, text(input.state) as RefundState)
  },
  balance: (simulator, input) => {
    const wanted = input.fen === undefined ? undefined : number(input.fen) * UNIT_PER_FEN
    if (wanted !== undefined) moveBalance(simulator, channel(input), wanted - balanceOf(simulator, channel(input)))
    return { fen: Math.floor(balanceOf(simulator, channel(input)) / UNIT_PER_FEN) }
  },
  notifications: ({ books }) =>
    books
      .query<Notification, []>('SELECT * FROM notifications ORDER BY id')
      .all()
      .map((row) => ({ ...row, content: JSON.parse(row.content), deliveries: deliveriesOf(books, row.id) })),
  deliveries: ({ books }) => deliveriesOf(books),
  deliver: async (simulator) => ({ sent: await runDue(simulator) }),
  resend: (simulator, { id, times, twist, newIds }) => {
    const notification = simulator.books.query<Notification, [number]>('SELECT * FROM notifications WHERE id = ?').get(number(id))
    if (!notification) throw new Refused('no such notification')
    return resend(simulator, notification, { times: number(times ?? 1), newIds: newIds === true, ...twisted(twist) })
  },
  forge: (simulator, input) => deliver(simulator, forged(simulator, input), twisted(input.twist).twist),
  'bill-change': (simulator, { day, channel: _, ...change }) =>
    changeBill(simulator, channel({ channel: _ }), text(day), change as BillChange),
  'bill-clear': (simulator) => clearBillChanges(simulator),
  bulk: (simulator, input) => bulkPay(simulator, channel(input), input as unknown as Bulk),
  calls: ({ books }) => books.query('SELECT * FROM calls ORDER BY id').all(),
}

/** What the caller of a verb did wrong. */
class Refused extends Error {}

export async function answerControl(simulator: Simulator, request: Request, body: Uint8Array): Promise<Response> {
  const verb = VERBS[new URL(request.url).pathname.slice('/control/'.length)]
  if (!verb || request.method !== 'POST') return Response.json({ fault: 'no such verb' }, { status: 404 })
  // A page of a stranger in the same browser can post here, but not with this type.
  if (request.headers.get('content-type') !== 'application/json') return Response.json({ fault: 'JSON only' }, { status: 415 })
  try {
    const input = (body.length > 0 ? JSON.parse(new TextDecoder().decode(body)) : {}) as Input
    return Response.json((await verb(simulator, input)) ?? { ok: true })
  } catch (error) {
    if (error instanceof Refused) return Response.json({ fault: error.message }, { status: 409 })
    return Response.json({ fault: Bun.inspect(error) }, { status: 500 })
  }
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Refused('a text is missing')
  return value
}
const number = (value: unknown): number => {
  if (typeof value !== 'number') throw new Refused('a number is missing')
  return value
}
const channel = ({ channel: given }: Input): Channel => {
  if (given !== 'wechat' && given !== 'alipay') throw new Refused('channel is wechat or alipay')
  return given
}

const tradeOf = (simulator: Simulator, input: Input) => {
  const trade = findTrade(simulator, channel(input), text(input.outTradeNo))
  if (!trade) throw new Refused('unknown')
  return trade
}

const deliveriesOf = (books: Simulator['books'], id?: number): unknown[] =>
  id === undefined
    ? books.query('SELECT * FROM deliveries ORDER BY id').all()
    : books.query('SELECT * FROM deliveries WHERE notification_id = ? ORDER BY id').all(id)

function twisted(twist: unknown): { twist?: Twist } {
  if (twist === undefined) return {}
  if (!(TWISTS as readonly unknown[]).includes(twist)) throw new Refused(`no twist is called ${twist}`)
  return { twist: twist as Twist }
}

/** A notification that no payment stands behind; `content` goes over the usual words. */
function forged(simulator: Simulator, input: Input): Omit<Notification, 'id'> & { id: null } {
  const [to, at] = [channel(input), bankTime(simulator).getTime()]
  const { wechat, alipay } = simulator.keys.identity
  const number = text(input.outTradeNo)
  const fen = (input.amount as number | undefined) ?? 1
  const wechatWords = {
    appid: wechat.appId,
    mchid: wechat.mchId,
    out_trade_no: number,
    transaction_id: `4200009${'0'.repeat(21)}`,
    trade_type: 'NATIVE',
    trade_state: 'SUCCESS',
    success_time: `${iso(bankTime(simulator)).slice(0, 19)}+00:00`,
    payer: { openid: 'o0' },
    amount: { total: fen, payer_total: fen, currency: 'CNY', payer_currency: 'CNY' },
  }
  const alipayWords = {
    notify_type: 'trade_status_sync',
    app_id: alipay.appId,
    seller_id: alipay.sellerId,
    out_trade_no: number,
    trade_no: `2026${'0'.repeat(24)}`,
    trade_status: 'TRADE_SUCCESS',
    total_amount: (fen / 100).toFixed(2),
    charset: 'utf-8',
    version: '1.0',
  }
  const words = { ...(to === 'wechat' ? wechatWords : alipayWords), ...(input.content as object | undefined) }
  const given = typeof input.eventId === 'string' ? input.eventId : eventId(to)
  return {
    id: null,
    channel: to,
    event_id: given,
    kind: input.kind === 'refund' ? 'refund' : 'payment',
    out_trade_no: number,
    out_refund_no: null,
    url: text(input.url),
    content: JSON.stringify(words),
    created_at: at,
    sent: 0,
    next_at: null,
    waits_for: null,
    state: 'waiting',
  }
}

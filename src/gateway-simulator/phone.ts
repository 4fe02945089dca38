import { type ComponentChild, Fragment, h } from 'preact'
import { render } from 'preact-render-to-string'
import { instant } from '#src/core/time'
import { type PhoneOrder, PhonePage, ScanPage, UnknownCodePage } from '#views/simulator/phone'
import { signedForm } from './alipay-signature'
import { yuanOf } from './bill-lines'
import { pay } from './paying'
import { type Channel, type Simulator, signingTime } from './simulator'
import { chinaTime, findTrade, phoneFault, scan, standing, type Trade, told } from './trades'

/** The buyer's phone: what a scan leads to. */

const SHOWN_CODES = 50

export const html = (page: ComponentChild, status = 200): Response =>
  new Response(`<!doctype html>${render(h(Fragment, {}, page))}`, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'",
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  })

const redirect = (to: string): Response => new Response(null, { status: 303, headers: { Location: to } })

/** `/phone`, `/pay/<channel>/<out_trade_no>` and WeChat's page for a phone's browser; undefined for other paths. */
export function answerPhone(simulator: Simulator, request: Request, body: Uint8Array): Response | undefined {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/phone') return html(h(ScanPage, { orders: waitingOrders(simulator) }))
  if (pathname === '/cgi-bin/mmpayweb-bin/checkmweb') {
    const to = searchParams.get('redirect_url')
    const number = encodeURIComponent(searchParams.get('package') ?? '')
    return redirect(`/pay/wechat/${number}${to ? `?return_to=${encodeURIComponent(to)}` : ''}`)
  }
  const [, channel, number] = /^\/pay\/(wechat|alipay)\/([^/]+)$/.exec(pathname) ?? []
  if (!channel || !number) return undefined
  const trade = findTrade(simulator, channel as Channel, decodeURIComponent(number))
  if (!trade) return html(h(UnknownCodePage, {}), 404)
  if (request.method !== 'POST') {
    scan(simulator, trade)
    return showTrade(simulator, trade, { cancelled: searchParams.has('cancelled'), returnTo: searchParams.get('return_to') })
  }
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const returnTo = form.get('return_to')
  if (form.get('action') !== 'cancel') pay(simulator, trade.channel, trade.out_trade_no, { late: form.get('action') === 'late' })
  const query = new URLSearchParams({
    ...(form.get('action') === 'cancel' ? { cancelled: '1' } : {}),
    ...(returnTo ? { return_to: returnTo } : {}),
  })
  return redirect(`${pathname}?${query}`)
}

function showTrade(
  simulator: Simulator,
  before: Trade,
  { cancelled, returnTo }: { cancelled: boolean; returnTo: string | null },
): Response {
  const trade = findTrade(simulator, before.channel, before.out_trade_no)!
  const back = trade.return_url ? signedReturn(simulator, trade) : returnTo
  const isAddress = back !== null && /^https?:\/\//.test(back)
  return html(h(PhonePage, { order: phoneOrder(simulator, trade), cancelled, returnTo: isAddress ? back : undefined }))
}

function phoneOrder(simulator: Simulator, trade: Trade): PhoneOrder {
  const fault = phoneFault(simulator, trade)
  const lapsed = standing(simulator, trade) === 'closed' && trade.state === 'open'
  return {
    channel: trade.channel,
    outTradeNo: trade.out_trade_no,
    subject: trade.subject,
    amountFen: told(simulator, trade).amount,
    expiresAt: trade.expires_at === null ? null : instant(trade.expires_at),
    state: fault === 'paid' || fault === 'closed' ? fault : fault === 'expired' || lapsed ? 'expired' : 'open',
    providerNo: trade.state === 'paid' ? trade.provider_no : null,
    paidAt: trade.paid_at === null ? null : instant(trade.paid_at),
  }
}

function waitingOrders(simulator: Simulator): PhoneOrder[] {
  const open = simulator.books
    .query<Trade, [number]>("SELECT * FROM trades WHERE state = 'open' ORDER BY created_at DESC LIMIT ?")
    .all(SHOWN_CODES)
  return open.map((trade) => phoneOrder(simulator, trade)).filter(({ state }) => state === 'open')
}

/** Alipay sends the buyer back with signed words; they prove nothing, and the product must not take them for a payment. */
function signedReturn(simulator: Simulator, trade: Trade): string {
  const { appId, sellerId } = simulator.keys.identity.alipay
  const words = signedForm(simulator, {
    charset: 'utf-8',
    out_trade_no: trade.out_trade_no,
    method: 'alipay.trade.page.pay.return',
    total_amount: yuanOf(trade.amount),
    trade_no: trade.provider_no ?? '',
    auth_app_id: appId,
    version: '1.0',
    app_id: appId,
    seller_id: sellerId,
    timestamp: chinaTime(signingTime(simulator).getTime()),
  })
  const address = new URL(trade.return_url!)
  for (const [name, value] of Object.entries(words)) address.searchParams.set(name, value)
  return address.href
}

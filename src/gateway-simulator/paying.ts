import { type SwitchName, strikes } from './chaos'
import { queueNotification } from './queue'
import { bankMs, type Channel, type Simulator } from './simulator'
import {
  FOREIGN,
  feeOf,
  findTrade,
  type Lie,
  moveBalance,
  type PhoneFault,
  phoneFault,
  type Trade,
  tradeNumber,
  UNIT_PER_FEN,
} from './trades'

/** The buyer pays: the money is the merchant's, and a notification is on its way. */
export function pay(simulator: Simulator, channel: Channel, outTradeNo: string, { late = false } = {}): PhoneFault | undefined {
  return simulator.books.transaction(() => {
    const trade = findTrade(simulator, channel, outTradeNo)
    const fault = phoneFault(simulator, trade, { late })
    if (fault || !trade) return fault ?? 'unknown'
    const at = bankMs(simulator)
    const lie = lieOf(simulator, trade)
    const paid = lie?.amount ?? trade.amount
    const coupon = strikes(simulator, 'trade.coupon', { channel, outTradeNo })
    const payerAmount = coupon ? (coupon.amount ?? Math.max(0, paid - 1)) : paid
    const fee = feeOf(simulator, channel, paid)
    simulator.books
      .query(
        `UPDATE trades SET state = 'paid', paid_at = ?, scanned_at = coalesce(scanned_at, ?), provider_no = coalesce(provider_no, ?), payer_amount = ?, payer = ?,
           lie = ?, fee = ? WHERE channel = ? AND out_trade_no = ?`,
      )
      .run(
        at,
        at,
        tradeNumber(simulator, channel),
        payerAmount,
        payerOf(simulator, channel),
        lie && JSON.stringify(lie),
        fee,
        channel,
        outTradeNo,
      )
    moveBalance(simulator, channel, paid * UNIT_PER_FEN - fee)
    queueNotification(simulator, { trade: findTrade(simulator, channel, outTradeNo)! })
    return undefined
  })()
}

const LIES: [SwitchName, (simulator: Simulator, trade: Trade, amount: number | undefined) => Lie][] = [
  ['trade.wrong_amount', (_, trade, amount) => ({ amount: amount ?? trade.amount - 1 })],
  ['trade.wrong_currency', () => ({ currency: 'USD' })],
  ['trade.wrong_appid', () => ({ appid: FOREIGN.appid })],
  ['trade.wrong_mchid', () => ({ mchid: FOREIGN.mchid })],
  ['trade.wrong_seller_id', () => ({ sellerId: FOREIGN.sellerId })],
]

function lieOf(simulator: Simulator, trade: Trade): Lie | null {
  const struck = LIES.flatMap(([name, tell]) => {
    const options = strikes(simulator, name, { channel: trade.channel, outTradeNo: trade.out_trade_no })
    return options ? [tell(simulator, trade, options.amount)] : []
  })
  return struck.length > 0 ? Object.assign({}, ...struck) : null
}

const payerOf = ({ keys }: Simulator, channel: Channel): string =>
  channel === 'wechat' ? `o${keys.identity.wechat.appId.slice(2).padEnd(27, '0')}` : keys.identity.alipay.buyerId

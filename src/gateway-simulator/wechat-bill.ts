import { type BillLine, feeText, yuanOf } from './bill-lines'
import type { Simulator } from './simulator'
import { balanceOf, chinaTime, UNIT_PER_FEN } from './trades'

/** WeChat's files as they are: UTF-8 with BOM, CRLF, a backtick before every value, amounts in yuan. */

const TRADE_HEAD =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const TRADE_TOTALS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
const FUND_HEAD =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号'
const FUND_TOTALS = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额'
const BOM = '\ufeff'

/** The refund states as a bill writes them. */
const REFUND_STATES: Record<string, string> = { success: 'SUCCESS', processing: 'PROCESSING', abnormal: 'CHANGE', closed: 'FAIL' }

const ticked = (fields: readonly (string | number)[]): string => fields.map((field) => `\`${field}`).join(',')

const fileOf = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${BOM}${lines.join('\r\n')}\r\n`)

export function wechatTradeBill({ keys, settings }: Simulator, lines: readonly BillLine[]): Uint8Array {
  const { appId, mchId } = keys.identity.wechat
  const rate = `${(settings.feeRate.wechat / 100).toFixed(2)}%`
  const sums = { paid: 0, back: 0, fee: 0 }
  const rows = lines.map((line) => {
    const isRefund = line.kind === 'refund'
    sums.fee += line.fee
    if (isRefund) sums.back += line.amount
    else sums.paid += line.amount
    const [paid, back] = isRefund ? ['0.00', yuanOf(line.amount)] : [yuanOf(line.amount), '0.00']
    return ticked([
      ...[chinaTime(line.at), appId, mchId, '0', '', line.providerNo, line.outTradeNo, line.payer, line.tradeKind],
      ...[isRefund ? 'REFUND' : 'SUCCESS', 'OTHERS', 'CNY', paid, '0.00', isRefund ? line.refundNo : '0'],
      ...[isRefund ? line.outRefundNo : '0', back, '0.00', isRefund ? 'ORIGINAL' : '', REFUND_STATES[line.refundState] ?? ''],
      ...[line.subject, line.attach, feeText(line.fee), rate, paid, back, ''],
    ])
  })
  const [paid, back] = [yuanOf(sums.paid), yuanOf(sums.back)]
  return fileOf([TRADE_HEAD, ...rows, TRADE_TOTALS, ticked([rows.length, paid, back, '0.00', feeText(sums.fee), paid, back])])
}

/** How the merchant's account moved: each payment in, its fee out, each refund out. */
export function wechatFundBill(simulator: Simulator, lines: readonly BillLine[]): Uint8Array {
  const sums = { in: 0, out: 0, inCount: 0, outCount: 0 }
  const moves = lines.flatMap((line) => {
    const isRefund = line.kind === 'refund'
    const main = { line, name: isRefund ? '退款' : '交易', units: (isRefund ? -1 : 1) * line.amount * UNIT_PER_FEN }
    return [main, { line, name: '扣除交易手续费', units: -line.fee }].filter(({ units }) => units !== 0)
  })
  let rest = balanceOf(simulator, 'wechat') - moves.reduce((sum, { units }) => sum + units, 0)
  const rows = moves.map(({ line, name, units }, count) => {
    rest += units
    if (units > 0) [sums.in, sums.inCount] = [sums.in + units, sums.inCount + 1]
    else [sums.out, sums.outCount] = [sums.out - units, sums.outCount + 1]
    const voucher = line.kind === 'refund' ? line.outRefundNo : line.outTradeNo
    return ticked([
      ...[
        chinaTime(line.at),
        line.kind === 'refund' ? line.refundNo : line.providerNo,
        `1000${String(count).padStart(10, '0')}`,
        name,
        name,
      ],
      ...[units > 0 ? '收入' : '支出', feeText(Math.abs(units)), feeText(rest), 'system', '', voucher],
    ])
  })
  const totals = ticked([rows.length, sums.inCount, feeText(sums.in), sums.outCount, feeText(sums.out)])
  return fileOf([FUND_HEAD, ...rows, FUND_TOTALS, totals])
}

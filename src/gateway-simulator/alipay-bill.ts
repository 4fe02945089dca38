import { encode } from 'iconv-lite'
import { addDays, type BusinessDay, startOfDay } from '#src/core/time'
import { type BillLine, yuanOf } from './bill-lines'
import { bankMs, type Simulator } from './simulator'
import { chinaTime, UNIT_PER_FEN } from './trades'
import { zipFiles } from './zip'

/** Alipay's bill: a zip with two GBK files, a preamble of `#`, fields that end in tabs, a footer that counts. */

const COLUMNS =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注'
const SUMMARY_COLUMNS =
  '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）'
const DASHES = '-----------------------------------------'

type Sums = { count: number; amount: number; fee: number }
const nothing = (): Sums => ({ count: 0, amount: 0, fee: 0 })

export function alipayBill(simulator: Simulator, day: BusinessDay, lines: readonly BillLine[]): Uint8Array {
  const { sellerId } = simulator.keys.identity.alipay
  const [payments, refunds] = [nothing(), nothing()]
  const rows = lines.map((line) => {
    const sums = line.kind === 'refund' ? refunds : payments
    const amount = line.kind === 'refund' ? -line.amount : line.amount
    sums.count++
    sums.amount += amount
    sums.fee -= line.fee
    return detail(line, amount)
  })
  const name = `${sellerId}0156_${day.replaceAll('-', '')}_业务明细`
  return zipFiles([
    { name: encode(`${name}.csv`, 'gbk'), bytes: encode(detailText(simulator, day, rows, payments, refunds), 'gbk') },
    { name: encode(`${name}(汇总).csv`, 'gbk'), bytes: encode(summaryText(simulator, day, payments, refunds), 'gbk') },
  ])
}

/** Refunds are negative; a fee is what it does to the merchant's money. */
function detail(line: BillLine, amount: number): string {
  const yuan = yuanOf(amount)
  const texts = [line.providerNo, line.outTradeNo, line.kind === 'refund' ? '退款' : '交易', line.subject, chinaTime(line.createdAt)]
  const places = [chinaTime(line.at), '', '', '', '', `*客(${line.payer.slice(0, 3)}****${line.payer.slice(-4)})`]
  const sums = [yuan, yuan, '0.00', '0.00', '0.00', '0.00', '0.00', '\t', '0.00', '0.00']
  const tabbed = [...texts, ...places].map((field) => `${field}\t`)
  return [...tabbed, ...sums, `${line.outRefundNo}\t`, yuanOf(-line.fee / UNIT_PER_FEN), '0.00', `${line.attach}\t`].join(',')
}

function detailText(simulator: Simulator, day: BusinessDay, rows: readonly string[], payments: Sums, refunds: Sums): string {
  return whole([
    '#支付宝业务明细查询',
    ...preamble(simulator, day),
    `#${DASHES}业务明细列表${DASHES}`,
    COLUMNS,
    ...rows,
    `#${DASHES}业务明细列表结束${DASHES}`,
    `#交易合计：${payments.count}笔，商家实收共${yuanOf(payments.amount)}元，商家优惠共0.00元`,
    `#退款合计：${refunds.count}笔，商家实收退款共${yuanOf(refunds.amount)}元，商家优惠退款共0.00元`,
    `#导出时间：[${chineseTime(bankMs(simulator))}]`,
  ])
}

function summaryText(simulator: Simulator, day: BusinessDay, payments: Sums, refunds: Sums): string {
  const amount = payments.amount + refunds.amount
  const fee = (payments.fee + refunds.fee) / UNIT_PER_FEN
  const sums = [yuanOf(amount), yuanOf(amount), '0.00', '0.00', '0.00', yuanOf(fee), '0.00', yuanOf(amount + fee)]
  return whole([
    '#支付宝业务汇总查询',
    ...preamble(simulator, day),
    `#${DASHES}业务汇总列表${DASHES}`,
    SUMMARY_COLUMNS,
    ['合计\t', '\t', payments.count, refunds.count, ...sums].join(','),
    `#${DASHES}业务汇总列表结束${DASHES}`,
    `#导出时间：[${chineseTime(bankMs(simulator))}]`,
  ])
}

const whole = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`

function preamble({ keys }: Simulator, day: BusinessDay): string[] {
  const [from, until] = [startOfDay(day), addDays(startOfDay(day), 1)].map((at) => chineseTime(at.getTime()))
  return [`#账号：[${keys.identity.alipay.sellerId}0156]`, `#起始日期：[${from}]   终止日期：[${until}]`]
}

/** `2026年11月21日 00:00:00`. */
const chineseTime = (at: number): string => chinaTime(at).replace(/^(\d{4})-(\d\d)-(\d\d)/, '$1年$2月$3日')

import { zipSync } from 'fflate'
import { encode } from 'iconv-lite'

/** Bills in the providers' exact formats, made for tests. Amounts are texts in yuan, so that a test says what it means. */

export type WechatRow = {
  at: string
  ourNo: string
  providerNo: string
  amount: string
  fee?: string
  refundNo?: string
  providerRefundNo?: string
  refundState?: string
  /** What the goods are called. */
  name?: string
}

export const WECHAT_HEAD =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const WECHAT_TOTALS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

const decimals = (hundredThousandths: bigint, places: 2 | 5): string => {
  const digits = (hundredThousandths < 0n ? -hundredThousandths : hundredThousandths).toString().padStart(6, '0')
  return `${hundredThousandths < 0n ? '-' : ''}${digits.slice(0, -5)}.${digits.slice(-5).slice(0, places)}`
}
const scaled = (yuan: string): bigint => {
  const [whole = '0', fraction = ''] = yuan.replace('-', '').split('.')
  const value = BigInt(whole + fraction.padEnd(5, '0'))
  return yuan.startsWith('-') ? -value : value
}
/** 0.6 %, given back with a refund. */
const usualFee = (amount: string, isRefund: boolean): string => decimals(((isRefund ? -1n : 1n) * scaled(amount) * 6n) / 1_000n, 5)

export const wechatRow = ({
  at,
  ourNo,
  providerNo,
  amount,
  fee,
  refundNo,
  providerRefundNo,
  refundState,
  name = '充值',
}: WechatRow): string => {
  const isRefund = refundNo !== undefined
  const [paid, back] = isRefund ? ['0.00', amount] : [amount, '0.00']
  const fields = [
    ...[at, 'wx0123456789abcdef', '1900000109', '0', '', providerNo, ourNo, 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', 'NATIVE'],
    ...[isRefund ? 'REFUND' : 'SUCCESS', 'OTHERS', 'CNY', paid, '0.00', providerRefundNo ?? (isRefund ? `50${providerNo}` : '0')],
    ...[refundNo ?? '0', back, '0.00', isRefund ? 'ORIGINAL' : '', isRefund ? (refundState ?? 'SUCCESS') : '', name, ''],
    ...[fee ?? usualFee(amount, isRefund), '0.60%', paid, back, ''],
  ]
  return fields.map((field) => `\`${field}`).join(',')
}

/** A whole WeChat bill. `totals` replaces the counted line, `end` the file's last part. */
export function wechatFile(rows: readonly WechatRow[], { totals }: { totals?: string | null } = {}): Uint8Array {
  const sum = (pick: (row: WechatRow) => string) =>
    decimals(
      rows.reduce((total, row) => total + scaled(pick(row)), 0n),
      2,
    )
  const paid = sum((row) => (row.refundNo ? '0' : row.amount))
  const back = sum((row) => (row.refundNo ? row.amount : '0'))
  const fees = decimals(
    rows.reduce((total, row) => total + scaled(row.fee ?? usualFee(row.amount, row.refundNo !== undefined)), 0n),
    5,
  )
  const counted = [String(rows.length), paid, back, '0.00', fees, paid, back].map((field) => `\`${field}`).join(',')
  const lines = [WECHAT_HEAD, ...rows.map(wechatRow), ...(totals === null ? [] : [WECHAT_TOTALS, totals ?? counted])]
  return new TextEncoder().encode(`\ufeff${lines.join('\r\n')}\r\n`)
}

export type AlipayRow = { at: string; ourNo: string; providerNo: string; amount: string; fee?: string; refundNo?: string }

const ALIPAY_COLUMNS = [
  '支付宝交易号',
  '商户订单号',
  '业务类型',
  '商品名称',
  '创建时间',
  '完成时间',
  '门店编号',
  '门店名称',
  '操作员',
  '终端号',
  '对方账户',
  '订单金额（元）',
  '商家实收（元）',
  '支付宝红包（元）',
  '集分宝（元）',
  '支付宝优惠（元）',
  '商家优惠（元）',
  '券核销金额（元）',
  '券名称',
  '商家红包消费金额（元）',
  '卡消费金额（元）',
  '退款批次号/请求号',
  '服务费（元）',
  '分润（元）',
  '备注',
]

type AlipayOptions = { columns?: readonly string[]; footer?: readonly string[]; isCut?: boolean }

export function alipayText(rows: readonly AlipayRow[], { columns = ALIPAY_COLUMNS, footer, isCut = false }: AlipayOptions = {}): string {
  const cell = (row: AlipayRow, column: string): string => {
    const amount = row.refundNo ? `-${row.amount}` : row.amount
    const fee = decimals(scaled(row.fee ?? usualFee(row.amount, false)), 2)
    const known: Record<string, string> = {
      支付宝交易号: `${row.providerNo}\t`,
      商户订单号: `${row.ourNo}\t`,
      业务类型: `${row.refundNo ? '退款' : '交易'}\t`,
      商品名称: '账户充值\t',
      创建时间: row.at,
      完成时间: row.at,
      对方账户: '*春(187****2201)\t',
      '订单金额（元）': amount,
      '商家实收（元）': amount,
      '退款批次号/请求号': `${row.refundNo ?? ''}\t`,
      '服务费（元）': row.refundNo ? fee : `-${fee}`,
      券名称: '\t',
      备注: '充值\t',
    }
    return known[column] ?? (column.endsWith('（元）') ? '0.00' : '\t')
  }
  const of = (isRefund: boolean) => rows.filter((row) => (row.refundNo !== undefined) === isRefund)
  const sum = (isRefund: boolean) =>
    decimals((isRefund ? -1n : 1n) * of(isRefund).reduce((total, row) => total + scaled(row.amount), 0n), 2)
  const dashes = '-----------------------------------------'
  const counted = [
    `#交易合计：${of(false).length}笔，商家实收共${sum(false)}元，商家优惠共0.00元`,
    `#退款合计：${of(true).length}笔，商家实收退款共${sum(true)}元，商家优惠退款共0.00元`,
    '#导出时间：[2026年03月06日 10:12:13]',
  ]
  const lines = [
    '#支付宝业务明细查询',
    '#账号：[20880000000000000156]',
    '#起始日期：[2026年03月05日 00:00:00]   终止日期：[2026年03月06日 00:00:00]',
    `#${dashes}业务明细列表${dashes}`,
    columns.join(','),
    ...rows.map((row) => columns.map((column) => cell(row, column)).join(',')),
    ...(isCut ? [] : [`#${dashes}业务明细列表结束${dashes}`, ...(footer ?? counted)]),
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** The two GBK files of a day in their zip. */
export function alipayFile(rows: readonly AlipayRow[], options: AlipayOptions = {}): Uint8Array {
  const summary = '#支付宝业务汇总查询\r\n#-----------------------业务汇总列表-----------------------\r\n门店编号,门店名称\r\n'
  return zipSync({
    '20880000000000000156_20260305_业务明细.csv': encode(alipayText(rows, options), 'gbk'),
    '20880000000000000156_20260305_业务明细(汇总).csv': encode(summary, 'gbk'),
  })
}

export const ALIPAY_HEAD: readonly string[] = ALIPAY_COLUMNS

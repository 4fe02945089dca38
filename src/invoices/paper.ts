import type { invoiceRecords, invoiceReversals } from '#drizzle/schema'
import { showId } from '#src/core/ids'
import { formatYuan, type Money, minus, ZERO } from '#src/core/money'
import { text } from '#src/core/text'
import { businessDay, formatDateTime, type Instant } from '#src/core/time'
import { qrPicture } from '#src/payments/qr'
import { config } from '#src/platform/config'
import { setting } from '#src/settings/settings'
import { capitalAmount } from './capital-amount'
import type { TaxRate } from './tax'

type Invoice = typeof invoiceRecords.$inferSelect
type Reversal = typeof invoiceReversals.$inferSelect

/** What finance adds when it issues: under which number, with what tax inside, checked by which code, by whom and when. */
export type Issuing = { number: string; rate: TaxRate; tax: Money; checkCode: string; issuer: string; at: Instant }

/** What the accountant calls what was paid for; on recharge it is money for games to come, on consumption for games played. */
const ITEMS = { recharge: '游戏服务预充值', consumption: '游戏授权服务' } as const

const NOTE = '本凭证由平台出具，证明已受理并确认上述开票内容，不作为税务发票；数电发票以税务机关开具的文件为准。'

/** The words and figures of the receipt, for views/pdf/invoice.typ. It is a Chinese paper, whoever reads it. */
export const paperOf = (invoice: Invoice, operatorName: string, issuing: Issuing): object => ({
  ...frameOf(invoice, issuing),
  title: '开票凭证',
  isRed: false,
  ...figuresOf(invoice, invoice.amount, issuing),
  remarks: [
    ['运营商', operatorName],
    ['申请编号', showId('invoice', invoice.id)],
    ['申请时间', formatDateTime(invoice.createdAt)],
  ],
})

/** The paper of a red invoice: what it takes back of which blue one, and why. All its amounts are below zero. */
export const redPaperOf = (invoice: Invoice, reversal: Reversal, operatorName: string, issuing: Issuing): object => ({
  ...frameOf(invoice, issuing),
  title: '红字开票凭证',
  isRed: true,
  ...figuresOf(invoice, minus(ZERO, reversal.amount), { ...issuing, tax: minus(ZERO, issuing.tax) }),
  remarks: [
    ['对应蓝字编号', `${invoice.number}（${businessDay(invoice.reviewedAt!)} 开具，金额 ${formatYuan(invoice.amount)}）`],
    ['红冲原因', `${text('zh', `invoices.reversal.code.${reversal.reasonCode}`)}：${reversal.reason}`],
    ...(reversal.confirmationNo ? [['红字确认单', reversal.confirmationNo]] : []),
    ['运营商', operatorName],
    ['申请编号', showId('invoice', invoice.id)],
  ],
})

const frameOf = (invoice: Invoice, { number, checkCode, issuer, at }: Issuing) => ({
  product: text('zh', 'product.name'),
  note: NOTE,
  number,
  qr: qrPicture(checkAddress(number, checkCode)),
  scan: '扫码查验真伪与状态',
  facts: [
    ['编号', number],
    ['开具日期', formatDateTime(at)],
    ['校验码', checkCode.replace(/(\d{4})(?=\d)/g, '$1 ')],
    ['发票类型', text('zh', `invoices.type.${invoice.invoiceType}`)],
  ],
  parties: [
    ['购买方', [['名称', invoice.invoiceTitle], ['纳税人识别号', invoice.taxId], ...given(companyOf(invoice))]],
    ['销售方', sellerRows()],
  ],
  people: [['开票人', issuer]],
})

function figuresOf(invoice: Invoice, amount: Money, { rate, tax }: Issuing) {
  const net = formatYuan(minus(amount, tax))
  const taxed = rate === 'none' ? '***' : formatYuan(tax)
  const below = amount < ZERO
  return {
    heads: ['项目名称', '金额（不含税）', '税率', '税额'],
    line: [ITEMS[invoice.basis], net, rate === 'none' ? '不征税' : `${rate}%`, taxed],
    total: ['合计', net, '', taxed],
    capital: '价税合计（大写）',
    capitalAmount: `${below ? '（负数）' : ''}${capitalAmount(below ? minus(ZERO, amount) : amount)}`,
    small: '（小写）',
    amount: formatYuan(amount),
  }
}

/** Where anybody who holds the paper sees whether it is good. */
const checkAddress = (number: string, code: string): string => `${config().PUBLIC_URL}/invoices/check?number=${number}&code=${code}`

const companyOf = ({ bankName, bankAccount, companyAddress, companyPhone }: Invoice): [string, string | null][] => [
  ['地址', companyAddress],
  ['电话', companyPhone],
  ['开户银行', bankName],
  ['银行账号', bankAccount],
]

function sellerRows(): string[][] {
  const named = [
    ['名称', setting('invoice_seller_name')],
    ['纳税人识别号', setting('invoice_seller_tax_id')],
  ].map(([label, value]) => [label!, value || '（未设置）'])
  return [
    ...named,
    ...given([
      ['地址', setting('invoice_seller_address') || null],
      ['电话', setting('invoice_seller_phone') || null],
      ['开户银行', setting('invoice_seller_bank') || null],
      ['银行账号', setting('invoice_seller_account') || null],
    ]),
  ]
}

const given = (rows: [string, string | null][]): string[][] => rows.filter((row): row is [string, string] => row[1] !== null)

/** Whether the settings say who sells; without that a paper is worth little. */
export const isSellerKnown = (): boolean => setting('invoice_seller_name') !== '' && setting('invoice_seller_tax_id') !== ''

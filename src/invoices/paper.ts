import type { invoiceRecords } from '#drizzle/schema'
import { showId } from '#src/core/ids'
import { formatYuan } from '#src/core/money'
import { text } from '#src/core/text'
import { formatDateTime, type Instant } from '#src/core/time'
import { capitalAmount } from './capital-amount'

type Invoice = typeof invoiceRecords.$inferSelect

/** What the accountant calls what was paid for; on recharge it is money for games to come, on consumption for games played. */
const ITEMS = { recharge: '游戏服务预充值', consumption: '游戏授权服务' } as const

/** The words and figures of the receipt, for views/pdf/invoice.typ. It is a Chinese paper, whoever reads it. */
export function paperOf(invoice: Invoice, operatorName: string, number: string, at: Instant): object {
  return {
    product: text('zh', 'product.name'),
    title: '开票凭证',
    note: '本凭证由平台出具，证明已受理并确认上述开票内容，不作为税务发票；数电发票以税务机关开具的文件为准。',
    number,
    facts: [
      ['编号', number],
      ['发票类型', text('zh', `invoices.type.${invoice.invoiceType}`)],
      ['开具时间', formatDateTime(at)],
      ['申请时间', formatDateTime(invoice.createdAt)],
      ['运营商', operatorName],
      ['申请编号', showId('invoice', invoice.id)],
    ],
    buyer: '购买方',
    buyerFacts: [['名称', invoice.invoiceTitle], ['纳税人识别号', invoice.taxId], ...company(invoice)],
    item: '项目',
    amountHead: '金额（人民币）',
    itemName: ITEMS[invoice.basis],
    amount: formatYuan(invoice.amount),
    total: '合计',
    capital: '合计（大写）',
    capitalAmount: capitalAmount(invoice.amount),
  }
}

const company = ({ bankName, bankAccount, companyAddress, companyPhone }: Invoice): string[][] =>
  [
    ['开户银行', bankName],
    ['银行账号', bankAccount],
    ['地址', companyAddress],
    ['电话', companyPhone],
  ].filter((row): row is string[] => row[1] !== null)

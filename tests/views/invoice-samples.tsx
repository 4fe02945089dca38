import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { money } from '#src/core/money'
import { InvoicePage, WithdrawInvoicePage } from '#views/operator/invoice'
import { NO_TITLE } from '#views/operator/invoice-fields'
import { ApplyPage, NothingToInvoicePage } from '#views/operator/invoice-form'
import { DeleteTitlePage, TitleFormPage, TitlesPage } from '#views/operator/invoice-titles'
import { InvoiceablePage, InvoicesPage } from '#views/operator/invoices'
import { ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, NOTHING, NOW, operator, type Say } from './sample-props'

export const part = (rows: number, fen: number) => ({ rows, amount: money(fen) })
export const standing = {
  basis: 'recharge' as const,
  recharged: part(12, 1_200_000),
  refunded: part(1, 50_000),
  consumed: part(320, 900_000),
  issued: part(3, 600_000),
  reversed: part(0, 0),
  pending: part(1, 100_000),
  limit: money(1_150_000),
  left: money(450_000),
}
const nothing = part(0, 0)
const empty = { ...standing, recharged: nothing, refunded: nothing, issued: nothing, pending: nothing, limit: NOTHING, left: NOTHING }
export const red = { over: money(20_000), openedAt: ago(DAY) }

export function inWords(say: Say) {
  const invoice = (n: number, status: 'pending' | 'approved' | 'rejected' | 'cancelled', title = '杭州幻境数字娱乐有限公司') => ({
    id: id(n),
    number: status === 'approved' ? say(`FP202603-00000${n}`) : null,
    invoiceType: n % 2 ? ('vat_normal' as const) : ('vat_special' as const),
    invoiceTitle: say(title),
    taxId: say('91110000802100433B'),
    amount: money(100_000 * n),
    status,
    createdAt: ago(n * DAY),
    email: say('ops@example.com'),
    basis: 'recharge' as const,
    bankName: n % 2 ? null : say('招商银行杭州分行'),
    bankAccount: n % 2 ? null : say('571900000010001'),
    companyAddress: n % 2 ? null : say('浙江省杭州市西湖区延安路 98 号'),
    companyPhone: n % 2 ? null : say('0571-88880000'),
    pdfSha256: status === 'approved' ? new Uint8Array(32).fill(171) : null,
    reviewedAt: status === 'approved' || status === 'rejected' ? ago(DAY) : null,
    rejectReason: status === 'rejected' ? say('抬头与税号不一致，请核对后重新申请') : null,
    updatedAt: ago(60),
    operatorName: say('杭州幻境数字娱乐'),
    operatorUsername: say('hangzhou_mr'),
    reviewerName: say('王会计'),
    reviewNote: say('核对无误'),
    taxRate: status === 'approved' ? '6' : null,
    tax: status === 'approved' ? money(5_660 * n) : null,
    checkCode: status === 'approved' ? '1234567890123456' : null,
    reversed: NOTHING,
    taxNumber: null as string | null,
  })
  const reversal = (n: number, kind: 'void' | 'red', status: 'proposed' | 'issued' | 'rejected') => ({
    id: id(n + 50),
    invoiceId: id(2),
    operatorName: say('杭州幻境数字娱乐'),
    invoiceNumber: say('FP202603-000002'),
    kind,
    status,
    amount: money(20_000 * n),
    reasonCode: 'return' as const,
    reason: say('开票后客户退款，按退款金额红冲'),
    confirmationNo: n % 2 ? say('33012611220001') : null,
    number: kind === 'red' && status === 'issued' ? say('HZ202603-000001') : null,
    proposerName: say('王会计'),
    proposedAt: ago(2 * DAY),
    deciderName: status === 'proposed' ? null : say('李经理'),
    decidedAt: status === 'proposed' ? null : ago(DAY),
    rejectReason: status === 'rejected' ? say('金额与退款不一致，请核对后重新提交') : null,
  })
  const title = (n: number, name: string) => ({
    id: id(n),
    invoiceTitle: say(name),
    taxId: say('91110000802100433B'),
    email: n === 1 ? say('fapiao@example.com') : null,
    isDefault: n === 1,
    bankName: n === 1 ? say('招商银行杭州分行') : null,
    bankAccount: n === 1 ? say('571900000010001') : null,
    companyAddress: n === 1 ? say('延安路 98 号') : null,
    companyPhone: n === 1 ? say('0571-88880000') : null,
  })
  return { invoice, reversal, titles: [title(1, '杭州幻境数字娱乐有限公司'), title(2, LONG)] }
}

/** An operator's pages of invoices in their states. */
export function invoiceSamples(say: Say): Sample[] {
  return [...operatorSamples(say), ...titleSamples(say)]
}

function operatorSamples(say: Say): Sample[] {
  const { invoice, reversal, titles } = inWords(say)
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: operator(say, money(450_000)), page })
  const rows = [invoice(1, 'pending'), invoice(2, 'approved', LONG), invoice(3, 'rejected'), invoice(4, 'cancelled')]
  const list = {
    sums: { rows: 4, amount: money(1_000_000) },
    status: undefined,
    keyword: '',
    dates: dayRange({}, NOW),
    standing,
    red: null,
  }
  const none = { ...list, invoices: slice<(typeof rows)[number]>([]), sums: { rows: 0, amount: NOTHING } }
  const values = { ...NO_TITLE, amount: '', invoice_type: 'vat_normal', keep: true }
  const apply = { most: money(450_000), titles, chosen: id(1), values, errors: {}, message: null, formKey: id(99) }
  const wrong = {
    amount: say('最多可开 ¥4,500.00'),
    tax_id: say('第18位校验码应为“B”，现为“C”：请核对第1至8位与第18位'),
    bank_name: say('专用发票必填'),
  }
  const months = [
    { month: '2026-03', recharged: money(1_200_000), refunded: money(50_000), consumed: money(800_000), invoiced: money(600_000) },
    { month: '2024-02', recharged: NOTHING, refunded: NOTHING, consumed: money(100_000), invoiced: money(100_000) },
  ]
  const base = '/operator/invoices'
  return [
    at('invoices', base, <InvoicesPage {...list} invoices={slice(rows, null, id(4))} />),
    at('invoices-empty', base, <InvoicesPage {...none} standing={empty} />),
    at('invoices-none', `${base}?status=approved`, <InvoicesPage {...none} status="approved" keyword={say('没有这张')} />),
    at(
      'invoices-red',
      base,
      <InvoicesPage {...list} invoices={slice(rows)} standing={{ ...standing, basis: 'consumption', left: money(-20_000) }} red={red} />,
    ),
    at('invoiceable', `${base}/amount`, <InvoiceablePage standing={standing} months={months} red={red} />),
    at('invoiceable-empty', `${base}/amount`, <InvoiceablePage standing={empty} months={[]} red={null} />),
    at('invoice-apply', `${base}/new`, <ApplyPage {...apply} />),
    at('invoice-apply-refused', `${base}/new`, <ApplyPage {...apply} chosen={null} errors={wrong} message={say('请求频率超限')} />),
    at('invoice-nothing', `${base}/new`, <NothingToInvoicePage />),
    ...rows.map((one) => at(`invoice-${one.status}`, `${base}/${one.id}`, <InvoicePage invoice={one} reversals={[]} message={null} />)),
    at(
      'invoice-taken-back',
      `${base}/${id(2)}`,
      <InvoicePage
        invoice={{ ...invoice(2, 'approved'), reversed: money(20_000), taxNumber: say('26332000001234567890') }}
        reversals={[reversal(1, 'red', 'issued')]}
        message={null}
      />,
    ),
    at(
      'invoice-late',
      `${base}/${id(2)}`,
      <InvoicePage invoice={invoice(2, 'approved', LONG)} reversals={[]} message={say('该申请已处理，无法重复操作')} />,
    ),
    at('invoice-withdraw', `${base}/${id(1)}/withdrawal`, <WithdrawInvoicePage invoice={invoice(1, 'pending')} />),
  ]
}

function titleSamples(say: Say): Sample[] {
  const { titles } = inWords(say)
  const at = (name: string, path: string, page: VNode): Sample => ({
    name,
    path: `/operator/invoices/titles${path}`,
    viewer: operator(say, NOTHING),
    page,
  })
  const wrong = { invoice_title: say('至少2个字符'), email: say('邮箱格式错误') }
  return [
    at('titles', '', <TitlesPage titles={titles} />),
    at('titles-empty', '', <TitlesPage titles={[]} />),
    at('title-new', '/new', <TitleFormPage id={null} values={NO_TITLE} errors={{}} message={null} />),
    at('title-edit-refused', `/${id(1)}/edit`, <TitleFormPage id={id(1)} values={NO_TITLE} errors={wrong} message={say('名称已存在')} />),
    at('title-delete', `/${id(1)}/delete`, <DeleteTitlePage title={titles[0]!} />),
  ]
}

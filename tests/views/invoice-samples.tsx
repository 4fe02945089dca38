import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { money } from '#src/core/money'
import { InvoiceCasePage, InvoiceDeskPage } from '#views/finance/invoices'
import { InvoicePage, WithdrawInvoicePage } from '#views/operator/invoice'
import { NO_TITLE } from '#views/operator/invoice-fields'
import { ApplyPage, NothingToInvoicePage } from '#views/operator/invoice-form'
import { DeleteTitlePage, TitleFormPage, TitlesPage } from '#views/operator/invoice-titles'
import { InvoiceablePage, InvoicesPage } from '#views/operator/invoices'
import { ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, NOTHING, NOW, operator, type Say, staff } from './sample-props'

const part = (rows: number, fen: number) => ({ rows, amount: money(fen) })
const standing = {
  basis: 'recharge' as const,
  recharged: part(12, 1_200_000),
  refunded: part(1, 50_000),
  consumed: part(320, 900_000),
  issued: part(3, 600_000),
  pending: part(1, 100_000),
  limit: money(1_150_000),
  left: money(450_000),
}
const nothing = part(0, 0)
const empty = { ...standing, recharged: nothing, refunded: nothing, issued: nothing, pending: nothing, limit: NOTHING, left: NOTHING }
const red = { over: money(20_000), openedAt: ago(DAY) }

function inWords(say: Say) {
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
  return { invoice, titles: [title(1, '杭州幻境数字娱乐有限公司'), title(2, LONG)] }
}

/** The pages of invoices, the operator's and those of finance, in their states. */
export function invoiceSamples(say: Say): Sample[] {
  return [...operatorSamples(say), ...titleSamples(say), ...financeSamples(say)]
}

function operatorSamples(say: Say): Sample[] {
  const { invoice, titles } = inWords(say)
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
    ...rows.map((one) => at(`invoice-${one.status}`, `${base}/${one.id}`, <InvoicePage invoice={one} message={null} />)),
    at(
      'invoice-late',
      `${base}/${id(2)}`,
      <InvoicePage invoice={invoice(2, 'approved', LONG)} message={say('该申请已处理，无法重复操作')} />,
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

function financeSamples(say: Say): Sample[] {
  const { invoice } = inWords(say)
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: staff(say, 'finance', 'manager'), page })
  const rows = [invoice(1, 'pending'), invoice(2, 'pending', LONG)]
  const desk = { sums: { rows: 2, amount: money(300_000) }, status: 'pending' as const, keyword: '' }
  const none = slice<(typeof rows)[number]>([])
  const one = { standing, red: null, exceeds: false, mayReview: true, reason: '', error: undefined, message: null }
  return [
    at('desk-invoices', '/finance/invoices', <InvoiceDeskPage {...desk} invoices={slice(rows)} />),
    at('desk-invoices-empty', '/finance/invoices', <InvoiceDeskPage {...desk} invoices={none} sums={{ rows: 0, amount: NOTHING }} />),
    at(
      'desk-invoices-none',
      '/finance/invoices?status=all',
      <InvoiceDeskPage {...desk} status="all" keyword={say('无此抬头')} invoices={none} />,
    ),
    at('desk-invoice', `/finance/invoices/${id(1)}`, <InvoiceCasePage {...one} invoice={rows[0]!} />),
    at(
      'desk-invoice-refused',
      `/finance/invoices/${id(2)}`,
      <InvoiceCasePage
        {...one}
        invoice={rows[1]!}
        exceeds
        red={red}
        reason={say('太短')}
        error={say('至少10个字符')}
        message={say('该申请已处理')}
      />,
    ),
    at('desk-invoice-look', `/finance/invoices/${id(1)}`, <InvoiceCasePage {...one} invoice={rows[0]!} mayReview={false} />),
    at('desk-invoice-issued', `/finance/invoices/${id(4)}`, <InvoiceCasePage {...one} invoice={invoice(4, 'approved')} />),
    at('desk-invoice-rejected', `/finance/invoices/${id(3)}`, <InvoiceCasePage {...one} invoice={invoice(3, 'rejected')} />),
  ]
}

import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { money } from '#src/core/money'
import { InvoiceCasePage } from '#views/finance/invoice'
import { ReversalFormPage, ReversalReviewPage } from '#views/finance/invoice-reversal'
import { OverInvoicedPage, ReversalsPage } from '#views/finance/invoice-reversals'
import { InvoiceDeskPage } from '#views/finance/invoices'
import { PaperCheckPage } from '#views/public/paper-check'
import { inWords, part, red, standing } from './invoice-samples'
import { ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, NOTHING, NOW, type Say, staff } from './sample-props'

/** The pages of finance about invoices in their states, and the one for whoever holds a paper. */
export function invoiceDeskSamples(say: Say): Sample[] {
  return [...financeSamples(say), ...paperSamples(say)]
}

function financeSamples(say: Say): Sample[] {
  const { invoice, reversal } = inWords(say)
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: staff(say, 'finance', 'manager'), page })
  const rows = [invoice(1, 'pending'), invoice(2, 'pending', LONG)]
  const all = { status: 'pending' as const, type: undefined, tax: undefined, keyword: '', dates: dayRange({}, NOW) }
  const desk = { ...all, sums: { rows: 2, amount: money(300_000) }, counts: { pending: 2, proposed: 1, over: 0 } }
  const none = slice<(typeof rows)[number]>([])
  const nothingWrong = { values: {}, errors: {}, message: null }
  const one = { standing, red: null, reversals: [], exceeds: false, sellerMissing: false, mayReview: true, ...nothingWrong }
  const base = '/finance/invoices'
  return [
    at('desk-invoices', base, <InvoiceDeskPage {...desk} invoices={slice(rows)} />),
    at('desk-invoices-empty', base, <InvoiceDeskPage {...desk} invoices={none} sums={{ rows: 0, amount: NOTHING }} />),
    at(
      'desk-invoices-none',
      `${base}?status=all&type=vat_special&tax=missing&range=month`,
      <InvoiceDeskPage
        {...desk}
        status="all"
        type="vat_special"
        tax="missing"
        dates={dayRange({ range: 'month' }, NOW)}
        keyword={say('无此抬头')}
        invoices={none}
      />,
    ),
    at('desk-invoice', `${base}/${id(1)}`, <InvoiceCasePage {...one} sellerMissing invoice={rows[0]!} />),
    at(
      'desk-invoice-refused',
      `${base}/${id(2)}`,
      <InvoiceCasePage
        {...one}
        invoice={rows[1]!}
        exceeds
        red={red}
        values={{ reason: say('太短') }}
        errors={{ reason: say('至少10个字符') }}
        message={say('该申请已处理')}
      />,
    ),
    at('desk-invoice-look', `${base}/${id(1)}`, <InvoiceCasePage {...one} invoice={rows[0]!} mayReview={false} />),
    at('desk-invoice-issued', `${base}/${id(4)}`, <InvoiceCasePage {...one} invoice={invoice(4, 'approved')} />),
    at(
      'desk-invoice-tax-refused',
      `${base}/${id(4)}`,
      <InvoiceCasePage
        {...one}
        invoice={invoice(4, 'approved')}
        values={{ tax_number: say('2633') }}
        errors={{ tax_number: say('须为20位数电发票号码'), tax_file: say('须为 PDF、OFD 或 XML 文件') }}
      />,
    ),
    at(
      'desk-invoice-taken-back',
      `${base}/${id(2)}`,
      <InvoiceCasePage
        {...one}
        standing={{ ...standing, reversed: part(1, 20_000) }}
        invoice={{ ...invoice(2, 'approved', LONG), reversed: money(20_000), taxNumber: say('26332000001234567890') }}
        reversals={[reversal(2, 'red', 'proposed'), reversal(3, 'red', 'rejected'), reversal(1, 'red', 'issued')]}
      />,
    ),
    at(
      'desk-invoice-voided',
      `${base}/${id(2)}`,
      <InvoiceCasePage
        {...one}
        mayReview={false}
        invoice={{ ...invoice(2, 'approved'), status: 'cancelled', reversed: money(200_000) }}
        reversals={[reversal(10, 'void', 'issued')]}
      />,
    ),
    at('desk-invoice-rejected', `${base}/${id(3)}`, <InvoiceCasePage {...one} invoice={invoice(3, 'rejected')} />),
    ...reversalSamples(say, at),
  ]
}

function reversalSamples(say: Say, at: (name: string, path: string, page: VNode) => Sample): Sample[] {
  const { invoice, reversal } = inWords(say)
  const counts = { pending: 0, proposed: 1, over: 1 }
  const issued = invoice(2, 'approved', LONG)
  const base = '/finance/invoices'
  const values = { kind: 'void', amount: '2000.00', reason_code: 'mistake', reason: '', confirmation_no: '' }
  const wrong = { amount: say('红冲金额不能超过该发票尚未红冲的1800.00元'), reason: say('至少10个字符') }
  const review = { invoice: issued, isOwn: false, values: {}, errors: {}, message: null }
  const at2 = `${base}/${id(2)}`
  const waiting = reversal(2, 'red', 'proposed')
  return [
    at('reversals', `${base}/reversals`, <ReversalsPage status="proposed" counts={counts} reversals={slice([waiting])} />),
    at(
      'reversals-all',
      `${base}/reversals?status=all`,
      <ReversalsPage status="all" counts={counts} reversals={slice([reversal(1, 'red', 'issued'), reversal(3, 'void', 'rejected')])} />,
    ),
    at('reversals-empty', `${base}/reversals`, <ReversalsPage status="proposed" counts={counts} reversals={slice([])} />),
    at(
      'over-invoiced',
      `${base}/over`,
      <OverInvoicedPage
        counts={counts}
        tasks={[{ id: id(1), operatorName: say(LONG), operatorUsername: say('hangzhou_mr'), over: money(20_000), openedAt: ago(DAY) }]}
      />,
    ),
    at('over-invoiced-empty', `${base}/over`, <OverInvoicedPage counts={counts} tasks={[]} />),
    at('reversal-form', `${at2}/reversal`, <ReversalFormPage invoice={issued} mayVoid values={values} errors={{}} message={null} />),
    at(
      'reversal-form-refused',
      `${at2}/reversal`,
      <ReversalFormPage
        invoice={issued}
        mayVoid={false}
        values={{ ...values, kind: 'red' }}
        errors={wrong}
        message={say('该申请已处理')}
      />,
    ),
    at('reversal-review', `${at2}/reversals/${id(52)}/review`, <ReversalReviewPage {...review} reversal={waiting} />),
    at(
      'reversal-review-void',
      `${at2}/reversals/${id(52)}/review`,
      <ReversalReviewPage {...review} reversal={reversal(4, 'void', 'proposed')} />,
    ),
    at(
      'reversal-review-own',
      `${at2}/reversals/${id(52)}/review`,
      <ReversalReviewPage {...review} isOwn values={{ reason: say('短') }} errors={{ reason: say('至少10个字符') }} reversal={waiting} />,
    ),
    at(
      'reversal-review-late',
      `${at2}/reversals/${id(53)}/review`,
      <ReversalReviewPage {...review} reversal={reversal(3, 'red', 'rejected')} message={say('该申请已处理，无法重复操作')} />,
    ),
  ]
}

/** Whoever holds a paper asks whether it is good. */
function paperSamples(say: Say): Sample[] {
  const at = (name: string, page: VNode): Sample => ({ name, path: '/invoices/check', viewer: null, page })
  const asked = { number: say('FP202603-000001'), code: say('1234567890123456') }
  const paper = {
    number: say('FP202603-000001'),
    title: say(LONG),
    taxId: say('91110000802100433B'),
    amount: money(100_000),
    tax: money(5_660),
    taxRate: '6',
    issuedAt: ago(DAY),
    reversed: NOTHING,
    blueNumber: null,
  }
  const red = { ...paper, number: say('HZ202603-000001'), state: 'red' as const, reversed: null, blueNumber: say('FP202603-000001') }
  return [
    at('paper-check', <PaperCheckPage number="" code="" paper={undefined} />),
    at('paper-unknown', <PaperCheckPage {...asked} paper={null} />),
    at('paper-good', <PaperCheckPage {...asked} paper={{ ...paper, state: 'good' }} />),
    at('paper-partly', <PaperCheckPage {...asked} paper={{ ...paper, state: 'partly', reversed: money(20_000) }} />),
    at('paper-voided', <PaperCheckPage {...asked} paper={{ ...paper, state: 'voided', reversed: money(100_000) }} />),
    at('paper-red', <PaperCheckPage {...asked} paper={red} />),
  ]
}

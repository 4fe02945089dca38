import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { answers, answersFile, answersList, isoText, oneOf, orNull, wireId, words, yuanText } from '#src/core/answers'
import { INVOICE_STATES } from './queries'

/** What the invoices' routes answer (API 4 and 6). */

const invoice = {
  invoice_id: wireId('invoice'),
  invoice_number: orNull(words('FP202603-000001')),
  invoice_type: oneOf(['vat_normal', 'vat_special']),
  amount: yuanText,
  invoice_title: words('杭州幻境数字娱乐有限公司'),
  tax_id: words('91110000802100433B'),
  email: words('ops@example.com'),
  status: oneOf(INVOICE_STATES),
  pdf_url: orNull(words('/v1/operators/me/invoices/inv_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55/pdf')),
  reject_reason: orNull(words('抬头与税号不一致，请核对后重新申请')),
  reviewed_by: orNull(wireId('finance')),
  reviewed_at: orNull(isoText),
  created_at: isoText,
}

export const InvoicesAnswer = answersList(v.strictObject(invoice), { more: { invoiceable_amount: yuanText } })
export const InvoiceRequestedAnswer = answers(v.strictObject(invoice), { status: 201, message: '发票申请已提交，等待财务审核' })
export const InvoiceWithdrawnAnswer = answers(v.null(), { message: '发票申请已撤回', errors: ['INVOICE_NOT_FOUND'] })
export const InvoiceFileAnswer = answersFile(['application/pdf'], ['INVOICE_NOT_FOUND', 'INVOICE_NOT_READY'])

export const ReviewedInvoicesAnswer = answersList(
  v.strictObject({
    ...invoice,
    operator_id: wireId('operator'),
    operator_name: words('杭州幻境数字娱乐'),
    operator_category: oneOf(CATEGORIES),
  }),
)
export const InvoiceApprovedAnswer = answers(
  v.strictObject({
    invoice_id: wireId('invoice'),
    pdf_url: words('/v1/finance/invoices/inv_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55/pdf'),
  }),
  { message: '发票已批准并生成', errors: ['INVOICE_NOT_FOUND'] },
)
export const InvoiceRejectedAnswer = answers(v.null(), { message: '发票申请已拒绝', errors: ['INVOICE_NOT_FOUND'] })

const reversal = words('019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55')
export const ReversalProposedAnswer = answers(v.strictObject({ reversal_id: reversal, status: oneOf(['proposed']) }), {
  status: 201,
  message: '已提交，等待另一名财务人员复核',
  errors: ['INVOICE_NOT_FOUND'],
})
export const ReversalConfirmedAnswer = answers(
  v.strictObject({ reversal_id: reversal, invoice_id: wireId('invoice'), red_number: orNull(words('HZ202603-000001')) }),
  { message: '发票已作废或红冲', errors: ['RESOURCE_NOT_FOUND', 'SECOND_REVIEWER_REQUIRED'] },
)
export const ReversalRejectedAnswer = answers(v.null(), { message: '申请已驳回', errors: ['RESOURCE_NOT_FOUND'] })

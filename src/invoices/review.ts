import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { invoiceRecords } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { reason, text } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { formatYuan, larger, yuan, ZERO } from '#src/core/money'
import { brokenRule } from '#src/core/problem'
import { settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { config } from '#src/platform/config'
import type { Transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { setting } from '#src/settings/settings'
import { freeOf, invoiceableOf } from './invoiceable'
import { newCheckCode, nextNumber, writePaper } from './issue'
import { lockInvoice } from './lock'
import { isSellerKnown, paperOf } from './paper'
import { waiting } from './request'
import { taxIn } from './tax'

export const InvoiceApproval = v.object({ note: v.nullish(text(0, 200), null) })
export const InvoiceRejection = v.object({ reason })

/**
 * Issues an invoice: number, file on the disk, state, in that order, so that an issued invoice always has its file and a process that dies
 * in between leaves neither a gap in the numbers nor an invoice without a file. Repeating it after a lost lock writes the same file again.
 * Throws INVOICE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED; SELLER_MISSING in production; EXCEEDS_INVOICEABLE when a refund came after
 * the request).
 */
export async function approveInvoice(tx: Transaction, id: Uuid, note: string | null, { actor, origin, at }: PersonalAct): Promise<string> {
  const { invoice, operatorName } = await lockPending(tx, id)
  if (config().production && !isSellerKnown()) throw brokenRule('SELLER_MISSING', 'invoice_id')
  const free = freeOf(await invoiceableOf(invoice.operatorId, tx))
  if (invoice.amount > free) throw brokenRule('EXCEEDS_INVOICEABLE', 'invoice_id', { max_amount: yuan(larger(free, ZERO)) })
  faultPoint('invoice:locked')
  const number = await nextNumber(tx, at)
  faultPoint('invoice:numbered')
  const rate = setting('invoice_tax_rate')
  const [tax, checkCode] = [taxIn(invoice.amount, rate), newCheckCode()]
  const paper = paperOf(invoice, operatorName, { number, rate, tax, checkCode, issuer: actor.name, at })
  const { path, sha256 } = await writePaper(invoice.id, number, paper)
  faultPoint('invoice:written')
  await tx.db
    .update(invoiceRecords)
    .set({
      status: 'approved',
      number,
      taxRate: rate,
      tax,
      checkCode,
      pdfPath: path,
      pdfSha256: Buffer.from(sha256, 'hex'),
      reviewedBy: actor.id,
      reviewedAt: at,
      reviewNote: note || null,
      updatedAt: at,
    })
    .where(eq(invoiceRecords.id, id))
  faultPoint('invoice:approved')
  const content = `您申请的发票已开具：编号 ${number}，抬头「${invoice.invoiceTitle}」，金额 ${formatYuan(invoice.amount)}。可在发票页面下载开票凭证。`
  await notify(tx, [invoice.operatorId], { type: 'invoice', title: '发票已开具', content, relatedId: id }, at)
  await settleAlert(tx, waiting(id), at)
  const details = { operator_id: invoice.operatorId, number, amount: yuan(invoice.amount), tax_rate: rate, tax: yuan(tax), sha256, note }
  await record(tx, { actor, origin, operation: 'invoice_approve', target: { kind: 'invoice', id }, details }, at)
  faultPoint('invoice:recorded')
  return number
}

/** Refuses a request and tells the operator why; what it asked for may be asked for again. Throws like `approveInvoice`. */
export async function rejectInvoice(tx: Transaction, id: Uuid, why: string, { actor, origin, at }: PersonalAct): Promise<void> {
  const { invoice } = await lockPending(tx, id)
  await tx.db
    .update(invoiceRecords)
    .set({ status: 'rejected', rejectReason: why, reviewedBy: actor.id, reviewedAt: at, updatedAt: at })
    .where(eq(invoiceRecords.id, id))
  const content = `您申请的 ${formatYuan(invoice.amount)} 发票（抬头「${invoice.invoiceTitle}」）未通过审核，原因：${why}。修改后可以重新申请。`
  await notify(tx, [invoice.operatorId], { type: 'invoice', title: '发票申请未通过', content, relatedId: id }, at)
  await settleAlert(tx, waiting(id), at)
  const details = { operator_id: invoice.operatorId, amount: yuan(invoice.amount), reason: why }
  await record(tx, { actor, origin, operation: 'invoice_reject', target: { kind: 'invoice', id }, details }, at)
}

async function lockPending(tx: Transaction, id: Uuid) {
  const locked = await lockInvoice(tx, id)
  if (locked.invoice.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'invoice_id')
  return locked
}

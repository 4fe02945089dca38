import { and, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { invoiceRecords, operatorAccounts } from '#drizzle/schema'
import { requireOpenAccount } from '#src/accounts/lock'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { email, text, yuanBetween } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import { say } from '#src/core/validation'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import type { Transaction } from '#src/platform/database'
import { askable, invoiceableOf } from './invoiceable'
import { type COMPANY_FIELDS, companyEntries, taxId } from './titles'

type CompanyField = (typeof COMPANY_FIELDS)[number]

const fields = v.strictObject({
  amount: yuanBetween('0.01', '9999999999.99'),
  invoice_title: text(2, 128),
  tax_id: taxId,
  email: v.nullish(email, null),
  invoice_type: v.optional(v.picklist(['vat_normal', 'vat_special']), 'vat_normal'),
  ...companyEntries,
})
type Fields = v.InferOutput<typeof fields>

/** A special invoice names the company's bank and seat. */
const needed = (field: CompanyField) =>
  v.forward<Fields, v.CheckIssue<Fields>, [CompanyField]>(
    v.check(
      (asked) => asked.invoice_type !== 'vat_special' || asked[field] !== null,
      say('专用发票必填', 'is required for a special invoice'),
    ),
    [field],
  )

/** What an operator says when it asks for an invoice (API 4). */
export const InvoiceInput = v.pipe(fields, needed('bank_name'), needed('bank_account'), needed('company_address'), needed('company_phone'))
export type InvoiceInput = v.InferOutput<typeof InvoiceInput>

/**
 * Asks for an invoice; finance is told. Throws INVALID_PARAMS (EXCEEDS_INVOICEABLE with `max_amount`) for more than may be invoiced: the
 * operator's lock is held from that look to COMMIT, so that requests at once never ask for more together. With a key the same form twice
 * is one request.
 */
export async function requestInvoice(
  tx: Transaction,
  operatorId: Uuid,
  input: InvoiceInput,
  { actor, origin, at }: PersonalAct,
  key: string | null = null,
): Promise<Uuid> {
  await requireOpenAccount(tx, operatorId)
  const before = key === null ? undefined : await requestedBefore(tx, operatorId, key)
  if (before) return before
  const standing = await invoiceableOf(operatorId, tx)
  if (input.amount > askable(standing)) throw brokenRule('EXCEEDS_INVOICEABLE', 'amount', { max_amount: yuan(askable(standing)) })
  const [own] = await tx.db.select({ email: operatorAccounts.email }).from(operatorAccounts).where(eq(operatorAccounts.id, operatorId))
  const id = newId()
  await tx.db.insert(invoiceRecords).values({
    id,
    operatorId,
    invoiceType: input.invoice_type,
    amount: input.amount,
    invoiceTitle: input.invoice_title,
    taxId: input.tax_id,
    email: input.email ?? own!.email,
    bankName: input.bank_name,
    bankAccount: input.bank_account,
    companyAddress: input.company_address,
    companyPhone: input.company_phone,
    basis: standing.basis,
    idempotencyKey: key,
    createdAt: at,
    updatedAt: at,
  })
  const details = { amount: yuan(input.amount), invoice_title: input.invoice_title, tax_id: input.tax_id, invoice_type: input.invoice_type }
  const alert = { amount: yuan(input.amount), invoice_title: input.invoice_title }
  await raiseAlert(tx, { ...waiting(id), audience: 'finance', operatorId, details: alert }, at)
  await record(tx, { actor, origin, operation: 'invoice_request', target: { kind: 'invoice', id }, details }, at)
  return id
}

/** The alert of an invoice that waits for finance. */
export const waiting = (id: Uuid) => ({ kind: 'invoice_pending' as const, subject: showId('invoice', id) })

async function requestedBefore(tx: Transaction, operatorId: Uuid, key: string): Promise<Uuid | undefined> {
  const [known] = await tx.db
    .select({ id: invoiceRecords.id })
    .from(invoiceRecords)
    .where(and(eq(invoiceRecords.operatorId, operatorId), eq(invoiceRecords.idempotencyKey, key)))
  return known?.id
}

/** Takes a request back while it waits. Throws INVOICE_NOT_FOUND, also for somebody else's, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function withdrawInvoice(tx: Transaction, operatorId: Uuid, id: Uuid, { actor, origin, at }: PersonalAct): Promise<void> {
  await requireOpenAccount(tx, operatorId)
  const [invoice] = await tx.db
    .select()
    .from(invoiceRecords)
    .where(and(eq(invoiceRecords.id, id), eq(invoiceRecords.operatorId, operatorId)))
    .for('no key update')
  if (!invoice) throw new Problem('INVOICE_NOT_FOUND', { id: showId('invoice', id) })
  if (invoice.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'invoice_id')
  await tx.db.update(invoiceRecords).set({ status: 'cancelled', updatedAt: at }).where(eq(invoiceRecords.id, id))
  await settleAlert(tx, waiting(id), at)
  const details = { amount: yuan(invoice.amount) }
  await record(tx, { actor, origin, operation: 'invoice_cancel', target: { kind: 'invoice', id }, details }, at)
}

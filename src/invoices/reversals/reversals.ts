import { and, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { invoiceRecords as invoices, invoiceTaxFiles, invoiceReversals as reversals } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { reason, yuanBetween } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { formatYuan, minus, plus, yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { startOfMonth } from '#src/core/time'
import { say } from '#src/core/validation'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { type Transaction, violatedConstraint } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { type IssuedFile, newCheckCode, nextRedNumber, writePaper } from '../issue'
import { lockInvoice } from '../lock'
import { redPaperOf } from '../paper'
import { taxInPart } from '../tax'

/** Why tax law lets an invoice be taken back: made out wrong, returned, ended, or a price that was lowered. */
const REVERSAL_CODES = ['mistake', 'return', 'ended', 'allowance'] as const
const REVERSAL_KINDS = ['void', 'red'] as const

export const ReversalInput = v.strictObject({
  kind: v.picklist(REVERSAL_KINDS, say('请选择作废或红冲', 'choose voiding or a red invoice')),
  amount: yuanBetween('0.01', '9999999999.99'),
  reason_code: v.picklist(REVERSAL_CODES, say('请选择原因类别', 'choose the kind of reason')),
  reason,
  confirmation_no: v.nullish(
    v.pipe(v.string(), v.trim(), v.regex(/^[0-9A-Za-z]{4,32}$/, say('须为4-32位字母或数字', 'must be 4-32 letters or digits'))),
    null,
  ),
})
export type ReversalInput = v.InferOutput<typeof ReversalInput>
export const ReversalRejection = v.strictObject({ reason })

type Invoice = typeof invoices.$inferSelect
type Reversal = typeof reversals.$inferSelect

/** The alert of a reversal that waits for its second person; an invoice has one at a time. */
const waiting = (invoiceId: Uuid) => ({ kind: 'invoice_reversal_review' as const, subject: showId('invoice', invoiceId) })

/**
 * Asks to take an issued invoice back, whole or in part; another person decides. Throws INVOICE_NOT_FOUND, INVALID_PARAMS
 * (ALREADY_PROCESSED for one that is not issued or has a reversal waiting, VOID_TOO_LATE, EXCEEDS_INVOICE).
 */
export async function proposeReversal(tx: Transaction, invoiceId: Uuid, input: ReversalInput, act: PersonalAct): Promise<Uuid> {
  const { actor, origin, at } = act
  const { invoice } = await lockInvoice(tx, invoiceId)
  await requirePossible(tx, invoice, input, act)
  const id = newId()
  await orWaiting(() =>
    tx.db.insert(reversals).values({
      id,
      invoiceId,
      operatorId: invoice.operatorId,
      kind: input.kind,
      amount: input.amount,
      reasonCode: input.reason_code,
      reason: input.reason,
      confirmationNo: input.confirmation_no,
      proposedBy: actor.id,
      proposedAt: at,
    }),
  )
  const facts = { number: invoice.number!, amount: yuan(input.amount), kind: input.kind }
  await raiseAlert(tx, { ...waiting(invoiceId), audience: 'finance', operatorId: invoice.operatorId, details: facts }, at)
  const details = { operator_id: invoice.operatorId, ...facts, reason_code: input.reason_code, reason: input.reason }
  await record(tx, { actor, origin, operation: 'invoice_reversal_propose', target: { kind: 'invoice', id: invoiceId }, details }, at)
  return id
}

/**
 * A second person takes the invoice back: voided it keeps its number and counts no more; a red invoice gets number, tax part and paper, in
 * that order, like the blue one. What was taken back may be invoiced anew. Throws like `proposeReversal`, SECOND_REVIEWER_REQUIRED for who
 * proposed it.
 */
export async function confirmReversal(tx: Transaction, id: Uuid, act: PersonalAct): Promise<string | null> {
  const { actor, origin, at } = act
  const { reversal, invoice, operatorName } = await lockProposed(tx, id)
  if (reversal.proposedBy === actor.id) throw new Problem('SECOND_REVIEWER_REQUIRED', { invoice_id: showId('invoice', invoice.id) })
  await requirePossible(tx, invoice, reversal, act)
  faultPoint('reversal:locked')
  const issued = reversal.kind === 'red' ? await issueRed(tx, invoice, reversal, operatorName, act) : null
  faultPoint('reversal:written')
  await tx.db
    .update(reversals)
    .set({ status: 'issued', decidedBy: actor.id, decidedAt: at, ...issued })
    .where(eq(reversals.id, id))
  await tx.db
    .update(invoices)
    .set({
      reversed: plus(invoice.reversed, reversal.amount),
      ...(reversal.kind === 'void' && { status: 'cancelled' as const }),
      updatedAt: at,
    })
    .where(eq(invoices.id, invoice.id))
  await notify(tx, [invoice.operatorId], told(invoice, reversal, issued?.number ?? null), at)
  await settleAlert(tx, waiting(invoice.id), at)
  const details = {
    ...factsOf(invoice, reversal),
    red_number: issued?.number ?? null,
    before: { status: invoice.status, reversed: yuan(invoice.reversed) },
    after: { status: reversal.kind === 'void' ? 'cancelled' : 'approved', reversed: yuan(plus(invoice.reversed, reversal.amount)) },
  }
  await record(tx, { actor, origin, operation: 'invoice_reversal_confirm', target: { kind: 'invoice', id: invoice.id }, details }, at)
  faultPoint('reversal:recorded')
  return issued?.number ?? null
}

/** The proposal is dropped, by whoever made it or by another; the invoice stands as it was. Throws like `confirmReversal`. */
export async function rejectReversal(tx: Transaction, id: Uuid, why: string, { actor, origin, at }: PersonalAct): Promise<void> {
  const { reversal, invoice } = await lockProposed(tx, id)
  await tx.db
    .update(reversals)
    .set({ status: 'rejected', rejectReason: why, decidedBy: actor.id, decidedAt: at })
    .where(eq(reversals.id, id))
  await settleAlert(tx, waiting(invoice.id), at)
  const details = { ...factsOf(invoice, reversal), reason: why }
  await record(tx, { actor, origin, operation: 'invoice_reversal_reject', target: { kind: 'invoice', id: invoice.id }, details }, at)
}

/** Number, tax part and paper of a red invoice. */
async function issueRed(tx: Transaction, invoice: Invoice, reversal: Reversal, operatorName: string, { actor, at }: PersonalAct) {
  const number = await nextRedNumber(tx, at)
  faultPoint('reversal:numbered')
  const rate = invoice.taxRate ?? 'none'
  const [tax, checkCode] = [taxInPart(invoice.reversed, reversal.amount, rate), newCheckCode()]
  const paper = redPaperOf(invoice, reversal, operatorName, { number, rate, tax, checkCode, issuer: actor.name, at })
  const { path, sha256 }: IssuedFile = await writePaper(reversal.id, number, paper)
  return { number, tax, checkCode, pdfPath: path, pdfSha256: Buffer.from(sha256, 'hex') }
}

/** An issued invoice of which so much is left; a whole one of this month, unknown to the tax authority, where it is to be voided. */
async function requirePossible(
  tx: Transaction,
  invoice: Invoice,
  { kind, amount }: Pick<Reversal, 'kind' | 'amount'>,
  { at }: PersonalAct,
) {
  if (invoice.status !== 'approved') throw brokenRule('ALREADY_PROCESSED', 'invoice_id')
  const left = minus(invoice.amount, invoice.reversed)
  if (amount > left) throw brokenRule('EXCEEDS_INVOICE', 'amount', { max_amount: yuan(left) })
  if (kind === 'red') return
  if (amount !== invoice.amount) throw invalidField('amount', '作废须为发票全额', 'must be the whole invoice to void it')
  if (!isVoidable(invoice, at) || (await hasTaxFile(tx, invoice.id))) throw brokenRule('VOID_TOO_LATE', 'kind')
}

/** Before the month's books are made and while nothing of it was taken back; the tax file is looked for apart. */
export const isVoidable = ({ status, reviewedAt, reversed }: Pick<Invoice, 'status' | 'reviewedAt' | 'reversed'>, at: PersonalAct['at']) =>
  status === 'approved' && reversed === 0n && reviewedAt !== null && reviewedAt >= startOfMonth(at)

async function hasTaxFile(tx: Transaction, invoiceId: Uuid): Promise<boolean> {
  const [file] = await tx.db
    .select({ id: invoiceTaxFiles.id })
    .from(invoiceTaxFiles)
    .where(eq(invoiceTaxFiles.invoiceId, invoiceId))
    .limit(1)
  return file !== undefined
}

async function orWaiting(write: () => PromiseLike<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violatedConstraint(error) === 'one_open_reversal') throw brokenRule('ALREADY_PROCESSED', 'invoice_id')
    throw error
  }
}

/** Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
async function lockProposed(tx: Transaction, id: Uuid) {
  const [seen] = await tx.db.select({ invoiceId: reversals.invoiceId }).from(reversals).where(eq(reversals.id, id))
  if (!seen) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  const locked = await lockInvoice(tx, seen.invoiceId)
  const [reversal] = await tx.db
    .select()
    .from(reversals)
    .where(and(eq(reversals.id, id), eq(reversals.status, 'proposed')))
    .for('no key update')
  if (!reversal) throw brokenRule('ALREADY_PROCESSED', 'reversal_id')
  return { reversal, ...locked }
}

const factsOf = ({ operatorId, number }: Invoice, { kind, amount }: Reversal) => ({
  operator_id: operatorId,
  number,
  kind,
  amount: yuan(amount),
})

function told({ id, number, invoiceTitle }: Invoice, { kind, amount, reason: why }: Reversal, redNumber: string | null) {
  const content =
    kind === 'void'
      ? `发票 ${number}（抬头「${invoiceTitle}」，金额 ${formatYuan(amount)}）已作废，原因：${why}。金额已回到可开票金额，可以重新申请。`
      : `发票 ${number}（抬头「${invoiceTitle}」）已红冲 ${formatYuan(amount)}，红字编号 ${redNumber}，原因：${why}。可在发票页面下载红字凭证。`
  return { type: 'invoice', title: kind === 'void' ? '发票已作废' : '发票已红冲', content, relatedId: id } as const
}

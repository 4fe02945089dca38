import { and, eq, isNull } from 'drizzle-orm'
import * as v from 'valibot'
import { invoiceTaxFiles } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { say } from '#src/core/validation'
import { notify } from '#src/notifications/messages'
import { read, type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { MOST_UPLOAD_BYTES } from '#src/platform/upload'
import { keepFile, keptFile } from './issue'
import { lockInvoice } from './lock'

/** 8 digits on paper, 20 on what is only data (数电发票). */
export const TaxFileInput = v.strictObject({
  tax_number: v.pipe(
    v.string(),
    v.transform((given) => given.replace(/\s/g, '')),
    v.regex(/^(\d{8}|\d{20})$/, say('须为20位数电发票号码，或8位纸质发票号码', 'must be 20 digits, or the 8 of a paper invoice')),
  ),
})
export type TaxFileInput = v.InferOutput<typeof TaxFileInput>

type TaxFile = typeof invoiceTaxFiles.$inferSelect
type FileType = TaxFile['type']

/** What the tax authority gives out, by its first bytes: PDF, OFD (a zip), XML. */
const BEGINNINGS: readonly (readonly [FileType, string])[] = [
  ['pdf', '%PDF-'],
  ['ofd', 'PK\u0003\u0004'],
  ['xml', '<?xml'],
  ['xml', '\u00ef\u00bb\u00bf<?xml'],
]
const MEDIA: Readonly<Record<FileType, string>> = { pdf: 'application/pdf', ofd: 'application/ofd', xml: 'application/xml' }

/**
 * Keeps the tax authority's own file of an issued invoice and tells the operator; a second one takes the place of the first, which stays
 * for whoever asks later. The file is on the disk before the row that names it. Throws INVOICE_NOT_FOUND, INVALID_PARAMS
 * (ALREADY_PROCESSED for an invoice that is not issued, a number that another invoice has, what is no such file).
 */
export async function attachTaxFile(invoiceId: Uuid, { tax_number }: TaxFileInput, bytes: Uint8Array | undefined, act: PersonalAct) {
  const type = typeOf(bytes)
  const id = newId()
  const path = `tax/${id}.${type}`
  await keepFile(path, bytes!)
  const sha256 = new Bun.CryptoHasher('sha256').update(bytes!).digest('hex')
  const facts = { taxNumber: tax_number, path, type, size: bytes!.byteLength, sha256: Buffer.from(sha256, 'hex') }
  await transaction((tx) => attach(tx, { id, invoiceId, ...facts }, act))
}

function typeOf(bytes: Uint8Array | undefined): FileType {
  if (!bytes) throw invalidField('tax_file', '请选择税务发票文件', 'is required')
  if (bytes.byteLength > MOST_UPLOAD_BYTES) throw invalidField('tax_file', '文件最大 5 MB', 'may have at most 5 MB')
  const head = String.fromCharCode(...bytes.subarray(0, 8))
  const type = BEGINNINGS.find(([, beginning]) => head.startsWith(beginning))?.[0]
  if (!type) throw invalidField('tax_file', '须为 PDF、OFD 或 XML 文件', 'must be a PDF, OFD or XML file')
  return type
}

async function attach(tx: Transaction, file: Omit<TaxFile, 'uploadedBy' | 'uploadedAt' | 'replacedAt'>, act: PersonalAct): Promise<void> {
  const { actor, origin, at } = act
  const { invoice } = await lockInvoice(tx, file.invoiceId)
  if (invoice.status !== 'approved') throw brokenRule('ALREADY_PROCESSED', 'invoice_id')
  const [before] = await tx.db
    .update(invoiceTaxFiles)
    .set({ replacedAt: at })
    .where(and(eq(invoiceTaxFiles.invoiceId, invoice.id), isNull(invoiceTaxFiles.replacedAt)))
    .returning({ taxNumber: invoiceTaxFiles.taxNumber })
  try {
    await tx.db.insert(invoiceTaxFiles).values({ ...file, uploadedBy: actor.id, uploadedAt: at })
  } catch (error) {
    if (violatedConstraint(error) !== 'one_invoice_per_tax_number') throw error
    throw invalidField('tax_number', '该号码已用于另一张发票', 'belongs to another invoice')
  }
  const content = `发票 ${invoice.number}（抬头「${invoice.invoiceTitle}」）的税务发票已上传，发票号码 ${file.taxNumber}，可在发票页面下载。`
  await notify(tx, [invoice.operatorId], { type: 'invoice', title: '税务发票已上传', content, relatedId: invoice.id }, at)
  const details = {
    operator_id: invoice.operatorId,
    number: invoice.number,
    before: { tax_number: before?.taxNumber ?? null },
    after: { tax_number: file.taxNumber, sha256: Buffer.from(file.sha256).toString('hex') },
  }
  await record(tx, { actor, origin, operation: 'invoice_tax_file', target: { kind: 'invoice', id: invoice.id }, details }, at)
}

/** The present tax file of an invoice, for whoever may see the invoice. Throws INVOICE_NOT_READY where there is none. */
export async function taxFileResponse(invoiceId: Uuid): Promise<Response> {
  const [file] = await read()
    .select()
    .from(invoiceTaxFiles)
    .where(and(eq(invoiceTaxFiles.invoiceId, invoiceId), isNull(invoiceTaxFiles.replacedAt)))
  if (!file) throw new Problem('INVOICE_NOT_READY', { status: 'no_tax_file' })
  const bytes = await keptFile(file.path, file.sha256)
  return new Response(bytes, { headers: attachment(`tax_invoice_${file.taxNumber}.${file.type}`, MEDIA[file.type]) })
}

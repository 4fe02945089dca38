import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { invoiceRecords } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { businessDay, type Instant } from '#src/core/time'
import { config } from '#src/platform/config'
import type { Transaction } from '#src/platform/database'
import { writeFileWhole } from '#src/platform/files'
import { pdfBytes } from '#src/platform/pdf'
import { paperOf } from './paper'

type Invoice = typeof invoiceRecords.$inferSelect

/**
 * The next number, `FP202603-000001`: from 1 on in every month of Asia/Shanghai, without a gap. The month's row stays locked until COMMIT
 * and a rolled-back approval gives its number back.
 */
export async function nextNumber(tx: Transaction, at: Instant): Promise<string> {
  const month = businessDay(at).slice(0, 7).replace('-', '')
  const [row] = await tx.sql<{ last: number }[]>`
    INSERT INTO invoice_numbers AS n (month, last) VALUES (${month}, 1)
    ON CONFLICT (month) DO UPDATE SET last = n.last + 1 RETURNING last`
  return `FP${month}-${String(row!.last).padStart(6, '0')}`
}

export type IssuedFile = { path: string; sha256: string }

/**
 * Makes the document and writes it to the disk, whole and for good, before anybody says that it exists. The name carries what is in it:
 * an approval that died and is done anew, maybe under another number, never overwrites and never meets what the dead one wrote.
 */
export async function writeInvoice(invoice: Invoice, operatorName: string, number: string, at: Instant): Promise<IssuedFile> {
  const bytes = await pdfBytes('invoice', paperOf(invoice, operatorName, number, at))
  const sha256 = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  const path = `${number.slice(2, 8)}/${invoice.id}-${sha256.slice(0, 16)}.pdf`
  await writeFileWhole(placeOf(path), one(bytes))
  const file = await open(placeOf(path), 'r+')
  await file.sync().finally(() => file.close())
  return { path, sha256 }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Paths are kept relative, so that the folder may move with its backup. */
const placeOf = (path: string): string => join(config().DATA_DIR, 'invoices', path)

/** What an issued invoice's file holds. Throws INVOICE_NOT_READY before it is issued; an Error when the disk has something else. */
export async function invoiceFile(invoice: Pick<Invoice, 'id' | 'status' | 'number' | 'pdfPath' | 'pdfSha256'>): Promise<InvoiceFile> {
  const { id, status, number, pdfPath, pdfSha256 } = invoice
  if (!number || !pdfPath || !pdfSha256) throw new Problem('INVOICE_NOT_READY', { status })
  const bytes = await Bun.file(placeOf(pdfPath)).bytes()
  const digest = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  if (digest !== Buffer.from(pdfSha256).toString('hex')) throw new Error(`the file of invoice ${id} is not the one that was issued`)
  return { name: `invoice_${number.replace('-', '_')}.pdf`, bytes }
}
export type InvoiceFile = { name: string; bytes: Uint8Array<ArrayBuffer> }

/** Where finance and the operator each take the file. */
export const pdfAddress = (door: 'operator' | 'finance', id: Uuid): string =>
  `/v1/${door === 'operator' ? 'operators/me' : 'finance'}/invoices/${showId('invoice', id)}/pdf`

import { randomInt } from 'node:crypto'
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

type Invoice = typeof invoiceRecords.$inferSelect

const monthOf = (at: Instant): string => businessDay(at).slice(0, 7).replace('-', '')
const numberOf = (series: 'FP' | 'HZ', month: string, last: number): string => `${series}${month}-${String(last).padStart(6, '0')}`

/**
 * The next number, `FP202603-000001`: from 1 on in every month of Asia/Shanghai, without a gap. The month's row stays locked until COMMIT
 * and a rolled-back approval gives its number back.
 */
export async function nextNumber(tx: Transaction, at: Instant): Promise<string> {
  const month = monthOf(at)
  const [row] = await tx.sql<{ last: number }[]>`
    INSERT INTO invoice_numbers AS n (month, last) VALUES (${month}, 1)
    ON CONFLICT (month) DO UPDATE SET last = n.last + 1 RETURNING last`
  return numberOf('FP', month, row!.last)
}

/** The next red number, `HZ202603-000001`: a series of its own, as dense as the blue one. */
export async function nextRedNumber(tx: Transaction, at: Instant): Promise<string> {
  const month = monthOf(at)
  const [row] = await tx.sql<{ last: number }[]>`
    INSERT INTO invoice_red_numbers AS n (month, last) VALUES (${month}, 1)
    ON CONFLICT (month) DO UPDATE SET last = n.last + 1 RETURNING last`
  return numberOf('HZ', month, row!.last)
}

/** Printed on the paper: whoever holds it may ask whether it is good, nobody finds one by trying. */
export const newCheckCode = (): string => Array.from({ length: 4 }, () => String(randomInt(10_000)).padStart(4, '0')).join('')

export type IssuedFile = { path: string; sha256: string }

/**
 * Makes the document of an invoice or a reversal and writes it to the disk, whole and for good, before anybody says that it exists. The
 * name carries what is in it: an approval that died and is done anew, maybe under another number, never overwrites and never meets what
 * the dead one wrote.
 */
export async function writePaper(id: Uuid, number: string, paper: object): Promise<IssuedFile> {
  const bytes = await pdfBytes('invoice', paper)
  const sha256 = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  const path = `${number.slice(2, 8)}/${id}-${sha256.slice(0, 16)}.pdf`
  await keepFile(path, bytes)
  return { path, sha256 }
}

/** Writes a file beside the papers and waits until the disk has it. */
export async function keepFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeFileWhole(placeOf(path), one(bytes))
  const file = await open(placeOf(path), 'r+')
  await file.sync().finally(() => file.close())
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Paths are kept relative, so that the folder may move with its backup. */
const placeOf = (path: string): string => join(config().DATA_DIR, 'invoices', path)

/** What was written, unless the disk has something else by now. */
export async function keptFile(path: string, sha256: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await Bun.file(placeOf(path)).bytes()
  const digest = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  if (digest !== Buffer.from(sha256).toString('hex')) throw new Error(`the file ${path} is not the one that was issued`)
  return bytes
}

type Papered = Pick<Invoice, 'number' | 'pdfPath' | 'pdfSha256'> & { status: string }

/** What an issued invoice's file holds. Throws INVOICE_NOT_READY before it is issued; an Error when the disk has something else. */
export async function invoiceFile({ status, number, pdfPath, pdfSha256 }: Papered): Promise<InvoiceFile> {
  if (!number || !pdfPath || !pdfSha256) throw new Problem('INVOICE_NOT_READY', { status })
  return { name: `invoice_${number.replace('-', '_')}.pdf`, bytes: await keptFile(pdfPath, pdfSha256) }
}
export type InvoiceFile = { name: string; bytes: Uint8Array<ArrayBuffer> }

/** Where finance and the operator each take the file. */
export const pdfAddress = (door: 'operator' | 'finance', id: Uuid): string =>
  `/v1/${door === 'operator' ? 'operators/me' : 'finance'}/invoices/${showId('invoice', id)}/pdf`

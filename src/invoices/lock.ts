import { eq } from 'drizzle-orm'
import { invoiceRecords } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { lockOperators } from '#src/ledger/lock'
import type { Transaction } from '#src/platform/database'

type Locked = { invoice: typeof invoiceRecords.$inferSelect; operatorName: string }

/** The operator's lock first, like everybody who asks or moves money; then the invoice, as it stands under it. Throws INVOICE_NOT_FOUND. */
export async function lockInvoice(tx: Transaction, id: Uuid): Promise<Locked> {
  const [owner] = await tx.db.select({ id: invoiceRecords.operatorId }).from(invoiceRecords).where(eq(invoiceRecords.id, id))
  if (!owner) throw new Problem('INVOICE_NOT_FOUND', { id: showId('invoice', id) })
  const [operator] = await lockOperators(tx, { ids: [owner.id] })
  const [invoice] = await tx.db.select().from(invoiceRecords).where(eq(invoiceRecords.id, id)).for('no key update')
  return { invoice: invoice!, operatorName: operator!.name }
}

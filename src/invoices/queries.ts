import { and, desc, eq, gt, gte, ilike, lt, or, type SQL, sql } from 'drizzle-orm'
import { adminAccounts, invoiceRedTasks, invoiceRecords as invoices, operatorAccounts } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { type Money, yuan } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { type Instant, iso, type Stretch } from '#src/core/time'
import { read } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import { pdfAddress } from './issue'

export const INVOICE_STATES = ['pending', 'approved', 'rejected', 'cancelled'] as const
type InvoiceState = (typeof INVOICE_STATES)[number]

/** Which invoices are meant; what is not said means all. */
export type InvoiceFilter = { status?: InvoiceState | undefined; keyword?: string; stretch?: Partial<Stretch> | null }

const selectInvoices = () =>
  read()
    .select({
      id: invoices.id,
      operatorId: invoices.operatorId,
      operatorName: operatorAccounts.name,
      operatorUsername: operatorAccounts.username,
      operatorCategory: operatorAccounts.category,
      invoiceType: invoices.invoiceType,
      amount: invoices.amount,
      invoiceTitle: invoices.invoiceTitle,
      taxId: invoices.taxId,
      email: invoices.email,
      bankName: invoices.bankName,
      bankAccount: invoices.bankAccount,
      companyAddress: invoices.companyAddress,
      companyPhone: invoices.companyPhone,
      basis: invoices.basis,
      status: invoices.status,
      number: invoices.number,
      pdfPath: invoices.pdfPath,
      pdfSha256: invoices.pdfSha256,
      reviewedBy: invoices.reviewedBy,
      reviewerName: adminAccounts.name,
      reviewedAt: invoices.reviewedAt,
      rejectReason: invoices.rejectReason,
      reviewNote: invoices.reviewNote,
      createdAt: invoices.createdAt,
      updatedAt: invoices.updatedAt,
    })
    .from(invoices)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, invoices.operatorId))
    .leftJoin(adminAccounts, eq(adminAccounts.id, invoices.reviewedBy))

export type ListedInvoice = Awaited<ReturnType<typeof selectInvoices>>[number]

function meant({ status, keyword, stretch }: InvoiceFilter, operatorId: Uuid | undefined): SQL | undefined {
  const pattern = keyword ? likePattern(keyword) : undefined
  return and(
    operatorId ? eq(invoices.operatorId, operatorId) : undefined,
    status ? eq(invoices.status, status) : undefined,
    stretch?.from ? gte(invoices.createdAt, stretch.from) : undefined,
    stretch?.to ? lt(invoices.createdAt, stretch.to) : undefined,
    pattern
      ? or(
          ilike(invoices.invoiceTitle, pattern),
          ilike(invoices.number, pattern),
          ilike(invoices.taxId, pattern),
          operatorId ? undefined : ilike(operatorAccounts.name, pattern),
        )
      : undefined,
  )
}

/** One page of invoices by key, newest first: of one operator or, without an id, of all. */
export async function invoicesPage(filter: InvoiceFilter, keyset: Keyset, operatorId?: Uuid): Promise<Slice<ListedInvoice>> {
  const step = keyset.after ? lt(invoices.id, keyset.after) : keyset.before ? gt(invoices.id, keyset.before) : undefined
  const found = await selectInvoices()
    .where(and(meant(filter, operatorId), step))
    .orderBy(isBackwards(keyset) ? invoices.id : desc(invoices.id))
    .limit(rowsWanted(keyset))
  return cutPage(found, keyset, ({ id }) => id)
}

/** Rows read at a time by an export. */
const CHUNK = 1_000

/** All of an operator's, newest first, in chunks that are each a query of their own: no connection waits for a slow reader. */
export async function* invoiceChunks(operatorId: Uuid, filter: InvoiceFilter): AsyncGenerator<ListedInvoice[]> {
  for (let after: Uuid | undefined; ; ) {
    const rows = await selectInvoices()
      .where(and(meant(filter, operatorId), after ? lt(invoices.id, after) : undefined))
      .orderBy(desc(invoices.id))
      .limit(CHUNK)
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    after = rows.at(-1)!.id
  }
}

/** How many there are under a filter and what they come to. */
export async function invoiceSums(filter: InvoiceFilter, operatorId?: Uuid): Promise<{ rows: number; amount: Money }> {
  const [row] = await read()
    .select({ rows: sql<number>`count(*)::int`, amount: sql<Money>`coalesce(sum(${invoices.amount}), 0)::bigint` })
    .from(invoices)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, invoices.operatorId))
    .where(meant(filter, operatorId))
  return row!
}

/** One numbered page of them with their count, as the API lists them. */
export async function listInvoices(filter: InvoiceFilter & { page: number; page_size: number }, operatorId?: Uuid) {
  const [{ rows: total }, rows] = await Promise.all([
    invoiceSums(filter, operatorId),
    selectInvoices()
      .where(meant(filter, operatorId))
      .orderBy(desc(invoices.id))
      .limit(filter.page_size)
      .offset((filter.page - 1) * filter.page_size),
  ])
  return { total, rows }
}

/** One invoice, of an operator or, without one, of anybody. Throws INVOICE_NOT_FOUND for an unknown one and for somebody else's. */
export async function requireInvoice(id: Uuid, operatorId?: Uuid): Promise<ListedInvoice> {
  const [invoice] = await selectInvoices().where(and(eq(invoices.id, id), operatorId ? eq(invoices.operatorId, operatorId) : undefined))
  if (!invoice) throw new Problem('INVOICE_NOT_FOUND', { id: showId('invoice', id) })
  return invoice
}

/** The one that waits next, for the desk that works through them: the oldest. */
export async function nextPending(): Promise<Uuid | undefined> {
  const [invoice] = await read()
    .select({ id: invoices.id })
    .from(invoices)
    .where(eq(invoices.status, 'pending'))
    .orderBy(invoices.id)
    .limit(1)
  return invoice?.id
}

export type RedTask = { over: Money; openedAt: Instant }

/** What an operator has invoiced beyond what it paid, since a refund came after the invoice. */
export async function openRedTask(operatorId: Uuid): Promise<RedTask | undefined> {
  const [task] = await read()
    .select({ over: invoiceRedTasks.over, openedAt: invoiceRedTasks.openedAt })
    .from(invoiceRedTasks)
    .where(and(eq(invoiceRedTasks.operatorId, operatorId), sql`${invoiceRedTasks.settledAt} IS NULL`))
  return task
}

/** An invoice as both doors of the API show it. */
export const invoiceJson = (invoice: ListedInvoice, door: 'operator' | 'finance') => ({
  invoice_id: showId('invoice', invoice.id),
  invoice_number: invoice.number,
  invoice_type: invoice.invoiceType,
  amount: yuan(invoice.amount),
  invoice_title: invoice.invoiceTitle,
  tax_id: invoice.taxId,
  email: invoice.email,
  status: invoice.status,
  pdf_url: invoice.number && pdfAddress(door, invoice.id),
  reject_reason: invoice.rejectReason,
  reviewed_by: invoice.reviewedBy && showId('finance', invoice.reviewedBy),
  reviewed_at: invoice.reviewedAt && iso(invoice.reviewedAt),
  created_at: iso(invoice.createdAt),
})

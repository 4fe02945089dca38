import { and, desc, eq, gt, gte, ilike, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { adminAccounts, invoiceRedTasks, invoiceRecords as invoices, operatorAccounts, invoiceTaxFiles as taxFiles } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { type Money, yuan, ZERO } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { type Instant, iso, type Stretch } from '#src/core/time'
import { read } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import { pdfAddress } from './issue'

export const INVOICE_STATES = ['pending', 'approved', 'rejected', 'cancelled'] as const

/** What a page tells apart besides: issued ones of which something was taken back. */
export const INVOICE_FACES = [...INVOICE_STATES, 'reversed'] as const
type InvoiceFace = (typeof INVOICE_FACES)[number]

export const INVOICE_TYPES = ['vat_normal', 'vat_special'] as const

/** Which invoices are meant; what is not said means all. */
export type InvoiceFilter = {
  status?: InvoiceFace | undefined
  keyword?: string
  stretch?: Partial<Stretch> | null
  type?: (typeof INVOICE_TYPES)[number] | undefined
  /** Of issued ones: whether the tax authority's file is there. */
  taxFile?: 'attached' | 'missing' | undefined
}

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
      taxRate: invoices.taxRate,
      tax: invoices.tax,
      checkCode: invoices.checkCode,
      reversed: invoices.reversed,
      taxNumber: taxFiles.taxNumber,
      createdAt: invoices.createdAt,
      updatedAt: invoices.updatedAt,
    })
    .from(invoices)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, invoices.operatorId))
    .leftJoin(adminAccounts, eq(adminAccounts.id, invoices.reviewedBy))
    .leftJoin(taxFiles, and(eq(taxFiles.invoiceId, invoices.id), isNull(taxFiles.replacedAt)))

export type ListedInvoice = Awaited<ReturnType<typeof selectInvoices>>[number]

function meant({ status, keyword, stretch, type, taxFile }: InvoiceFilter, operatorId: Uuid | undefined): SQL | undefined {
  const pattern = keyword ? likePattern(keyword) : undefined
  return and(
    operatorId ? eq(invoices.operatorId, operatorId) : undefined,
    status === 'reversed'
      ? and(eq(invoices.status, 'approved'), gt(invoices.reversed, ZERO))
      : status
        ? eq(invoices.status, status)
        : undefined,
    type ? eq(invoices.invoiceType, type) : undefined,
    taxFile === 'attached' ? isNotNull(taxFiles.id) : undefined,
    taxFile === 'missing' ? and(isNull(taxFiles.id), eq(invoices.status, 'approved')) : undefined,
    stretch?.from ? gte(invoices.createdAt, stretch.from) : undefined,
    stretch?.to ? lt(invoices.createdAt, stretch.to) : undefined,
    pattern
      ? or(
          ilike(invoices.invoiceTitle, pattern),
          ilike(invoices.number, pattern),
          ilike(invoices.taxId, pattern),
          ilike(taxFiles.taxNumber, pattern),
          operatorId ? undefined : or(ilike(operatorAccounts.name, pattern), ilike(operatorAccounts.username, pattern)),
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

/** All of an operator's or, without one, of everybody, newest first, in chunks that are each a query of their own: no connection waits for a slow reader. */
export async function* invoiceChunks(operatorId: Uuid | undefined, filter: InvoiceFilter): AsyncGenerator<ListedInvoice[]> {
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
    .leftJoin(taxFiles, and(eq(taxFiles.invoiceId, invoices.id), isNull(taxFiles.replacedAt)))
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

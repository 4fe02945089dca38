import { and, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { adminAccounts, invoiceRecords, invoiceRedTasks, operatorAccounts, invoiceReversals as reversals } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { read } from '#src/platform/database'
import { type InvoiceFile, invoiceFile } from '../issue'

/** Which reversals a list shows. */
export const REVERSAL_STATES = ['proposed', 'issued', 'rejected'] as const
type ReversalState = (typeof REVERSAL_STATES)[number]

const proposer = alias(adminAccounts, 'proposer')
const decider = alias(adminAccounts, 'decider')

const selectReversals = () =>
  read()
    .select({
      id: reversals.id,
      invoiceId: reversals.invoiceId,
      operatorId: reversals.operatorId,
      operatorName: operatorAccounts.name,
      invoiceNumber: invoiceRecords.number,
      kind: reversals.kind,
      amount: reversals.amount,
      reasonCode: reversals.reasonCode,
      reason: reversals.reason,
      confirmationNo: reversals.confirmationNo,
      status: reversals.status,
      number: reversals.number,
      tax: reversals.tax,
      pdfPath: reversals.pdfPath,
      pdfSha256: reversals.pdfSha256,
      proposedBy: reversals.proposedBy,
      proposerName: proposer.name,
      proposedAt: reversals.proposedAt,
      deciderName: decider.name,
      decidedAt: reversals.decidedAt,
      rejectReason: reversals.rejectReason,
    })
    .from(reversals)
    .innerJoin(invoiceRecords, eq(invoiceRecords.id, reversals.invoiceId))
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, reversals.operatorId))
    .innerJoin(proposer, eq(proposer.id, reversals.proposedBy))
    .leftJoin(decider, eq(decider.id, reversals.decidedBy))

export type FoundReversal = Awaited<ReturnType<typeof selectReversals>>[number]

/** What was done to take an invoice back, newest first. */
export const reversalsOf = (invoiceId: Uuid): Promise<FoundReversal[]> =>
  selectReversals().where(eq(reversals.invoiceId, invoiceId)).orderBy(desc(reversals.id))

/** One reversal of an invoice. Throws RESOURCE_NOT_FOUND for an unknown one and for another invoice's. */
export async function requireReversal(invoiceId: Uuid, id: Uuid): Promise<FoundReversal> {
  const [reversal] = await selectReversals().where(and(eq(reversals.id, id), eq(reversals.invoiceId, invoiceId)))
  if (!reversal) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return reversal
}

/** The paper of a red invoice. Throws INVOICE_NOT_READY where none was issued. */
export const reversalFile = (reversal: FoundReversal): Promise<InvoiceFile> => invoiceFile(reversal)

/** One page of reversals by key, newest first. */
export async function reversalsPage(status: ReversalState | undefined, keyset: Keyset): Promise<Slice<FoundReversal>> {
  const { after, before } = keyset
  const step = after ? lt(reversals.id, after) : before ? gt(reversals.id, before) : undefined
  const found = await selectReversals()
    .where(and(status ? eq(reversals.status, status) : undefined, step))
    .orderBy(isBackwards(keyset) ? reversals.id : desc(reversals.id))
    .limit(rowsWanted(keyset))
  return cutPage(found, keyset, ({ id }) => id)
}

/** Tasks shown at once: more than a desk can do in a day. */
const MOST_TASKS = 100

/** Operators that have more invoiced than they paid, the task that waits longest first. */
export const overInvoiced = () =>
  read()
    .select({
      id: invoiceRedTasks.id,
      operatorName: operatorAccounts.name,
      operatorUsername: operatorAccounts.username,
      over: invoiceRedTasks.over,
      openedAt: invoiceRedTasks.openedAt,
    })
    .from(invoiceRedTasks)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, invoiceRedTasks.operatorId))
    .where(isNull(invoiceRedTasks.settledAt))
    .orderBy(invoiceRedTasks.openedAt)
    .limit(MOST_TASKS)

/** How much waits at the desk, of each kind. */
export async function deskCounts(): Promise<{ pending: number; proposed: number; over: number }> {
  const [row] = await read().execute<{ pending: number; proposed: number; over: number }>(sql`
    SELECT (SELECT count(*)::int FROM invoice_records WHERE status = 'pending') AS pending,
           (SELECT count(*)::int FROM invoice_reversals WHERE status = 'proposed') AS proposed,
           (SELECT count(*)::int FROM invoice_red_tasks WHERE settled_at IS NULL) AS over`)
  return row!
}

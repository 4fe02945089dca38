import { and, asc, count, desc, eq, gt, inArray, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts, rechargeOrders, refundPayouts, refundRecords, refundTransfers } from '#drizzle/schema'
import { requireOperator } from '#src/accounts/operators'
import { parseId, showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted } from '#src/core/keyset'
import { yuan } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { rawSql, read } from '#src/platform/database'
import { contains } from '#src/platform/like'
import { OPEN } from './payouts'
import { refundNotFound } from './request'

export const REFUND_STATUSES = ['pending', 'approved', 'rejected', 'cancelled'] as const
type RefundStatus = (typeof REFUND_STATUSES)[number]
type PayoutStatus = 'processing' | 'completed' | 'abnormal'

export type RefundFilter = { status: RefundStatus | 'all'; keyword?: string; operatorId?: Uuid }

const first = alias(adminAccounts, 'first_reviewers')
const second = alias(adminAccounts, 'second_reviewers')

/** How far the money is: worst first; null before there is any. */
const payoutStatus = sql<PayoutStatus | null>`(
  SELECT CASE WHEN bool_or(p.status = 'abnormal') THEN 'abnormal' WHEN bool_or(p.status = 'processing') THEN 'processing'
              WHEN count(*) > 0 THEN 'completed' END
  FROM refund_payouts p WHERE p.refund_id = ${refundRecords.id} AND p.status <> 'replaced')`

const selectRefunds = () =>
  read()
    .select({
      id: refundRecords.id,
      operatorId: refundRecords.operatorId,
      operatorName: operatorAccounts.name,
      operatorCategory: operatorAccounts.category,
      currentBalance: operatorAccounts.balance,
      requested: refundRecords.requested,
      actual: refundRecords.actual,
      status: refundRecords.status,
      reviewStage: refundRecords.reviewStage,
      reason: refundRecords.reason,
      rejectReason: refundRecords.rejectReason,
      reviewNote: refundRecords.reviewNote,
      firstReviewer: refundRecords.firstReviewer,
      firstReviewerName: first.name,
      firstReviewedAt: refundRecords.firstReviewedAt,
      secondReviewer: refundRecords.secondReviewer,
      secondReviewerName: second.name,
      reviewedAt: refundRecords.reviewedAt,
      createdAt: refundRecords.createdAt,
      updatedAt: refundRecords.updatedAt,
      payoutStatus,
    })
    .from(refundRecords)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, refundRecords.operatorId))
    .leftJoin(first, eq(first.id, refundRecords.firstReviewer))
    .leftJoin(second, eq(second.id, refundRecords.secondReviewer))

export type ListedRefund = Awaited<ReturnType<typeof selectRefunds>>[number]

function matching({ status, keyword = '', operatorId }: RefundFilter): SQL | undefined {
  const { name, username } = operatorAccounts
  const words = contains([name, username], keyword)
  const id = parseId('refund', keyword.trim())
  return and(
    operatorId ? eq(refundRecords.operatorId, operatorId) : undefined,
    status === 'all' ? undefined : eq(refundRecords.status, status),
    id ? or(words, eq(refundRecords.id, id)) : words,
  )
}

/** One page of requests by number, newest first, and how many there are. */
export async function listRefunds(filter: RefundFilter & { page: number; page_size: number }) {
  const where = matching(filter)
  const [[counted], refunds] = await Promise.all([
    read()
      .select({ total: count() })
      .from(refundRecords)
      .innerJoin(operatorAccounts, eq(operatorAccounts.id, refundRecords.operatorId))
      .where(where),
    selectRefunds()
      .where(where)
      .orderBy(desc(refundRecords.createdAt), desc(refundRecords.id))
      .limit(filter.page_size)
      .offset((filter.page - 1) * filter.page_size),
  ])
  return { total: counted!.total, refunds }
}

/** One page of requests by key. */
export async function refundsPage(filter: RefundFilter, keyset: Keyset) {
  const back = isBackwards(keyset)
  const rows = await selectRefunds()
    .where(
      and(
        matching(filter),
        keyset.after ? lt(refundRecords.id, keyset.after) : undefined,
        back ? gt(refundRecords.id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(refundRecords.id) : desc(refundRecords.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

/** One request; of one operator where it is named. Throws REFUND_NOT_FOUND, also for somebody else's. */
export async function requireRefund(id: Uuid, operatorId?: Uuid): Promise<ListedRefund> {
  const own = operatorId ? eq(refundRecords.operatorId, operatorId) : undefined
  const [refund] = await selectRefunds().where(and(eq(refundRecords.id, id), own))
  if (!refund) throw refundNotFound(id)
  return refund
}

/** The request that has waited longest, besides one. */
export async function nextPending(besides: Uuid): Promise<Uuid | undefined> {
  const [next] = await read()
    .select({ id: refundRecords.id })
    .from(refundRecords)
    .where(and(eq(refundRecords.status, 'pending'), ne(refundRecords.id, besides)))
    .orderBy(asc(refundRecords.createdAt), asc(refundRecords.id))
    .limit(1)
  return next?.id
}

/** For the tabs of finance: requests that wait, payouts on the desk. */
export async function deskCounts(): Promise<{ pending: number; desk: number }> {
  const [[waiting], [desk]] = await Promise.all([
    read().select({ n: count() }).from(refundRecords).where(eq(refundRecords.status, 'pending')),
    read().select({ n: count() }).from(refundPayouts).where(onDesk()),
  ])
  return { pending: waiting!.n, desk: desk!.n }
}

/** What a person of finance has to do something about: trouble, and transfers by hand. */
const onDesk = () =>
  or(eq(refundPayouts.status, 'abnormal'), and(eq(refundPayouts.status, 'processing'), eq(refundPayouts.channel, 'bank')))

const selectPayouts = () =>
  read()
    .select({
      id: refundPayouts.id,
      refundId: refundPayouts.refundId,
      operatorId: refundPayouts.operatorId,
      operatorName: operatorAccounts.name,
      orderId: refundPayouts.orderId,
      paidAt: rechargeOrders.paidAt,
      outRefundNo: refundPayouts.outRefundNo,
      amount: refundPayouts.amount,
      channel: refundPayouts.channel,
      status: refundPayouts.status,
      replaces: refundPayouts.replaces,
      providerState: refundPayouts.providerState,
      providerRefundId: refundPayouts.providerRefundId,
      lastError: refundPayouts.lastError,
      nextCheckAt: refundPayouts.nextCheckAt,
      finishedAt: refundPayouts.finishedAt,
      createdAt: refundPayouts.createdAt,
      updatedAt: refundPayouts.updatedAt,
    })
    .from(refundPayouts)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, refundPayouts.operatorId))
    .leftJoin(rechargeOrders, eq(rechargeOrders.id, refundPayouts.orderId))
export type ListedPayout = Awaited<ReturnType<typeof selectPayouts>>[number]

/** The payouts of a request in the order they were made, replaced ones too. */
export const payoutsOf = (refundId: Uuid): Promise<ListedPayout[]> =>
  selectPayouts().where(eq(refundPayouts.refundId, refundId)).orderBy(asc(refundPayouts.id))

export async function findListedPayout(id: Uuid): Promise<ListedPayout | undefined> {
  const [payout] = await selectPayouts().where(eq(refundPayouts.id, id))
  return payout
}

/** What waits on the desk, by key; the newest first. */
export async function deskPage(keyset: Keyset) {
  const back = isBackwards(keyset)
  const rows = await selectPayouts()
    .where(
      and(
        onDesk(),
        inArray(refundPayouts.status, [...OPEN]),
        keyset.after ? lt(refundPayouts.id, keyset.after) : undefined,
        back ? gt(refundPayouts.id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(refundPayouts.id) : desc(refundPayouts.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

const enterer = alias(adminAccounts, 'enterers')
const decider = alias(adminAccounts, 'deciders')

const selectTransfers = () =>
  read()
    .select({
      id: refundTransfers.id,
      payoutId: refundTransfers.payoutId,
      operatorId: refundPayouts.operatorId,
      payeeName: refundTransfers.payeeName,
      bankName: refundTransfers.bankName,
      bankAccount: refundTransfers.bankAccount,
      bankReference: refundTransfers.bankReference,
      proofPath: refundTransfers.proofPath,
      proofType: refundTransfers.proofType,
      status: refundTransfers.status,
      enteredBy: refundTransfers.enteredBy,
      enteredByName: enterer.name,
      enteredAt: refundTransfers.enteredAt,
      decidedByName: decider.name,
      decidedAt: refundTransfers.decidedAt,
      rejectReason: refundTransfers.rejectReason,
    })
    .from(refundTransfers)
    .innerJoin(refundPayouts, eq(refundPayouts.id, refundTransfers.payoutId))
    .innerJoin(enterer, eq(enterer.id, refundTransfers.enteredBy))
    .leftJoin(decider, eq(decider.id, refundTransfers.decidedBy))
export type ListedTransfer = Awaited<ReturnType<typeof selectTransfers>>[number]

/** The transfers of a request's payouts, rejected ones too, oldest first. */
export const transfersOf = (refundId: Uuid): Promise<ListedTransfer[]> =>
  selectTransfers().where(eq(refundPayouts.refundId, refundId)).orderBy(asc(refundTransfers.id))

/** A transfer with its proof; an operator's own, and only one that counts, where it is named. */
export async function findTransfer(id: Uuid, operatorId?: Uuid): Promise<ListedTransfer | undefined> {
  const own = operatorId ? and(eq(refundPayouts.operatorId, operatorId), eq(refundTransfers.status, 'done')) : undefined
  const [transfer] = await selectTransfers().where(and(eq(refundTransfers.id, id), own))
  return transfer
}

/** An operator's money as finance looks at it. Throws OPERATOR_NOT_FOUND. */
export async function operatorFinance(id: Uuid) {
  const operator = await requireOperator(id)
  const [row] = await rawSql()<{ sessions: number; firstAt: Instant | null }[]>`
    SELECT (SELECT coalesce(sum(sessions), 0)::int FROM usage_days WHERE operator_id = ${id}) AS sessions,
           (SELECT created_at FROM transaction_records WHERE operator_id = ${id} ORDER BY seq LIMIT 1) AS "firstAt"`
  return { ...operator, ...row! }
}

/** The same as the API shows it (API 6, Finance). */
export const financeJson = (operator: Awaited<ReturnType<typeof operatorFinance>>) => ({
  operator_id: showId('operator', operator.id),
  operator_name: operator.name,
  category: operator.category,
  current_balance: yuan(operator.balance),
  total_recharged: yuan(operator.totalRecharged),
  total_consumed: yuan(operator.totalConsumed),
  total_refunded: yuan(operator.totalRefunded),
  total_sessions: operator.sessions,
  first_transaction_at: operator.firstAt && iso(operator.firstAt),
  last_transaction_at: operator.lastTransactionAt && iso(operator.lastTransactionAt),
})

/** A request as both doors of the API show it. */
export const refundJson = (refund: ListedRefund) => ({
  refund_id: showId('refund', refund.id),
  requested_amount: yuan(refund.requested),
  actual_refund_amount: refund.actual && yuan(refund.actual),
  status: refund.status,
  review_stage: refund.reviewStage,
  reason: refund.reason,
  reject_reason: refund.rejectReason,
  reviewed_by: reviewerOf(refund),
  reviewed_at: refund.reviewedAt && iso(refund.reviewedAt),
  created_at: iso(refund.createdAt),
  payout_status: refund.payoutStatus,
})

/** Who decided; nobody has while it waits for a second person. */
function reviewerOf({ reviewedAt, firstReviewer, secondReviewer }: ListedRefund): string | null {
  const reviewer = secondReviewer ?? firstReviewer
  return reviewedAt && reviewer ? showId('finance', reviewer) : null
}

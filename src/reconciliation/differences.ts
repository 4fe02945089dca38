import { and, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, billDifferences, operatorAccounts, paymentQuarantine, providerBillLines } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { businessDay, isCalendarDay } from '#src/core/time'
import { say } from '#src/core/validation'
import type { Transaction } from '#src/platform/database'
import { closeMatched } from './close-day'
import { linkLines, lockChannel, sumUp } from './link-lines'
import { carryOut } from './resolve'

export type Difference = typeof billDifferences.$inferSelect
export type DifferenceLine = typeof providerBillLines.$inferSelect
export type DifferenceAction = NonNullable<Difference['action']>

type Facts = Pick<Difference, 'kind' | 'orderId' | 'ours' | 'billed'> & {
  lineKind: 'payment' | 'refund' | null
  /** A payment that was put apart and has left the quarantine without a row of the journal: returned by hand, or dismissed. */
  hasLeftQuarantine: boolean
}

/** What closes a difference. Where money can be moved it must be: `accept`, which moves nothing, is for the rest. */
export function actionsFor({ kind, orderId, ours, billed, lineKind, hasLeftQuarantine }: Facts): DifferenceAction[] {
  if (kind === 'long') return lineKind === 'payment' && !hasLeftQuarantine ? ['credit', 'quarantine'] : ['accept']
  if (kind === 'duplicate') return lineKind === 'payment' ? ['quarantine', 'accept'] : ['accept']
  if (kind === 'short') return orderId ? ['reverse'] : ['accept']
  if (kind === 'amount') return orderId ? ['correct'] : ['accept']
  if (kind === 'fee') return billed! > ours! ? ['fee'] : ['accept']
  return ['accept']
}

export const Proposal = v.object({
  action: v.picklist(['credit', 'quarantine', 'reverse', 'correct', 'fee', 'accept'], say('请选择处理方式', 'choose what is to be done')),
  reason: text(10, 500),
  /** The operator's user name: whose money it is, where nothing else says so. */
  operator: v.optional(v.pipe(v.string(), v.trim()), ''),
})
export const Carrying = v.object({
  reason: text(10, 500),
  due_on: v.pipe(v.string(), v.trim(), v.check(isCalendarDay, say('请填写日期', 'must be a day'))),
  /** The user name of who looks after it. */
  owner: text(1, 64),
})
export const Rejection = v.object({ reason: text(10, 200) })

const OPEN = ['open', 'carried'] as const

/** Says how a difference is to be closed; another person has to agree. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS. */
export async function proposeResolution(
  tx: Transaction,
  id: Uuid,
  input: v.InferOutput<typeof Proposal>,
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  const { difference, line } = await lockDifference(tx, id)
  if (!(OPEN as readonly string[]).includes(difference.state)) throw brokenRule('ALREADY_PROCESSED', 'difference')
  const { action, reason } = input
  const hasLeftQuarantine = line !== undefined && (await leftQuarantine(tx, line))
  if (!actionsFor({ ...difference, lineKind: line?.kind ?? null, hasLeftQuarantine }).includes(action))
    throw invalidField('action', '该差异不能这样处理', 'does not fit this difference')
  const actionOperatorId = await ownerOfMoney(tx, difference, action, input.operator)
  const change = {
    state: 'proposed' as const,
    action,
    reason,
    actionOperatorId,
    proposedBy: actor.id,
    proposedAt: at,
    ownerId: difference.ownerId ?? actor.id,
  }
  await tx.db.update(billDifferences).set(change).where(eq(billDifferences.id, id))
  const details = { ...factsOf(difference), action, reason, ...(actionOperatorId && { operator_id: actionOperatorId }) }
  await record(tx, { actor, origin, operation: 'reconciliation_propose', target: { kind: 'difference', id }, details }, at)
}

async function leftQuarantine(tx: Transaction, { channel, providerNo }: DifferenceLine): Promise<boolean> {
  const [kept] = await tx.db
    .select({ status: paymentQuarantine.status })
    .from(paymentQuarantine)
    .where(and(eq(paymentQuarantine.channel, channel), eq(paymentQuarantine.providerTxnId, providerNo)))
  return kept !== undefined && kept.status !== 'open'
}

/** Whose money a payment is that no order of ours explains. */
async function ownerOfMoney(tx: Transaction, { operatorId }: Difference, action: DifferenceAction, username: string): Promise<Uuid | null> {
  if (operatorId !== null || (action !== 'credit' && action !== 'quarantine')) return null
  const [operator] = await tx.db
    .select({ id: operatorAccounts.id, deactivatedAt: operatorAccounts.deactivatedAt })
    .from(operatorAccounts)
    .where(eq(operatorAccounts.username, username))
  if (!operator || operator.deactivatedAt)
    throw invalidField('operator', '没有这个运营商账号，或账号已注销', 'is no operator, or a closed one')
  return operator.id
}

/**
 * The second person agrees: what was proposed is done now, in this transaction, and the difference is closed with the journal row that did
 * it. Throws SECOND_REVIEWER_REQUIRED for the person who proposed, INSUFFICIENT_BALANCE when the balance no longer covers what is to be
 * taken (the difference stays open, to be carried), INVALID_PARAMS (ALREADY_PROCESSED).
 */
export async function approveResolution(tx: Transaction, id: Uuid, act: PersonalAct): Promise<void> {
  const { actor, origin, at } = act
  const locked = await lockDifference(tx, id)
  const { difference } = locked
  if (difference.state !== 'proposed') throw brokenRule('ALREADY_PROCESSED', 'difference')
  if (difference.proposedBy === actor.id) throw new Problem('SECOND_REVIEWER_REQUIRED')
  const row = await carryOut(tx, locked, act)
  await tx.db
    .update(billDifferences)
    .set({
      state: 'resolved',
      approvedBy: actor.id,
      approvedAt: at,
      closedAt: at,
      resolvedOperatorId: row?.operatorId ?? null,
      resolvedSeq: row?.seq ?? null,
    })
    .where(eq(billDifferences.id, id))
  if ((await linkLines(tx, difference.channel, at)) > 0) await sumUp(tx, difference.channel, at)
  const details = {
    ...factsOf(difference),
    action: difference.action,
    ...(row && { operator_id: row.operatorId, ledger_seq: String(row.seq), amount: yuan(row.amount) }),
  }
  await record(tx, { actor, origin, operation: 'reconciliation_approve', target: { kind: 'difference', id }, details }, at)
  await closeMatched(tx, difference.channel, at)
}

/** A proposal is turned down, or withdrawn by who made it; the difference is open again. */
export async function rejectResolution(tx: Transaction, id: Uuid, reason: string, { actor, origin, at }: PersonalAct): Promise<void> {
  const { difference } = await lockDifference(tx, id)
  if (difference.state !== 'proposed') throw brokenRule('ALREADY_PROCESSED', 'difference')
  const change = { state: 'open' as const, action: null, actionOperatorId: null, proposedBy: null, proposedAt: null, reason }
  await tx.db.update(billDifferences).set(change).where(eq(billDifferences.id, id))
  const details = { ...factsOf(difference), action: difference.action, reason }
  await record(tx, { actor, origin, operation: 'reconciliation_reject', target: { kind: 'difference', id }, details }, at)
}

/** Keeps a difference open on purpose (挂账): with somebody who looks after it and a day by which it is done. */
export async function carryDifference(
  tx: Transaction,
  id: Uuid,
  input: v.InferOutput<typeof Carrying>,
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  const { difference } = await lockDifference(tx, id)
  if (!(OPEN as readonly string[]).includes(difference.state)) throw brokenRule('ALREADY_PROCESSED', 'difference')
  if (input.due_on < businessDay(at)) throw invalidField('due_on', '不能早于今天', 'must not be in the past')
  const [owner] = await tx.db
    .select({ id: adminAccounts.id, role: adminAccounts.role, isActive: adminAccounts.isActive })
    .from(adminAccounts)
    .where(eq(adminAccounts.username, input.owner))
  if (!owner?.isActive || owner.role !== 'finance') throw invalidField('owner', '没有这个财务人员', 'is no member of finance')
  const change = { state: 'carried' as const, ownerId: owner.id, dueOn: input.due_on, reason: input.reason }
  await tx.db.update(billDifferences).set(change).where(eq(billDifferences.id, id))
  const details = { ...factsOf(difference), owner: input.owner, due_on: input.due_on, reason: input.reason }
  await record(tx, { actor, origin, operation: 'reconciliation_carry', target: { kind: 'difference', id }, details }, at)
}

export type LockedDifference = { difference: Difference; line: DifferenceLine | undefined }

/** The channel first, as the match does it: what is decided here is not explained away at the same moment. */
async function lockDifference(tx: Transaction, id: Uuid): Promise<LockedDifference> {
  const [seen] = await tx.db.select({ channel: billDifferences.channel }).from(billDifferences).where(eq(billDifferences.id, id))
  if (!seen) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('difference', id) }, 'resource')
  await lockChannel(tx, seen.channel)
  const [difference] = await tx.db.select().from(billDifferences).where(eq(billDifferences.id, id)).for('no key update')
  const [line] = await tx.db
    .select()
    .from(providerBillLines)
    .where(and(eq(providerBillLines.billId, difference!.billId), eq(providerBillLines.lineNo, difference!.lineNo ?? 0)))
  return { difference: difference!, line }
}

const factsOf = ({ channel, billDate, kind, ours, billed }: Difference) => ({
  channel,
  day: billDate,
  kind,
  ...(ours !== null && { ours: yuan(ours) }),
  ...(billed !== null && { billed: yuan(billed) }),
})

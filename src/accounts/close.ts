import { and, eq, inArray, or, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { invoiceRecords, operatorAccounts, rechargeOrders, refundRecords } from '#drizzle/schema'
import { type Act, actOf, record } from '#src/audit-logs/audit-log'
import { givenPassword, text } from '#src/core/fields'
import { type IdKind, showId, type Uuid } from '#src/core/ids'
import { yuan, ZERO } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { read, type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { OperatorCaller } from '#src/platform/route'
import { confirmPassword } from './change-password'
import { requireOpenAccount } from './lock'
import { revokeSessions } from './sessions'

/**
 * Closes an account for good: login, sessions and key are dead, its name and history stay. Throws OPERATOR_NOT_FOUND, INVALID_PARAMS
 * when it is closed already, BALANCE_NOT_ZERO while money lies in it.
 */
export async function closeAccount(tx: Transaction, id: Uuid, reason: string, { actor, origin, at }: Act): Promise<void> {
  const operator = await requireOpenAccount(tx, id)
  if (operator.balance !== ZERO) throw new Problem('BALANCE_NOT_ZERO', { balance: yuan(operator.balance) })
  await tx.db.update(operatorAccounts).set({ deactivatedAt: at, updatedAt: at }).where(eq(operatorAccounts.id, id))
  await revokeSessions(tx, { operatorId: id }, at)
  await record(tx, { actor, origin, operation: 'operator_deactivate', target: { kind: 'operator', id }, details: { reason } }, at)
}

/** What an operator says when it closes its own account (API 4). */
export const ClosingInput = v.object({ password: givenPassword, reason: v.optional(text(0, 200), '') })
export type ClosingInput = v.InferOutput<typeof ClosingInput>

/** An operator closes its own account. Throws UNAUTHORIZED for a wrong password, OPEN_ITEMS naming what is unfinished, then like `closeAccount`. */
export async function closeOwnAccount(caller: OperatorCaller, { password, reason }: ClosingInput, info: RequestInfo): Promise<void> {
  await confirmPassword(caller, password, info)
  await transaction(async (tx) => {
    // Under the operator's lock: nobody asks for a refund or an invoice between this look and the end.
    await requireOpenAccount(tx, caller.id)
    const items = await openItems(tx, caller.id)
    if (items.length > 0) throw new Problem('OPEN_ITEMS', { items: items.map(({ kind, id }) => ({ type: kind, id: showId(kind, id) })) })
    await closeAccount(tx, caller.id, reason || '运营商自行注销', actOf(caller, info))
  })
}

/** The same for a page. */
export const openItemsOf = (operatorId: Uuid): Promise<OpenItem[]> => openItems({ db: read() }, operatorId)

export type OpenItem = { kind: Extract<IdKind, 'refund' | 'invoice' | 'order'>; id: Uuid }

/** What has to end before an account may: refunds that wait for finance or are on their way, invoices that wait, orders whose money may have come in. */
async function openItems({ db }: Pick<Transaction, 'db'>, operatorId: Uuid): Promise<OpenItem[]> {
  const refunds = await db
    .select({ id: refundRecords.id })
    .from(refundRecords)
    .where(and(eq(refundRecords.operatorId, operatorId), or(eq(refundRecords.status, 'pending'), isOnItsWay)))
    .limit(SHOWN)
  const invoices = await db
    .select({ id: invoiceRecords.id })
    .from(invoiceRecords)
    .where(and(eq(invoiceRecords.operatorId, operatorId), eq(invoiceRecords.status, 'pending')))
    .limit(SHOWN)
  const orders = await db
    .select({ id: rechargeOrders.id })
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.operatorId, operatorId), inArray(rechargeOrders.status, ['pending', 'abnormal'])))
    .limit(SHOWN)
  return [
    ...refunds.map(({ id }) => ({ kind: 'refund' as const, id })),
    ...invoices.map(({ id }) => ({ kind: 'invoice' as const, id })),
    ...orders.map(({ id }) => ({ kind: 'order' as const, id })),
  ]
}

/** Approved, and not all of it paid out: what bounces comes back to the balance. */
const isOnItsWay = sql`EXISTS (SELECT FROM refund_payouts p WHERE p.refund_id = ${refundRecords.id} AND p.status IN ('processing', 'abnormal'))`

/** Of each kind; who has more open will see the rest once these are done. */
const SHOWN = 20

import { and, asc, eq, isNotNull } from 'drizzle-orm'
import { adminAccounts, paymentQuarantine } from '#drizzle/schema'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { invalidField, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { read, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { METHOD_NAMES } from './credit'
import { type Channel, GatewayRefused, GatewayUnknown, type RefundTrade } from './gateways/gateway'
import { gateway } from './gateways/registry'
import type { Quarantined } from './quarantine'
import { finish, holdsMoney, lockOpen, type Resolution } from './resolution'
import { unavailable } from './start'

/**
 * Sends a payment back to who paid it: by the provider where one payment stands under its number, otherwise finance has done it by hand
 * and says so. The number of the refund is committed before the provider hears it and is the same for ever, so that a repeat sends
 * nothing twice. Gives `open` while the provider still works on it.
 */
export async function returnPayment(row: Quarantined, { reason, manual }: Resolution, act: PersonalAct): Promise<Quarantined['status']> {
  if (manual || !isRefundable(row)) {
    if (!manual)
      throw invalidField(
        'manual',
        '这笔款无法由渠道原路退回，请线下退回后再确认',
        'the provider cannot send this payment back: return it by hand, then say so',
      )
    return transaction((tx) => returned(tx, row, { why: reason, act, byHand: true }))
  }
  const numbered = await transaction((tx) => begin(tx, row, reason, act))
  faultPoint('return:committed')
  const trade = await askRefund(numbered, act)
  faultPoint('return:asked')
  if (trade.state === 'success') return transaction((tx) => returned(tx, numbered, { why: reason, act, byHand: false }))
  if (trade.state === 'processing' || trade.state === 'absent') return 'open'
  throw new Problem('PAYMENT_FAILED', { channel: row.channel, provider_code: trade.state.toUpperCase() })
}

/** A second payment under one order number cannot be told apart by it: the refund would take the first. */
const isRefundable = (row: Quarantined): boolean =>
  row.channel !== 'bank' && row.outTradeNo !== null && holdsMoney(row) && row.cause !== 'duplicate' && row.cause !== 'other'

async function begin(tx: Transaction, found: Quarantined, reason: string, { actor, at }: PersonalAct): Promise<Quarantined> {
  if (found.operatorId) await lockOperators(tx, { ids: [found.operatorId] })
  const row = await lockOpen(tx, found.id)
  if (row.returnNo !== null) return row
  const change = { returnNo: `QR${row.id.replaceAll('-', '')}`, returnStartedAt: at, returnStartedBy: actor.id, returnReason: reason }
  await tx.db.update(paymentQuarantine).set(change).where(eq(paymentQuarantine.id, row.id))
  return { ...row, ...change }
}

async function askRefund(row: Quarantined, act: PersonalAct): Promise<RefundTrade> {
  const channel = row.channel as Channel
  const found = gateway(channel)
  if (!found) throw unavailable(channel)
  try {
    return await found.refund(refundOf(row))
  } catch (error) {
    if (error instanceof GatewayUnknown) throw unavailable(channel)
    if (!(error instanceof GatewayRefused)) throw error
    log('warn', 'return of a payment refused', {
      operation: 'quarantine',
      channel,
      quarantine_id: row.id,
      code: error.code,
      by: act.actor.id,
    })
    await transaction((tx) => takeBack(tx, row))
    throw new Problem('PAYMENT_FAILED', { channel, provider_code: error.code })
  }
}

const refundOf = (row: Quarantined) => ({
  outTradeNo: row.outTradeNo!,
  outRefundNo: row.returnNo!,
  amount: row.amount!,
  total: row.amount!,
  reason: '款项与订单不符，原路退回',
})

/** The provider has clearly not done it: the money may be credited again, or go back by hand. */
async function takeBack(tx: Transaction, found: Quarantined): Promise<void> {
  if (found.operatorId) await lockOperators(tx, { ids: [found.operatorId] })
  const row = await lockOpen(tx, found.id)
  await tx.db
    .update(paymentQuarantine)
    .set({ returnNo: null, returnStartedAt: null, returnStartedBy: null, returnReason: null })
    .where(eq(paymentQuarantine.id, row.id))
}

type Returned = { why: string; act: PersonalAct; byHand: boolean }

async function returned(tx: Transaction, found: Quarantined, { why, act, byHand }: Returned): Promise<'returned'> {
  const [operator] = found.operatorId ? await lockOperators(tx, { ids: [found.operatorId] }) : []
  const row = await lockOpen(tx, found.id)
  const transfer = {
    kind: 'suspense_return',
    channel: row.channel,
    amount: row.amount!,
    description: `${METHOD_NAMES[row.channel]}待查款退回`,
  } as const
  const journal = row.suspenseSeq !== null && operator ? journalRow(operator, transfer, act.at) : undefined
  if (journal) await appendRows(tx, [journal])
  const details = { by_hand: byHand, return_no: row.returnNo }
  await finish(tx, row, { status: 'returned', why, resolvedSeq: journal?.seq ?? null, details }, act)
  return 'returned'
}

/** Returns looked after in one run at most. */
const MOST_PER_RUN = 50

/** Asks about the returns that providers still worked on, and books those that are done. */
export async function finishReturns(now: Instant): Promise<number> {
  const open = and(eq(paymentQuarantine.status, 'open'), isNotNull(paymentQuarantine.returnNo))
  const rows = await read()
    .select({ row: paymentQuarantine, name: adminAccounts.name, grade: adminAccounts.financeGrade })
    .from(paymentQuarantine)
    .innerJoin(adminAccounts, eq(adminAccounts.id, paymentQuarantine.returnStartedBy))
    .where(open)
    .orderBy(asc(paymentQuarantine.returnStartedAt))
    .limit(MOST_PER_RUN)
  let done = 0
  for (const { row, name, grade } of rows) {
    if (!(await isReturned(row))) continue
    const actor = { kind: 'staff', id: row.returnStartedBy as Uuid, name, role: grade ?? 'finance' } as const
    await transaction((tx) => returned(tx, row, { why: row.returnReason!, act: { actor, origin: null, at: now }, byHand: false }))
    done++
  }
  return done
}

async function isReturned(row: Quarantined): Promise<boolean> {
  const found = gateway(row.channel as Channel)
  if (!found) return false
  try {
    const { state } = await found.queryRefund({ outTradeNo: row.outTradeNo!, outRefundNo: row.returnNo! })
    // A process that died before the call left a number that the provider has never heard: it is sent now.
    return (state === 'absent' ? (await found.refund(refundOf(row))).state : state) === 'success'
  } catch (error) {
    if (error instanceof GatewayUnknown || error instanceof GatewayRefused) return false
    throw error
  }
}

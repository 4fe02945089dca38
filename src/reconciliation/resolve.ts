import { and, eq } from 'drizzle-orm'
import { paymentQuarantine, rechargeOrders, transactionRecords } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { type Money, minus, yuan, ZERO } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import type { JournalRow } from '#src/ledger/chain'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow, type Transfer } from '#src/ledger/transfer'
import { notify } from '#src/notifications/messages'
import { creditOrder, METHOD_NAMES } from '#src/payments/credit'
import { lockOrder } from '#src/payments/orders'
import type { Transaction } from '#src/platform/database'
import type { Difference, DifferenceLine, LockedDifference } from './differences'

/** What a resolution wrote into the journal; nothing where it moves no money. */
type Written = Pick<JournalRow, 'operatorId' | 'seq' | 'amount'> | undefined

/** Does what was proposed. Throws INSUFFICIENT_BALANCE, ACCOUNT_DEACTIVATED, INVALID_PARAMS where the facts have changed since. */
export function carryOut(tx: Transaction, { difference, line }: LockedDifference, act: PersonalAct): Promise<Written> | Written {
  switch (difference.action) {
    case 'credit':
      return creditPayment(tx, difference, line!, act)
    case 'quarantine':
      return holdPayment(tx, difference, line!, act)
    case 'reverse':
      return correctBalance(tx, difference, minus(ZERO, difference.ours!), '渠道账单无此笔，冲正', act.at)
    case 'correct':
      return correctBalance(tx, difference, minus(difference.billed!, difference.ours!), '按渠道账单更正金额', act.at)
    case 'fee':
      return bookFee(tx, difference, act.at)
    default:
      return undefined
  }
}

const wordsOf = ({ channel, billDate }: Difference): string => `对账${billDate}${METHOD_NAMES[channel]}`

async function lockedOwner(tx: Transaction, id: Uuid): Promise<LockedOperator> {
  const [operator] = await lockOperators(tx, { ids: [id] })
  return operator!
}

/**
 * Credits a payment that the bill has and nobody was credited for: on its own order where that has the same amount, else on one made for
 * it. Throws INVALID_PARAMS (ALREADY_PROCESSED) when somebody was faster.
 */
async function creditPayment(
  tx: Transaction,
  difference: Difference,
  line: DifferenceLine,
  { actor, origin, at }: PersonalAct,
): Promise<Written> {
  const operator = await lockedOwner(tx, (difference.operatorId ?? difference.actionOperatorId)!)
  if (operator.deactivatedAt) throw new Problem('ACCOUNT_DEACTIVATED', undefined, 'use')
  const kept = await lockKept(tx, line)
  if (kept && (kept.status !== 'open' || kept.suspenseSeq !== null)) throw brokenRule('ALREADY_PROCESSED', 'difference')
  const orderId = (await fittingOrder(tx, difference, line)) ?? (await foreignOrder(tx, operator.id, line, at))
  const locked = await lockOrder(tx, { id: orderId, operatorId: operator.id })
  const credit = { kind: 'recharge' as const, providerTxnId: line.providerNo, paidAt: line.at, late: true }
  if (kept) await resolveKept(tx, kept.id, difference, actor.id, at)
  await creditOrder(tx, locked, credit, { actor, origin, at })
  return { operatorId: operator.id, seq: operator.ledgerSeq + 1n, amount: line.amount }
}

/** The order that the line names, if it waits for exactly this money. */
async function fittingOrder(tx: Transaction, { orderId }: Difference, line: DifferenceLine): Promise<Uuid | undefined> {
  if (!orderId) return undefined
  const [order] = await tx.db.select().from(rechargeOrders).where(eq(rechargeOrders.id, orderId))
  return order && order.status !== 'success' && order.amount === line.amount ? order.id : undefined
}

async function foreignOrder(tx: Transaction, operatorId: Uuid, line: DifferenceLine, at: Instant): Promise<Uuid> {
  const id = newId()
  const [taken] = await tx.db
    .select({ id: rechargeOrders.id })
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.paymentMethod, line.channel), eq(rechargeOrders.outTradeNo, line.ourNo)))
  await tx.db.insert(rechargeOrders).values({
    ...{ id, operatorId, amount: line.amount, paymentMethod: line.channel, status: 'abnormal' as const, origin: 'quarantine' as const },
    ...{
      foreignOrderNo: taken ? line.providerNo : line.ourNo,
      refunded: ZERO,
      expiresAt: iso(at) > iso(line.at) ? at : line.at,
      createdAt: line.at,
      updatedAt: at,
    },
  })
  return id
}

/** Puts a payment into suspense under the operator it concerns; the quarantine decides what becomes of it. */
async function holdPayment(
  tx: Transaction,
  difference: Difference,
  line: DifferenceLine,
  { actor, origin, at }: PersonalAct,
): Promise<Written> {
  const operator = await lockedOwner(tx, (difference.operatorId ?? difference.actionOperatorId)!)
  const kept = await lockKept(tx, line)
  if (kept && (kept.status !== 'open' || kept.suspenseSeq !== null)) throw brokenRule('ALREADY_PROCESSED', 'difference')
  const description = `${wordsOf(difference)}待查款`
  const row = await append(tx, operator, { kind: 'suspense', channel: line.channel, amount: line.amount, description }, at)
  const held = { operatorId: operator.id, orderId: difference.orderId, suspenseSeq: row.seq, amount: line.amount }
  if (kept) await tx.db.update(paymentQuarantine).set(held).where(eq(paymentQuarantine.id, kept.id))
  else {
    const id = newId()
    const cause = difference.kind === 'duplicate' ? ('duplicate' as const) : ('unknown_order' as const)
    const payload = {
      bill_date: difference.billDate,
      line: line.lineNo,
      out_trade_no: line.ourNo,
      provider_txn_id: line.providerNo,
      amount: yuan(line.amount),
    }
    await tx.db
      .insert(paymentQuarantine)
      .values({ id, channel: line.channel, providerTxnId: line.providerNo, payload, cause, outTradeNo: line.ourNo, createdAt: at, ...held })
    const details = { channel: line.channel, cause, provider_txn_id: line.providerNo, amount: yuan(line.amount) }
    await record(tx, { actor, origin, operation: 'payment_quarantine', target: { kind: 'quarantine', id }, details }, at)
  }
  return row
}

const lockKept = async (tx: Transaction, line: DifferenceLine) => {
  const [kept] = await tx.db
    .select()
    .from(paymentQuarantine)
    .where(and(eq(paymentQuarantine.channel, line.channel), eq(paymentQuarantine.providerTxnId, line.providerNo)))
    .for('no key update')
  return kept
}

const resolveKept = async (tx: Transaction, id: Uuid, { reason }: Difference, resolvedBy: Uuid, at: Instant): Promise<void> => {
  await tx.db
    .update(paymentQuarantine)
    .set({ status: 'credited', resolution: reason!, resolvedBy, resolvedAt: at })
    .where(eq(paymentQuarantine.id, id))
}

/** A correcting row beside the one that was wrong, which stays; the operator is told. */
async function correctBalance(tx: Transaction, difference: Difference, change: Money, why: string, at: Instant): Promise<Written> {
  const operator = await lockedOwner(tx, difference.operatorId!)
  const amount = change < ZERO ? minus(ZERO, change) : change
  if (change < ZERO && operator.balance < amount)
    throw new Problem('INSUFFICIENT_BALANCE', { current_balance: yuan(operator.balance), required_amount: yuan(amount) })
  const [wrong] = await tx.db
    .select({ id: transactionRecords.id })
    .from(transactionRecords)
    .where(and(eq(transactionRecords.operatorId, difference.operatorId!), eq(transactionRecords.seq, difference.journalSeq!)))
  const kind = change < ZERO ? 'adjustment_out' : 'adjustment_in'
  const row = await append(tx, operator, { kind, amount, correctsId: wrong!.id, description: `${wordsOf(difference)}：${why}` }, at)
  const direction = change < ZERO ? '扣减' : '增加'
  const content = `经与${METHOD_NAMES[difference.channel]}${difference.billDate}账单核对，您的余额${direction}${yuan(amount)}元，当前余额${yuan(row.balanceAfter)}元。原因：${why}。`
  await notify(tx, [operator.id], { type: 'system', title: '余额更正', content, priority: 'high' }, at)
  return row
}

/** What the channel kept beyond the contract. */
async function bookFee(tx: Transaction, difference: Difference, at: Instant): Promise<Written> {
  const operator = await lockedOwner(tx, difference.operatorId!)
  const description = `${wordsOf(difference)}手续费差额`
  return append(
    tx,
    operator,
    { kind: 'fee', channel: difference.channel, amount: minus(difference.billed!, difference.ours!), description },
    at,
  )
}

async function append(tx: Transaction, operator: LockedOperator, transfer: Transfer, at: Instant): Promise<JournalRow> {
  const row = journalRow(operator, transfer, at)
  await appendRows(tx, [row])
  return row
}

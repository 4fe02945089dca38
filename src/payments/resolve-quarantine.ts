import { and, eq } from 'drizzle-orm'
import { paymentQuarantine, rechargeOrders } from '#drizzle/schema'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { invalidField, Problem } from '#src/core/problem'
import { addSeconds, type Instant, instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { read, type Transaction, transaction } from '#src/platform/database'
import { creditOrder } from './credit'
import { lockOrder } from './orders'
import type { Quarantined } from './quarantine'
import { alreadyProcessed, finish, holdsMoney, lockOpen, type Resolution } from './resolution'
import { returnPayment } from './return-payment'

export type Resolved = { status: Quarantined['status'] }

/**
 * Finance decides what becomes of a payment that did not fit: credit it to an operator, send it back, or let it rest where no money of
 * ours is held. `open` afterwards means that the money is on its way back. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED,
 * what the action does not allow), and what the provider says to a return.
 */
export async function resolveQuarantined(id: Uuid, resolution: Resolution, act: PersonalAct): Promise<Resolved> {
  const row = await requireQuarantined(id)
  if (row.status !== 'open') throw alreadyProcessed()
  if (resolution.action === 'return') return { status: await returnPayment(row, resolution, act) }
  if (resolution.action === 'credit') return transaction((tx) => creditQuarantined(tx, row, resolution, act))
  return transaction((tx) => dismiss(tx, row, resolution.reason, act))
}

async function requireQuarantined(id: Uuid): Promise<Quarantined> {
  const [row] = await read().select().from(paymentQuarantine).where(eq(paymentQuarantine.id, id))
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return row
}

async function creditQuarantined(
  tx: Transaction,
  found: Quarantined,
  { reason: why, operator_id }: Resolution,
  act: PersonalAct,
): Promise<Resolved> {
  const operatorId = operator_id ?? found.operatorId
  if (!operatorId) throw invalidField('operator_id', '请选择要入账的运营商', 'choose the operator to credit')
  if (!holdsMoney(found))
    throw invalidField('action', '这笔款不在我们的账户上，不能入账', 'this money is not on our account and cannot be credited')
  const ids = [operatorId, ...(found.operatorId ? [found.operatorId] : [])]
  const operator = (await lockOperators(tx, { ids: [...new Set(ids)] })).find((one) => one.id === operatorId)
  if (!operator) throw new Problem('OPERATOR_NOT_FOUND', { id: `op_${operatorId}` })
  if (operator.deactivatedAt) throw invalidField('operator_id', '该运营商账户已注销', 'the account of this operator is closed')
  const row = await lockOpen(tx, found.id)
  if (row.returnNo !== null) throw invalidField('action', '款项正在退回，不能入账', 'the money is on its way back and cannot be credited')
  const orderId = await insertFoundOrder(tx, operatorId, row, act.at)
  const locked = await lockOrder(tx, { id: orderId, operatorId })
  const credited = await creditOrder(
    tx,
    locked,
    {
      kind: row.suspenseSeq === null ? 'recharge' : 'recharge_from_suspense',
      providerTxnId: row.providerTxnId,
      paidAt: paidAtOf(row),
      late: false,
    },
    act,
  )
  await finish(
    tx,
    row,
    { status: 'credited', why, resolvedSeq: credited.seq, details: { operator_id: operatorId, order_id: orderId } },
    act,
  )
  return { status: 'credited' }
}

/** Money is credited through an order: this one is made for a payment that had none, or none that fits. */
async function insertFoundOrder(tx: Transaction, operatorId: Uuid, row: Quarantined, at: Instant): Promise<Uuid> {
  const id = newId()
  await tx.db.insert(rechargeOrders).values({
    id,
    operatorId,
    amount: row.amount!,
    paymentMethod: row.channel,
    origin: 'quarantine',
    foreignOrderNo: await numberFor(tx, row),
    refunded: 0n as Money,
    expiresAt: addSeconds(at, 1),
    createdAt: at,
    updatedAt: at,
  })
  return id
}

/** The provider's word for it where that is free: only then can the payment be refunded the way it came. */
async function numberFor(tx: Transaction, { id, channel, outTradeNo }: Quarantined): Promise<string> {
  const own = `Q${id.replaceAll('-', '')}`
  if (outTradeNo === null) return own
  const [taken] = await tx.db
    .select({ id: rechargeOrders.id })
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.paymentMethod, channel), eq(rechargeOrders.outTradeNo, outTradeNo)))
  return taken ? own : outTradeNo
}

function paidAtOf({ payload, createdAt }: Quarantined): Instant {
  const { paid_at: told } = payload as { paid_at?: string | null }
  return told ? instant(told) : createdAt
}

async function dismiss(tx: Transaction, found: Quarantined, why: string, act: PersonalAct): Promise<Resolved> {
  if (found.operatorId) await lockOperators(tx, { ids: [found.operatorId] })
  const row = await lockOpen(tx, found.id)
  if (row.suspenseSeq !== null || row.returnNo !== null) {
    throw invalidField('action', '待查款中有这笔钱，只能入账或退回', 'this money is held in suspense: credit it or send it back')
  }
  await finish(tx, row, { status: 'dismissed', why, resolvedSeq: null, details: {} }, act)
  return { status: 'dismissed' }
}

import { unlinkSync } from 'node:fs'
import { newId, type Uuid } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { addSeconds, type Instant, now } from '#src/core/time'
import { confirmReversal, proposeReversal } from '#src/invoices/reversals/reversals'
import { approveInvoice } from '#src/invoices/review'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { config } from '#src/platform/config'
import { transaction } from '#src/platform/database'
import type { TestDatabase } from '#tests/support/database'

/** Money that an operator paid in or got back, as it stands in the books afterwards. */

/** A paid order and its credit. */
export async function recharged(operatorId: Uuid, yuan: string, at: Instant = now()): Promise<Uuid> {
  const [orderId, amount] = [newId(), parseYuan(yuan)!]
  await transaction(async (tx) => {
    const [head] = await lockOperators(tx, { ids: [operatorId] })
    await tx.sql`
      INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, provider_txn_id, paid_at, expires_at, created_at, updated_at)
      VALUES (${orderId}, ${operatorId}, ${String(amount)}, 'bank', 'success', ${orderId}, ${at}, ${addSeconds(at, 900)}, ${at}, ${at})`
    await appendRows(tx, [journalRow(head!, { kind: 'recharge', channel: 'bank', amount, orderId, description: '对公转账' }, at)])
  })
  return orderId
}

/** An approved refund and its debit. */
export async function refunded(operatorId: Uuid, reviewer: Uuid, yuan: string, at: Instant = now()): Promise<Uuid> {
  const [refundId, amount] = [newId(), parseYuan(yuan)!]
  await transaction(async (tx) => {
    const [head] = await lockOperators(tx, { ids: [operatorId] })
    await tx.sql`
      INSERT INTO refund_records (id, operator_id, requested_fen, actual_fen, reason, status, first_reviewer, reviewed_at, created_at, updated_at)
      VALUES (${refundId}, ${operatorId}, ${String(amount)}, ${String(amount)}, '门店装修暂停营业申请退款', 'approved', ${reviewer}, ${at}, ${at}, ${at})`
    await appendRows(tx, [journalRow(head!, { kind: 'refund', amount, refundId, description: '退款' }, at)])
  })
  return refundId
}

/** An invoice that waits is approved. */
export async function issueFor(invoiceId: Uuid, reviewer: Uuid): Promise<void> {
  const actor = { kind: 'staff' as const, id: reviewer, name: '张发财', role: 'manager' }
  await transaction((tx) => approveInvoice(tx, invoiceId, null, { actor, origin: null, at: now() }))
}

/** One person asks to take back of an issued invoice, another does it; gives the red number. */
export async function reverse(
  invoiceId: Uuid,
  asked: { amount: string; kind?: 'void' | 'red'; reason?: string },
  proposer: Uuid,
  decider: Uuid,
): Promise<string | null> {
  const act = (id: Uuid, name: string) => ({ actor: { kind: 'staff' as const, id, name, role: 'manager' }, origin: null, at: now() })
  const input = {
    kind: asked.kind ?? 'red',
    amount: parseYuan(asked.amount)!,
    reason_code: 'return' as const,
    reason: asked.reason ?? '开票后客户退款，按退款金额红冲',
    confirmation_no: null,
  }
  const id = await transaction((tx) => proposeReversal(tx, invoiceId, input, act(proposer, '张发财')))
  return transaction((tx) => confirmReversal(tx, id, act(decider, '李审核')))
}

/** Takes the files of a database's invoices away with it, those of approvals that died too. */
export async function removeInvoiceFiles({ owner }: Pick<TestDatabase, 'owner'>): Promise<void> {
  const folder = `${config().DATA_DIR}/invoices`
  for (const {
    id,
  } of await owner`SELECT id FROM invoice_records UNION SELECT id FROM invoice_reversals UNION SELECT id FROM invoice_tax_files`)
    for (const path of new Bun.Glob(`*/${id}*`).scanSync(folder)) unlinkSync(`${folder}/${path}`)
}

export const TAX_ID = '91110000802100433B'
export const anInvoiceBody = (amount: string, more: object = {}) => ({
  amount,
  invoice_title: '杭州幻境数字娱乐有限公司',
  tax_id: TAX_ID,
  ...more,
})

import { newId, type Uuid } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { addSeconds, type Instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, headAfter, journalRow } from '#src/ledger/transfer'
import { transaction } from '#src/platform/database'
import { anApplication, aSite } from '#tests/support/factory'

/** Money that moved at a time of the test's own, as the books have it. Of one operator in the order of time. */

export function aPastRecharge(operatorId: Uuid, yuan: string, when: Instant): Promise<void> {
  const [id, amount] = [newId(), parseYuan(yuan)!]
  return transaction(async (tx) => {
    const [head] = await lockOperators(tx, { ids: [operatorId] })
    await tx.sql`
      INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, provider_txn_id, paid_at, expires_at, created_at, updated_at)
      VALUES (${id}, ${operatorId}, ${String(amount)}::bigint, 'wechat', 'success', ${id}, ${when.toISOString()}, ${addSeconds(when, 900).toISOString()},
        ${when.toISOString()}, ${when.toISOString()})`
    await appendRows(tx, [journalRow(head!, { kind: 'recharge', channel: 'wechat', amount, orderId: id, description: '充值' }, when)])
  })
}

export function aPastRefund(operatorId: Uuid, yuan: string, when: Instant): Promise<void> {
  const [id, amount] = [newId(), parseYuan(yuan)!]
  return transaction(async (tx) => {
    const [head] = await lockOperators(tx, { ids: [operatorId] })
    await tx.sql`
      INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
      VALUES (${id}, ${operatorId}, ${String(amount)}::bigint, '门店停业装修，申请退回余额', ${when.toISOString()}, ${when.toISOString()})`
    await appendRows(tx, [journalRow(head!, { kind: 'refund', amount, refundId: id, description: '退款' }, when)])
  })
}

/** A game of one player; with `credit` its money is put on the balance first. */
export async function aPastGame(operatorId: Uuid, yuan: string, when: Instant, { credit }: { credit?: string } = {}): Promise<void> {
  const [siteId, applicationId, usageId, amount] = [await aSite(operatorId), await anApplication(), newId(), parseYuan(yuan)!]
  await transaction(async (tx) => {
    const [operator] = await lockOperators(tx, { ids: [operatorId] })
    const gift = credit && journalRow(operator!, { kind: 'adjustment_in', amount: parseYuan(credit)!, description: '测试调账' }, when)
    const row = journalRow(gift ? headAfter(gift) : operator!, { kind: 'consumption', amount, usageId, description: '太空探险 1 人' }, when)
    await tx.sql`
      INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen,
        total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at)
      VALUES (${usageId}, ${operatorId}, ${siteId}, ${applicationId}, ${`op_${operatorId}_${when.getTime()}_a1B2c3D4e5F6g7H8`},
        decode(repeat('00', 32), 'hex'), '太空探险', 1, ${String(amount)}::bigint, ${String(amount)}::bigint, ${newId()},
        ${String(row.seq)}::bigint, ${String(row.balanceAfter)}::bigint, '127.0.0.1', ${when.toISOString()}::timestamptz)`
    await appendRows(tx, gift ? [gift, row] : [row])
  })
}

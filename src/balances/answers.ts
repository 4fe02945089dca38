import * as v from 'valibot'
import { answersList, count, isoText, oneOf, orNull, wireId, words, yuanText } from '#src/core/answers'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { LEDGER_KINDS } from './all-transactions'
import { MOVEMENT_KINDS, type TransactionRow } from './transactions'

const row = {
  transaction_id: wireId('transaction'),
  direction: oneOf(['in', 'out']),
  amount: yuanText,
  balance_before: yuanText,
  balance_after: yuanText,
  created_at: isoText,
  related_usage_id: orNull(wireId('usage')),
  related_refund_id: orNull(wireId('refund')),
  payment_method: orNull(oneOf(['wechat', 'alipay', 'bank'])),
  status: v.literal('success'),
  description: words('星际防线 4 人'),
}

/** What the routes of an operator's money answer (API 4). */
export const TransactionsAnswer = answersList(v.strictObject({ ...row, type: oneOf(MOVEMENT_KINDS) }))

/** The rows of all operators (API 5 and 6). */
export const LedgerAnswer = answersList(
  v.strictObject({ ...row, type: oneOf(LEDGER_KINDS), operator_id: wireId('operator'), operator_name: words('示例乐园'), seq: count }),
)

/** A row of the journal is final: what is still under way has none. */
export const transactionJson = (row: Omit<TransactionRow, 'kind'> & { kind: string }) => ({
  transaction_id: showId('transaction', row.id),
  type: row.kind,
  direction: row.direction,
  amount: yuan(row.amount),
  balance_before: yuan(row.balanceBefore),
  balance_after: yuan(row.balanceAfter),
  created_at: iso(row.at),
  related_usage_id: row.usageId && showId('usage', row.usageId),
  related_refund_id: row.refundId && showId('refund', row.refundId),
  payment_method: row.channel,
  status: 'success',
  description: row.description,
})

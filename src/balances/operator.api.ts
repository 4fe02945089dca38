import * as v from 'valibot'
import { pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { list } from '#src/platform/http'
import { api } from '#src/platform/route'
import { TransactionsAnswer } from './answers'
import { MOVEMENT_KINDS, pageOfTransactions, type TransactionRow } from './transactions'

const TransactionsQuery = v.object({
  ...pageQuery,
  ...timeQuery,
  type: v.optional(v.picklist([...MOVEMENT_KINDS, 'all']), 'all'),
})

/** An operator and its money (API 4). */
export const balancesOperatorApi = [
  api(
    'GET /operators/me/transactions',
    { audience: 'operator', answer: TransactionsAnswer, query: TransactionsQuery },
    async ({ caller, query }) => {
      const filter = { ...timeFilter(query), kind: query.type === 'all' ? undefined : query.type }
      const { total, rows } = await pageOfTransactions(caller.id, filter, query)
      return list(query, total, rows.map(transactionJson))
    },
  ),
]

/** A row of the journal is final: what is still under way has none. */
const transactionJson = (row: TransactionRow) => ({
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

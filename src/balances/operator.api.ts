import * as v from 'valibot'
import { pageQuery } from '#src/core/fields'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { list } from '#src/platform/http'
import { api } from '#src/platform/route'
import { TransactionsAnswer, transactionJson } from './answers'
import { MOVEMENT_KINDS, pageOfTransactions } from './transactions'

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

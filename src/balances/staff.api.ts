import * as v from 'valibot'
import { idOf, pageQuery, text, yuanBetween } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { list } from '#src/platform/http'
import { api } from '#src/platform/route'
import { CHANNELS, LEDGER_KINDS, type LedgerRow, pageOfLedger } from './all-transactions'
import { LedgerAnswer, transactionJson } from './answers'
import { ledgerSums } from './ledger-sums'
import { withKeyword } from './sought-rows'

const amount = v.optional(yuanBetween('0.01', '99999999.99'))

const LedgerQuery = v.object({
  ...pageQuery,
  ...timeQuery,
  operator_id: v.optional(idOf('operator')),
  type: v.optional(v.picklist([...LEDGER_KINDS, 'all']), 'all'),
  method: v.optional(v.picklist(CHANNELS)),
  keyword: v.optional(text(0, 128), ''),
  min_amount: amount,
  max_amount: amount,
})

/** The journal of all operators for administrators (API 5) and finance (API 6). */
export const balancesStaffApi = (['admin', 'finance'] as const).map((audience) =>
  api(
    `GET /${audience}/transactions`,
    { audience, permission: 'transaction:view', answer: LedgerAnswer, query: LedgerQuery },
    async ({ query, info }) => {
      const { operator_id, type, method, keyword, min_amount, max_amount } = query
      const kind = type === 'all' ? undefined : type
      const asked = { ...timeFilter(query), operatorId: operator_id, kind, method, least: min_amount, most: max_amount }
      const filter = await withKeyword(asked, keyword)
      const [{ rows: total }, rows] = [await ledgerSums(filter, info.now), await pageOfLedger(filter, query)]
      return list(query, total, rows.map(ledgerJson))
    },
  ),
)

const ledgerJson = (row: LedgerRow) => ({
  ...transactionJson(row),
  operator_id: showId('operator', row.operatorId),
  operator_name: row.operatorName,
  seq: Number(row.seq),
})

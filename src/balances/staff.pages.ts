import { h } from 'preact'
import * as v from 'valibot'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { text, yuanBetween } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { type Money, ZERO } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { type PageCall, problemWords, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { LedgerRowPage } from '#views/staff/transaction'
import { StaffTransactionsPage } from '#views/staff/transactions'
import { CHANNELS, LEDGER_KINDS, type LedgerFilter, listLedger } from './all-transactions'
import { requireLedgerRow } from './ledger-source'
import { ledgerSums } from './ledger-sums'
import { withKeyword } from './sought-rows'

const amount = v.fallback(v.optional(yuanBetween('0.01', '99999999.99')), undefined)

const LedgerQuery = v.object({
  ...dayRangeQuery,
  ...keysetQuery,
  type: v.fallback(v.optional(v.picklist(LEDGER_KINDS)), undefined),
  method: v.fallback(v.optional(v.picklist(CHANNELS)), undefined),
  keyword: v.fallback(v.optional(text(0, 128), ''), ''),
  min_amount: amount,
  max_amount: amount,
})
type Asked = v.InferOutput<typeof LedgerQuery>

/** The journal of all operators in the browser: what moved where, and each row with what it is about. */
export const balancesStaffPages = (['admin', 'finance'] as const).flatMap((audience) => [
  page(`GET /${audience}/transactions`, { audience, permission: 'transaction:view' }, (call) => showLedger(call)),

  page(`GET /${audience}/transactions/:transaction_id`, { audience, permission: 'transaction:view' }, async (call) =>
    showPage(call, h(LedgerRowPage, await requireLedgerRow(pathId('transaction', call.params, 'transaction_id')))),
  ),
])

async function showLedger(call: PageCall & { caller: StaffCaller }): Promise<Response> {
  const asked = pageQuery(call.request, LedgerQuery)
  // Whoever looks for one thing means all of time; whoever looks at the stream means these days.
  const dates = dayRange(asked, call.info.now, asked.keyword === '' ? 'week' : 'all')
  const { type, method, keyword, min_amount, max_amount } = asked
  const given = { kind: type, method, least: min_amount, most: max_amount, ...dates.stretch }
  const filter = await withKeyword(given, keyword)
  const { sums, refusal } = await sumsOrRefusal(call, filter)
  const rows = refusal === null ? await listLedger(filter, asked) : { rows: [], newer: null, older: null, size: asked.size }
  return showPage(
    call,
    h(StaffTransactionsPage, { transactions: rows, sums, refusal, dates, asked: shownAsked(asked) }),
    refusal === null ? {} : { status: 400 },
  )
}

const shownAsked = ({ type, method, keyword, min_amount, max_amount }: Asked) => ({
  type,
  method,
  keyword,
  least: min_amount,
  most: max_amount,
})

/** An amount among too many rows is refused above the list, with what to do about it. */
async function sumsOrRefusal(call: PageCall, filter: LedgerFilter) {
  try {
    return { sums: await ledgerSums(filter, call.info.now), refusal: null }
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'INVALID_PARAMS') throw error
    return { sums: { rows: 0, in: ZERO as Money, out: ZERO, between: ZERO }, refusal: problemWords(error, call) }
  }
}

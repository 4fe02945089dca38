import * as v from 'valibot'
import { CHANNELS, LEDGER_KINDS, type LedgerFilter, type LedgerRow, ledgerChunks } from '#src/balances/all-transactions'
import { ledgerSums } from '#src/balances/ledger-sums'
import { withKeyword } from '#src/balances/sought-rows'
import { idOf, text as words, yuanBetween } from '#src/core/fields'
import { showId } from '#src/core/ids'
import type { Cell, Column, Table } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { staffExport } from './staff-export'

const amount = v.optional(yuanBetween('0.01', '99999999.99'))

/** The journal of all operators, as its page shows it. */
export const allTransactionsExport = staffExport({
  title: 'staffTransactions.title',
  permission: 'transaction:view',
  filter: {
    ...timeQuery,
    operator_id: v.optional(idOf('operator')),
    type: v.optional(v.picklist(LEDGER_KINDS)),
    method: v.optional(v.picklist(CHANNELS)),
    keyword: v.optional(words(0, 128), ''),
    min_amount: amount,
    max_amount: amount,
  },
  open: async ({ operator_id, type, method, keyword, min_amount, max_amount, ...times }, { language, now }) => {
    const asked = { ...timeFilter(times), operatorId: operator_id, kind: type, method, least: min_amount, most: max_amount }
    const filter = await withKeyword(asked, keyword)
    return { rows: (await ledgerSums(filter, now)).rows, table: ledgerTable(filter, language, now) }
  },
})

function ledgerTable(filter: LedgerFilter, language: Language, now: Instant): Table {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return {
    title: text(language, 'staffTransactions.title'),
    columns: [
      column('export.column.time', 'moment', 20),
      column('export.column.operator', 'text', 24),
      column('export.column.type', 'text', 12),
      column('export.column.description', 'text', 40),
      column('export.column.in', 'money', 14),
      column('export.column.out', 'money', 14),
      column('export.column.between', 'money', 18),
      column('export.column.before', 'money', 14),
      column('export.column.after', 'money', 14),
      column('export.column.method', 'text', 12),
      column('export.column.debit', 'text', 18),
      column('export.column.credit', 'text', 18),
      column('export.column.seq', 'count', 8),
      column('export.column.transaction', 'text', 46),
      column('export.column.related', 'text', 46),
      column('export.column.operatorId', 'text', 42),
    ],
    chunks: inCells(filter, language, now),
  }
}

async function* inCells(filter: LedgerFilter, language: Language, now: Instant): AsyncGenerator<Cell[][]> {
  for await (const rows of ledgerChunks(filter, now)) yield rows.map((row) => cells(row, language))
}

/** What moves between accounts of the company has a column of its own: the columns of an operator's money then add up to its balance. */
function cells(row: LedgerRow, language: Language): Cell[] {
  const moves = (direction: 'in' | 'out') => (row.isOwn && row.direction === direction ? row.amount : null)
  return [
    row.at,
    row.operatorName,
    text(language, `kind.${row.kind}`),
    row.description,
    moves('in'),
    moves('out'),
    row.isOwn ? null : row.amount,
    row.balanceBefore,
    row.balanceAfter,
    row.channel && text(language, `ledger.channel.${row.channel}`),
    text(language, `ledger.account.${row.debit}`),
    text(language, `ledger.account.${row.credit}`),
    Number(row.seq),
    showId('transaction', row.id),
    relatedId(row),
    showId('operator', row.operatorId),
  ]
}

const relatedId = ({ usageId, orderId, refundId }: LedgerRow): string | null =>
  (usageId && showId('usage', usageId)) ?? (orderId && showId('order', orderId)) ?? (refundId && showId('refund', refundId))

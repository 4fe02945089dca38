import { type Money, minus, ZERO } from '#src/core/money'
import type { Language } from '#src/core/problem'
import type { Cell, Table } from '#src/core/table'
import { text } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { type DifferenceFilter, type DifferenceRow, differenceChunks } from './queries'

/** The differences of a filter as a file: exactly what the list shows, all pages of it. */
export function differencesTable(filter: DifferenceFilter, language: Language, now: Instant): Table {
  const head = (key: Parameters<typeof text>[1]): string => text(language, key as 'reconcile.day')
  return {
    title: head('reconcile.differences'),
    columns: [
      { head: head('reconcile.day'), kind: 'day', width: 12 },
      { head: head('reconcile.channel'), kind: 'text', width: 10 },
      { head: head('reconcile.kind'), kind: 'text', width: 10 },
      { head: head('reconcile.state'), kind: 'text', width: 12 },
      { head: head('reconcile.number'), kind: 'text', width: 36 },
      { head: head('reconcile.providerNo'), kind: 'text', width: 32 },
      { head: head('reconcile.operator'), kind: 'text', width: 20 },
      { head: head('reconcile.side.ours'), kind: 'money', width: 14 },
      { head: head('reconcile.side.bill'), kind: 'money', width: 14 },
      { head: head('reconcile.gap'), kind: 'money', width: 14 },
      { head: head('reconcile.owner'), kind: 'text', width: 14 },
      { head: head('reconcile.reason'), kind: 'text', width: 40 },
      { head: head('reconcile.history.found'), kind: 'moment', width: 20 },
    ],
    chunks: cells(filter, language, now),
  }
}

async function* cells(filter: DifferenceFilter, language: Language, now: Instant): AsyncGenerator<Cell[][]> {
  for await (const rows of differenceChunks(filter, now)) yield rows.map((row) => cellsOf(row, language))
}

const cellsOf = (row: DifferenceRow, language: Language): Cell[] => [
  row.billDate,
  text(language, `ledger.channel.${row.channel}`),
  text(language, `reconcile.kind.${row.kind}`),
  text(language, `reconcile.difference.${row.state}`),
  row.number,
  row.providerNo,
  row.operatorName,
  row.ours,
  row.billed,
  minus(row.billed ?? (ZERO as Money), row.ours ?? ZERO),
  row.ownerName,
  row.reason,
  row.foundAt,
]

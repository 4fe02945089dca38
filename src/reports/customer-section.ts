import type { Cell, Sheet } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import type { CustomerSums, Customers } from './customers'
import { column, type Section, shareOf, unlessNone } from './section'

/** 大客户: who consumed most, each with its share; the rest in one row. */
export function customerSection({ named, rest, total }: Customers, language: Language): Section {
  const share = (sums: CustomerSums) => shareOf(sums.consumption, total.consumption)
  const cells = (sums: CustomerSums): Cell[] => [sums.sessions, sums.consumption, share(sums), sums.recharge, sums.refund]
  const sheet: Sheet = {
    title: text(language, 'reports.table.customers'),
    columns: [
      column(language, 'reports.column.rank', 'count', 8),
      column(language, 'reports.column.customer', 'text', 28),
      column(language, 'reports.column.category', 'text', 10),
      column(language, 'reports.column.sessions', 'count', 10),
      column(language, 'reports.column.consumption', 'money', 16),
      column(language, 'reports.column.share', 'share', 10),
      column(language, 'reports.column.recharge', 'money', 16),
      column(language, 'reports.column.refund', 'money', 16),
    ],
    rows: [
      ...named.map((one, at) => [at + 1, one.name, text(language, `reports.category.${one.category}`), ...cells(one)]),
      ...unlessNone(rest.count, [null, text(language, 'reports.rest.customers', { count: rest.count }), null, ...cells(rest)]),
    ],
    total: [null, text(language, 'reports.total'), null, ...cells(total)],
  }
  const [largest] = named
  return {
    key: 'top_customers',
    title: text(language, 'reports.section.top_customers'),
    tiles: largest
      ? [
          { label: text(language, 'reports.figure.customers'), value: named.length + rest.count },
          { label: text(language, 'reports.figure.largest'), value: largest.consumption },
          { label: text(language, 'reports.figure.topTen'), value: shareWords(topTen(named), total) },
        ]
      : [],
    tables: largest ? [sheet] : [],
    notes: largest ? [text(language, 'reports.note.customers')] : [text(language, 'reports.empty')],
  }
}

const topTen = (named: Customers['named']): bigint => named.slice(0, 10).reduce((sum, { consumption }) => sum + consumption, 0n)

function shareWords(part: bigint, { consumption }: CustomerSums): string {
  const share = shareOf(part, consumption)
  return share === null ? '–' : `${share.toFixed(1)}%`
}

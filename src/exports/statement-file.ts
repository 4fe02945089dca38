import type { Statement } from '#src/balances/statement'
import type { Head } from '#src/balances/verify'
import { formatYuan, type Money, minus, ZERO } from '#src/core/money'
import type { Cell, Table } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import { formatDateTime, type Instant } from '#src/core/time'
import { pdfBytes } from '#src/platform/pdf'

export type Account = { name: string; username: string }

/** `statement_20260301_20260331.pdf`. */
export const statementName = ({ first, last }: Statement, ending: 'pdf' | 'csv'): string =>
  `statement_${first.replaceAll('-', '')}_${last.replaceAll('-', '')}.${ending}`

/** A statement by day as a table; the first row's opening plus all that came in less all that went out is the last row's closing. */
export function statementTable(statement: Statement, language: Language): Table {
  async function* chunks(): AsyncGenerator<Cell[][]> {
    yield statement.days.map(({ day, rows, opening, in: came, out, closing }) => [day, rows, opening, came, out, closing])
  }
  return {
    title: text(language, 'statement.title'),
    columns: [
      { head: text(language, 'statement.day'), kind: 'day', width: 12 },
      { head: text(language, 'statement.count'), kind: 'count', width: 8 },
      { head: text(language, 'statement.opening'), kind: 'money', width: 14 },
      { head: text(language, 'statement.in'), kind: 'money', width: 14 },
      { head: text(language, 'statement.out'), kind: 'money', width: 14 },
      { head: text(language, 'statement.closing'), kind: 'money', width: 14 },
    ],
    chunks: chunks(),
  }
}

/** A statement on paper. `head` is where the ledger stood when it was made, so that the paper can be held against it. */
export function statementPdf(
  statement: Statement,
  account: Account,
  head: Head,
  language: Language,
  at: Instant,
): Promise<Uint8Array<ArrayBuffer>> {
  const { first, last, rows, days, kinds } = statement
  return pdfBytes('statement', {
    language,
    product: text(language, 'product.name'),
    words: wordsOf(language),
    name: account.name,
    username: account.username,
    period: text(language, 'statement.period', { first, last }),
    printed: text(language, 'statement.printed', { time: formatDateTime(at) }),
    proof: text(language, 'statement.proof', { seq: String(head.seq), hash: head.hash }),
    opening: formatYuan(statement.opening),
    closing: formatYuan(statement.closing),
    in: moved(statement.in),
    out: moved(minus(ZERO, statement.out)),
    kinds: kinds.map((row) => [text(language, `kind.${row.kind}`), String(row.rows), ...both(row)]),
    total: [text(language, 'statement.total'), String(rows), ...both(statement)],
    days: days.map((row) => [row.day, String(row.rows), formatYuan(row.opening), ...both(row), formatYuan(row.closing)]),
    daysTotal: [
      text(language, 'statement.total'),
      String(rows),
      formatYuan(statement.opening),
      ...both(statement),
      formatYuan(statement.closing),
    ],
  })
}

/** Nothing moved is a dash, so that the days on which something did stand out. */
const moved = (amount: Money): string => (amount === ZERO ? '–' : `${amount > ZERO ? '+' : ''}${formatYuan(amount)}`)
const both = (sums: { in: Money; out: Money }): string[] => [moved(sums.in), moved(minus(ZERO, sums.out))]

const wordsOf = (language: Language) => ({
  title: text(language, 'statement.title'),
  account: text(language, 'statement.account'),
  periodLabel: text(language, 'statement.periodLabel'),
  opening: text(language, 'statement.opening'),
  in: text(language, 'statement.in'),
  out: text(language, 'statement.out'),
  closing: text(language, 'statement.closing'),
  kinds: text(language, 'statement.kinds'),
  kind: text(language, 'statement.kind'),
  count: text(language, 'statement.count'),
  days: text(language, 'statement.days'),
  note: text(language, 'statement.days.note'),
  day: text(language, 'statement.day'),
  empty: text(language, 'statement.empty'),
  // Typst knows the numbers only when all is set.
  page: text(language, 'statement.page', { page: '{page}', pages: '{pages}' }),
})

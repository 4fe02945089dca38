import { formatYuan, larger, type Money, minus, ZERO } from '#src/core/money'
import type { Cell, Sheet } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import { formatDateTime } from '#src/core/time'
import { addFlows, type Flows, grownBy, type Income, type IncomeDay } from './income'
import { type Chart, changeOf, column, type Section, shareOf } from './section'

/** More days than this stand on paper by month. */
const DAYS_ON_PAPER = 62

const net = ({ recharge, refund }: Flows): Money => minus(recharge, refund)
const adjusted = ({ adjustedIn, adjustedOut }: Flows): Money => minus(adjustedIn, adjustedOut)

/** 收支汇总: money in and out, where it came from, day by day, with what is owed at both ends. */
export function incomeSection(income: Income, language: Language): Section {
  const { sums, opening, closing, payable, days } = income
  const daily = dailySheet(income, language)
  return {
    key: 'income_summary',
    title: text(language, 'reports.section.income_summary'),
    tiles: [
      { label: text(language, 'reports.figure.recharge'), value: sums.recharge },
      { label: text(language, 'reports.figure.refund'), value: sums.refund },
      { label: text(language, 'reports.figure.net'), value: net(sums) },
      { label: text(language, 'reports.figure.consumption'), value: sums.consumption },
      { label: text(language, 'reports.figure.opening'), value: opening },
      { label: text(language, 'reports.figure.closing'), value: closing },
    ],
    ...(days.length > 1 ? { chart: chartOf(byPaper(days), language) } : {}),
    tables: [
      comparedSheet(income, language),
      ...(income.sources.length > 0 ? [sourceSheet(income, language)] : []),
      days.length > DAYS_ON_PAPER ? { ...daily, short: monthlySheet(income, language) } : daily,
    ],
    notes: [
      text(language, 'reports.note.balance', {
        opening: formatYuan(opening),
        grown: formatYuan(grownBy(sums)),
        closing: formatYuan(closing),
        payable: formatYuan(payable),
      }),
      proofNote(income, language),
    ],
  }
}

function proofNote({ proof }: Income, language: Language): string {
  if (!proof) return text(language, 'reports.note.unproved')
  return text(language, proof.isGood ? 'reports.note.proved' : 'reports.note.drift', { time: formatDateTime(proof.at) })
}

function comparedSheet({ sums, before }: Income, language: Language): Sheet {
  const rows: [Parameters<typeof text>[1], (flows: Flows) => Money][] = [
    ['reports.figure.recharge', (flows) => flows.recharge],
    ['reports.figure.refund', (flows) => flows.refund],
    ['reports.figure.net', net],
    ['reports.figure.consumption', (flows) => flows.consumption],
    ['reports.figure.adjustedIn', (flows) => flows.adjustedIn],
    ['reports.figure.adjustedOut', (flows) => flows.adjustedOut],
    ['reports.figure.fees', (flows) => flows.fees],
  ]
  return {
    title: text(language, 'reports.table.compared'),
    columns: [
      column(language, 'reports.column.item', 'text', 20),
      column(language, 'reports.column.period', 'money', 16),
      column(language, 'reports.column.before', 'money', 16),
      column(language, 'reports.column.change', 'share', 12),
    ],
    rows: rows.map(([key, of]) => [text(language, key as 'reports.figure.net'), of(sums), of(before), changeOf(of(sums), of(before))]),
  }
}

const SOURCES = {
  'clearing:wechat': 'reports.source.wechat',
  'clearing:alipay': 'reports.source.alipay',
  'clearing:bank': 'reports.source.bank',
  suspense: 'reports.source.suspense',
} as const

function sourceSheet({ sources, sums }: Income, language: Language): Sheet {
  const nameOf = (account: string): string => {
    const key = SOURCES[account as keyof typeof SOURCES]
    return key ? text(language, key) : account
  }
  return {
    title: text(language, 'reports.table.sources'),
    columns: [
      column(language, 'reports.column.source', 'text', 20),
      column(language, 'reports.column.rows', 'count', 10),
      column(language, 'reports.column.amount', 'money', 16),
      column(language, 'reports.column.share', 'share', 10),
    ],
    rows: sources.map(({ account, rows, amount }) => [nameOf(account), rows, amount, shareOf(amount, sums.recharge)]),
    total: [text(language, 'reports.total'), sources.reduce((sum, { rows }) => sum + rows, 0), sums.recharge, sums.recharge ? 100 : null],
  }
}

const flowCells = (flows: Flows, closing: Money): Cell[] => [
  flows.recharge,
  flows.refund,
  net(flows),
  flows.consumption,
  adjusted(flows),
  closing,
]

const flowSheet = (title: string, head: 'day' | 'month', rows: Cell[][], income: Income, language: Language): Sheet => ({
  title,
  columns: [
    column(language, `reports.column.${head}`, 'day', 12),
    column(language, 'reports.column.recharge', 'money'),
    column(language, 'reports.column.refund', 'money'),
    column(language, 'reports.column.net', 'money'),
    column(language, 'reports.column.consumption', 'money'),
    column(language, 'reports.column.adjusted', 'money'),
    column(language, 'reports.column.closing', 'money'),
  ],
  rows,
  total: [text(language, 'reports.total'), ...flowCells(income.sums, income.closing)],
})

const dailySheet = (income: Income, language: Language): Sheet =>
  flowSheet(
    text(language, 'reports.table.days'),
    'day',
    income.days.map((day) => [day.day, ...flowCells(day, day.closing)]),
    income,
    language,
  )

const monthlySheet = (income: Income, language: Language): Sheet =>
  flowSheet(
    text(language, 'reports.table.months'),
    'month',
    monthsOf(income.days).map((month) => [month.day, ...flowCells(month, month.closing)]),
    income,
    language,
  )

function monthsOf(days: readonly IncomeDay[]): IncomeDay[] {
  const months = new Map<string, IncomeDay>()
  for (const day of days) {
    const name = day.day.slice(0, 7)
    const known = months.get(name)
    months.set(name, { ...(known ? addFlows(known, day) : day), day: name, closing: day.closing })
  }
  return [...months.values()]
}

const byPaper = (days: readonly IncomeDay[]): readonly IncomeDay[] => (days.length > DAYS_ON_PAPER ? monthsOf(days) : days)

function chartOf(days: readonly IncomeDay[], language: Language): Chart {
  const highest = days.reduce((most, { recharge, consumption }) => larger(most, larger(recharge, consumption)), ZERO)
  // Only a drawing: the figures themselves stand in the table.
  const height = (amount: Money): number => (highest === ZERO ? 0 : Number((amount * 1_000n) / highest) / 1_000)
  return {
    title: text(language, 'reports.chart.income'),
    legend: [text(language, 'reports.figure.recharge'), text(language, 'reports.figure.consumption')],
    labels: days.map(({ day }) => (day.length === 7 ? day : day.slice(5))),
    bars: days.map(({ recharge, consumption }) => [height(recharge), height(consumption)]),
    top: formatYuan(highest),
  }
}

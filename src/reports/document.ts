import { type Money, minus, yuan } from '#src/core/money'
import { type Language, text } from '#src/core/text'
import { formatDateTime, type Instant } from '#src/core/time'
import { customerSection } from './customer-section'
import { customersOf } from './customers'
import { gameSection } from './game-section'
import { gamesOf } from './games'
import { type Income, incomeOf } from './income'
import { incomeSection } from './income-section'
import { type Period, periodBefore, type ReportType } from './period'
import { refundSection } from './refund-section'
import { refundsOf } from './refunds'
import type { Section } from './section'
import { type Reading, readAtOnce } from './snapshot'

/** A report in its words, ready to be written in any format. */
export type ReportDocument = {
  language: Language
  title: string
  period: string
  /** What it is about and where it comes from: label and value. */
  facts: [label: string, value: string][]
  sections: Section[]
  figures: Figures
}
/** The figures a list and a mail show, in yuan. */
export type Figures = Record<(typeof FIGURES)[number], string>
/** In the order in which they are read: what is stored as JSON has none. */
export const FIGURES = ['recharge', 'refund', 'net', 'consumption', 'opening', 'closing'] as const

export type Wanted = { reportType: ReportType; sections: readonly Section['key'][]; language: Language; number: string } & Period

/** Reads and words a report. `step` is told after each part; a report is of the moment at which its first part was read. */
export async function documentOf(wanted: Wanted, at: Instant, step: () => Promise<void>): Promise<ReportDocument> {
  const { first, last, language, reportType, number } = wanted
  const period = { first, last }
  const before = periodBefore(period)
  const { income, sections } = await readAtOnce(async (sql) => {
    const income = await incomeOf(sql, period, before)
    await step()
    const sections: Section[] = []
    for (const key of wanted.sections) {
      sections.push(await SECTIONS[key](sql, period, income, language))
      await step()
    }
    return { income, sections }
  })
  const days = daysOf(period, language)
  return {
    language,
    title: text(language, `reports.paper.${reportType}`),
    period: days,
    facts: [
      [text(language, 'reports.fact.period'), days],
      [text(language, 'reports.fact.before'), daysOf(before, language)],
      [text(language, 'reports.fact.at'), text(language, 'reports.fact.at.value', { time: formatDateTime(at) })],
      [text(language, 'reports.fact.number'), number],
    ],
    sections,
    figures: figuresOf(income),
  }
}

/** A single day is called by its name. */
export const daysOf = ({ first, last }: Period, language: Language): string =>
  first === last ? first : text(language, 'reports.period', { first, last })

type Made = (sql: Reading, period: Period, income: Income, language: Language) => Promise<Section>

const SECTIONS: Record<Section['key'], Made> = {
  income_summary: async (_sql, _period, income, language) => incomeSection(income, language),
  top_customers: async (sql, period, _income, language) => customerSection(await customersOf(sql, period), language),
  usage_statistics: async (sql, period, _income, language) => gameSection(await gamesOf(sql, period), language),
  refund_summary: async (sql, period, _income, language) => refundSection(await refundsOf(sql, period), language),
}

function figuresOf({ sums, opening, closing }: Income): Figures {
  const { recharge, refund, consumption } = sums
  const all: Record<keyof Figures, Money> = { recharge, refund, net: minus(recharge, refund), consumption, opening, closing }
  return Object.fromEntries(Object.entries(all).map(([name, amount]) => [name, yuan(amount)])) as Figures
}

/** Steps of a report: reading the books, each part, and the file. */
export const stepsOf = (sections: readonly unknown[]): number => sections.length + 2

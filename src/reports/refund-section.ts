import type { Sheet } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import type { PaidOut, RefundState, Refunds } from './refunds'
import { column, type Section } from './section'

const STATES: readonly RefundState[] = ['pending', 'approved', 'rejected', 'cancelled']

/** 退款汇总: what was asked for, what was approved, and how far the money is. */
export function refundSection(refunds: Refunds, language: Language): Section {
  const asked = STATES.reduce((sum, state) => sum + refunds.asked[state].count, 0)
  const isEmpty = asked === 0 && refunds.approved.count === 0 && refunds.booked === 0n && refunds.returned === 0n
  return {
    key: 'refund_summary',
    title: text(language, 'reports.section.refund_summary'),
    tiles: [
      { label: text(language, 'reports.figure.asked'), value: asked },
      { label: text(language, 'reports.figure.approved'), value: refunds.approved.count },
      { label: text(language, 'reports.figure.actual'), value: refunds.approved.actual },
      { label: text(language, 'reports.figure.returned'), value: refunds.returned },
      { label: text(language, 'reports.figure.booked'), value: refunds.booked },
      { label: text(language, 'reports.figure.hours'), value: refunds.hours === null ? '–' : refunds.hours.toFixed(1) },
    ],
    tables: isEmpty
      ? []
      : [
          stateSheet(refunds, language),
          ...(refunds.payouts.length > 0 ? [payoutSheet(refunds, language)] : []),
          ...(refunds.approved.count > 0 ? [approvedSheet(refunds, language)] : []),
        ],
    notes: isEmpty ? [text(language, 'reports.empty')] : notesOf(refunds, language),
  }
}

const notesOf = ({ approved }: Refunds, language: Language): string[] => [
  text(language, 'reports.note.refunds'),
  ...(approved.count > approved.named.length ? [text(language, 'reports.note.newest', { count: approved.named.length })] : []),
]

const stateSheet = ({ asked }: Refunds, language: Language): Sheet => ({
  title: text(language, 'reports.table.asked'),
  columns: [
    column(language, 'reports.column.state', 'text', 16),
    column(language, 'reports.column.count', 'count', 10),
    column(language, 'reports.column.requested', 'money', 16),
    column(language, 'reports.column.actual', 'money', 16),
  ],
  rows: STATES.map((state) => [
    text(language, `reports.refund.${state}`),
    asked[state].count,
    asked[state].requested,
    state === 'approved' ? asked[state].actual : null,
  ]),
})

const CHANNELS = { wechat: 'reports.source.wechat', alipay: 'reports.source.alipay', bank: 'reports.source.bank' } as const
type PayoutState = 'processing' | 'completed' | 'abnormal' | 'returned'

const payoutSheet = ({ payouts }: Refunds, language: Language): Sheet => ({
  title: text(language, 'reports.table.payouts'),
  columns: [
    column(language, 'reports.column.channel', 'text', 16),
    column(language, 'reports.column.state', 'text', 16),
    column(language, 'reports.column.count', 'count', 10),
    column(language, 'reports.column.amount', 'money', 16),
  ],
  rows: payouts.map(({ channel, status, count, amount }: PaidOut) => [
    text(language, CHANNELS[channel as keyof typeof CHANNELS]),
    text(language, `reports.payout.${status as PayoutState}`),
    count,
    amount,
  ]),
})

const approvedSheet = ({ approved }: Refunds, language: Language): Sheet => ({
  title: text(language, 'reports.table.approved'),
  columns: [
    column(language, 'reports.column.approvedAt', 'moment', 20),
    column(language, 'reports.column.customer', 'text', 28),
    column(language, 'reports.column.requested', 'money', 16),
    column(language, 'reports.column.actual', 'money', 16),
    column(language, 'reports.column.reviewers', 'text', 20),
  ],
  rows: approved.named.map(({ at, name, requested, actual, reviewers }) => [at, name, requested, actual, reviewers]),
})

import type { AlertView } from './alerts'

/** Where an alert is dealt with, for those who meet it on their own console; undefined where there is no page for it. */
export const alertSource = (at: '/admin' | '/finance', { kind, subject }: Pick<AlertView, 'kind' | 'subject'>): string | undefined =>
  Object.hasOwn(SOURCES[at], kind) ? SOURCES[at][kind]!(subject) : undefined

type Source = (subject: string) => string

/** Subjects come from data: whatever stands in one, it stays one part of an own path. */
const part = (text: string): string => encodeURIComponent(text.toWellFormed())
const under =
  (path: string, prefix = ''): Source =>
  (subject) =>
    `${path}/${part(prefix === '' || subject.startsWith(prefix) ? subject : prefix + subject)}`
/** Of bills the subject is `wechat 2026-03-05`. */
const billDay: Source = (subject) => `/finance/reconciliation/days/${subject.split(' ', 2).map(part).join('/')}`

const SOURCES: Readonly<Record<'/admin' | '/finance', Readonly<Record<string, Source>>>> = {
  '/admin': {
    anomaly_lock: under('/admin/anomalies', 'op_'),
    job_failed: (subject) => `/admin/jobs?job=${part(subject)}`,
    audit_chain_broken: () => '/admin/audit-checks',
  },
  '/finance': {
    bill_difference: billDay,
    bill_difference_overdue: billDay,
    bill_faulty: billDay,
    bill_missing: billDay,
    invoice_pending: under('/finance/invoices', 'inv_'),
    invoice_red: () => '/finance/invoices/over',
    invoice_reversal_review: under('/finance/invoices', 'inv_'),
    order_abnormal: under('/finance/recharge-orders', 'ord_'),
    refund_not_ours: under('/finance/recharge-orders', 'ord_'),
    payment_quarantined: () => '/finance/quarantine',
    refund_pending: under('/finance/refunds', 'refund_'),
    refund_abnormal: under('/finance/refunds/abnormal'),
    refund_overdue: under('/finance/refunds/abnormal'),
    refund_transfer_review: under('/finance/refunds/abnormal'),
    adjustment_pending: under('/finance/adjustments'),
  },
}

import type { AlertAudience, AlertKind } from '#src/notifications/alert-kinds'

type Source = (subject: string) => string

/** Subjects come from data: whatever stands in one, it stays one part of an own path. */
const part = (text: string): string => encodeURIComponent(text.toWellFormed())
const under =
  (path: string, prefix = ''): Source =>
  (subject) =>
    `${path}/${part(prefix === '' || subject.startsWith(prefix) ? subject : prefix + subject)}`
const at =
  (path: string): Source =>
  () =>
    path
/** Of bills the subject is `wechat 2026-03-05`. */
const billDay: Source = (subject) => `/finance/reconciliation/days/${subject.split(' ', 2).map(part).join('/')}`
const job: Source = (subject) => `/admin/jobs?job=${part(subject)}`

/** The page on which a kind is dealt with, on the console of its audience; undefined where there is none. */
const SOURCES: Record<AlertKind, Source | undefined> = {
  anomaly_lock: under('/admin/anomalies', 'op_'),
  app_request_pending: under('/admin/app-requests', 'req_'),

  refund_pending: under('/finance/refunds', 'refund_'),
  refund_transfer_review: under('/finance/refunds/abnormal'),
  refund_abnormal: under('/finance/refunds/abnormal'),
  refund_overdue: under('/finance/refunds/abnormal'),
  refund_not_ours: under('/finance/recharge-orders', 'ord_'),
  refund_paid_twice: under('/finance/refunds/abnormal'),
  invoice_pending: under('/finance/invoices', 'inv_'),
  invoice_red: at('/finance/invoices/over'),
  invoice_reversal_review: under('/finance/invoices', 'inv_'),
  adjustment_pending: under('/finance/adjustments'),
  order_abnormal: under('/finance/recharge-orders', 'ord_'),
  payment_quarantined: at('/finance/quarantine'),
  payment_notice_refused: undefined,
  merchant_balance_low: at('/finance/refunds/abnormal'),
  bill_difference: billDay,
  bill_difference_overdue: billDay,
  bill_faulty: billDay,
  bill_missing: billDay,
  report_failed: at('/finance/reports'),

  payment_checks_overdue: job,
  job_failed: job,
  job_overdue: job,
  workers_silent: at('/admin/jobs'),
  delivery_dead: at('/admin/deliveries'),
  alert_channel_failed: at('/admin/alert-channels'),
  master_key_old: at('/admin/jobs'),
  backup_failed: at('/admin/backups'),
  backup_old: at('/admin/backups'),
  schema_drift: at('/admin/schema-checks'),
  ledger_findings: at('/admin/schema-checks'),
  audit_chain_broken: at('/admin/audit-checks'),
  release_failed: at('/admin/releases'),
  release_stuck: at('/admin/releases'),
  authorize_errors: at('/admin/service-level'),
  authorize_slow: at('/admin/service-level'),
}

/** Where an alert is dealt with; undefined where there is no page for it. */
export const alertSource = ({ kind, subject }: { kind: string; subject: string }): string | undefined =>
  Object.hasOwn(SOURCES, kind) ? SOURCES[kind as AlertKind]?.(subject) : undefined

/** The console of those whose alert it is. */
export const alertDesk = (audience: AlertAudience): '/admin' | '/finance' => (audience === 'finance' ? '/finance' : '/admin')

/** The alert's own page. */
export const alertPage = ({ id, audience }: { id: string; audience: AlertAudience }): string => `${alertDesk(audience)}/alerts/${id}`

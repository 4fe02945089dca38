import type { ALERT_AUDIENCES } from '#drizzle/schema'

export type AlertAudience = (typeof ALERT_AUDIENCES)[number]

/** `critical` and `warning` are faults, of which people also hear that they are over; `work` waits for a decision of theirs. */
export type AlertSeverity = 'critical' | 'warning' | 'work'

/** Everything that somebody of ours is called for. Words: `alerts.kind.…`; what to do: a section of deploy/RUNBOOK.md under the kind's name. */
export const ALERT_KINDS = {
  anomaly_lock: { audience: 'admin', severity: 'critical' },
  app_request_pending: { audience: 'admin', severity: 'work' },

  refund_pending: { audience: 'finance', severity: 'work' },
  refund_transfer_review: { audience: 'finance', severity: 'work' },
  refund_abnormal: { audience: 'finance', severity: 'warning' },
  refund_overdue: { audience: 'finance', severity: 'warning' },
  refund_not_ours: { audience: 'finance', severity: 'warning' },
  refund_paid_twice: { audience: 'finance', severity: 'critical' },
  invoice_pending: { audience: 'finance', severity: 'work' },
  invoice_red: { audience: 'finance', severity: 'work' },
  invoice_reversal_review: { audience: 'finance', severity: 'work' },
  adjustment_pending: { audience: 'finance', severity: 'work' },
  order_abnormal: { audience: 'finance', severity: 'warning' },
  payment_quarantined: { audience: 'finance', severity: 'warning' },
  payment_notice_refused: { audience: 'finance', severity: 'warning' },
  merchant_balance_low: { audience: 'finance', severity: 'warning' },
  bill_difference: { audience: 'finance', severity: 'warning' },
  bill_difference_overdue: { audience: 'finance', severity: 'warning' },
  bill_faulty: { audience: 'finance', severity: 'warning' },
  bill_missing: { audience: 'finance', severity: 'warning' },
  report_failed: { audience: 'finance', severity: 'warning' },

  payment_checks_overdue: { audience: 'operations', severity: 'warning' },
  job_failed: { audience: 'operations', severity: 'warning' },
  job_overdue: { audience: 'operations', severity: 'warning' },
  workers_silent: { audience: 'operations', severity: 'critical' },
  delivery_dead: { audience: 'operations', severity: 'warning' },
  alert_channel_failed: { audience: 'operations', severity: 'warning' },
  master_key_old: { audience: 'operations', severity: 'warning' },
  backup_failed: { audience: 'operations', severity: 'critical' },
  backup_old: { audience: 'operations', severity: 'critical' },
  schema_drift: { audience: 'operations', severity: 'critical' },
  ledger_findings: { audience: 'operations', severity: 'critical' },
  audit_chain_broken: { audience: 'operations', severity: 'critical' },
  release_failed: { audience: 'operations', severity: 'critical' },
  release_stuck: { audience: 'operations', severity: 'critical' },
  authorize_errors: { audience: 'operations', severity: 'critical' },
  authorize_slow: { audience: 'operations', severity: 'warning' },
} as const satisfies Record<string, { audience: AlertAudience; severity: AlertSeverity }>

export type AlertKind = keyof typeof ALERT_KINDS

/** Whether a kind that was read from a row is one of this release. */
export const isAlertKind = (kind: string): kind is AlertKind => Object.hasOwn(ALERT_KINDS, kind)

/** How grave a kind is; one of another release counts as a warning. */
export const severityOf = (kind: string): AlertSeverity => (isAlertKind(kind) ? ALERT_KINDS[kind].severity : 'warning')

/** The kinds that wait for a decision. */
export const WORK_KINDS = (Object.keys(ALERT_KINDS) as AlertKind[]).filter((kind) => ALERT_KINDS[kind].severity === 'work')

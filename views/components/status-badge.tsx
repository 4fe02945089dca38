import type { ComponentChildren } from 'preact'
import type { PlainKey } from '#src/core/text'
import { useText } from '../page-context'
import { Icon, type IconName } from './icon'
import { TONE_ICONS, type Tone } from './notice'

type Look = { tone: Tone; label: PlainKey; icon?: IconName }

/** One map for each noun, so that a state looks the same on every page. */
const LOOKS = {
  chain: {
    intact: { tone: 'ok', label: 'audit.check.intact', icon: 'shield-check' },
    broken: { tone: 'bad', label: 'audit.check.broken' },
    running: { tone: 'info', label: 'audit.check.running', icon: 'loader-circle' },
    failed: { tone: 'warn', label: 'audit.check.failed' },
    never: { tone: 'neutral', label: 'audit.check.never' },
  },
  check: {
    sound: { tone: 'ok', label: 'checks.state.sound', icon: 'shield-check' },
    drift: { tone: 'bad', label: 'checks.state.drift' },
    never: { tone: 'neutral', label: 'checks.state.never' },
  },
  alert: {
    open: { tone: 'warn', label: 'alerts.state.open' },
    settled: { tone: 'ok', label: 'alerts.state.settled' },
  },
  severity: {
    critical: { tone: 'bad', label: 'alerts.severity.critical' },
    warning: { tone: 'warn', label: 'alerts.severity.warning' },
    work: { tone: 'info', label: 'alerts.severity.work' },
  },
  channel: {
    ready: { tone: 'ok', label: 'alertChannels.state.ready' },
    off: { tone: 'neutral', label: 'alertChannels.state.off' },
    muted: { tone: 'neutral', label: 'alertChannels.state.muted' },
    failing: { tone: 'bad', label: 'alertChannels.state.failing' },
  },
  delivery: {
    queued: { tone: 'info', label: 'alertChannels.queued', icon: 'loader-circle' },
    retrying: { tone: 'warn', label: 'alertChannels.retrying', icon: 'loader-circle' },
    sent: { tone: 'ok', label: 'alertChannels.sent' },
    failed: { tone: 'bad', label: 'alertChannels.failed' },
    skipped: { tone: 'neutral', label: 'alertChannels.skipped' },
  },
  worker: {
    alive: { tone: 'ok', label: 'workers.alive' },
    silent: { tone: 'bad', label: 'workers.silent' },
  },
  masterKey: {
    newest: { tone: 'ok', label: 'masterKeys.newest' },
    needed: { tone: 'neutral', label: 'masterKeys.needed' },
    removable: { tone: 'info', label: 'masterKeys.removable' },
    missing: { tone: 'bad', label: 'masterKeys.missing.badge' },
  },
  deploy: {
    running: { tone: 'info', label: 'releases.result.running', icon: 'loader-circle' },
    succeeded: { tone: 'ok', label: 'releases.result.succeeded' },
    failed: { tone: 'bad', label: 'releases.result.failed' },
    undone: { tone: 'bad', label: 'releases.result.undone' },
  },
  deployStep: {
    running: { tone: 'info', label: 'releases.step.running', icon: 'loader-circle' },
    done: { tone: 'ok', label: 'releases.step.done' },
    skipped: { tone: 'neutral', label: 'releases.step.skipped' },
    failed: { tone: 'bad', label: 'releases.step.failed' },
  },
  job: {
    overdue: { tone: 'bad', label: 'jobs.overdue' },
    requested: { tone: 'neutral', label: 'jobs.requested', icon: 'loader-circle' },
    running: { tone: 'info', label: 'job.running', icon: 'loader-circle' },
    succeeded: { tone: 'ok', label: 'job.succeeded' },
    failed: { tone: 'bad', label: 'job.failed' },
    timed_out: { tone: 'bad', label: 'job.timed_out' },
  },
  backup: {
    running: { tone: 'info', label: 'job.running', icon: 'loader-circle' },
    good: { tone: 'ok', label: 'backups.state.good', icon: 'shield-check' },
    unproved: { tone: 'warn', label: 'backups.state.unproved' },
    failed: { tone: 'bad', label: 'job.failed' },
    removed: { tone: 'neutral', label: 'backups.state.removed' },
  },
  backups: {
    fresh: { tone: 'ok', label: 'backups.light.fresh', icon: 'shield-check' },
    old: { tone: 'bad', label: 'backups.light.old' },
    none: { tone: 'bad', label: 'backups.light.none' },
  },
  restore: {
    sound: { tone: 'ok', label: 'backups.restore.sound' },
    failed: { tone: 'bad', label: 'job.failed' },
  },
  proof: {
    ok: { tone: 'ok', label: 'admin.home.proof.ok', icon: 'shield-check' },
    drift: { tone: 'bad', label: 'admin.home.proof.drift' },
    never: { tone: 'neutral', label: 'admin.home.proof.never' },
  },
  call: {
    accepted: { tone: 'ok', label: 'apiKeys.result.accepted' },
    replayed: { tone: 'info', label: 'apiKeys.result.replayed' },
    refused: { tone: 'bad', label: 'apiKeys.result.refused' },
  },
  line: {
    same: { tone: 'ok', label: 'signing.line.same' },
    differs: { tone: 'bad', label: 'signing.line.differs' },
  },
  member: {
    active: { tone: 'ok', label: 'staff.state.active' },
    disabled: { tone: 'neutral', label: 'staff.state.disabled' },
  },
  gameStart: {
    accepted: { tone: 'ok', label: 'service.fate.accepted' },
    refused: { tone: 'warn', label: 'service.fate.refused' },
    fault: { tone: 'bad', label: 'service.fate.fault' },
    uncounted: { tone: 'neutral', label: 'service.fate.uncounted' },
  },
  operator: {
    active: { tone: 'ok', label: 'operators.state.active' },
    locked: { tone: 'bad', label: 'operators.state.locked' },
    deactivated: { tone: 'neutral', label: 'operators.state.deactivated' },
  },
  site: {
    deleted: { tone: 'neutral', label: 'sites.state.deleted' },
  },
  grant: {
    active: { tone: 'ok', label: 'apps.grant.active' },
    ending: { tone: 'warn', label: 'apps.grant.ending' },
    ended: { tone: 'bad', label: 'apps.grant.ended' },
    withdrawn: { tone: 'neutral', label: 'apps.grant.withdrawn' },
  },
  request: {
    pending: { tone: 'warn', label: 'apps.request.pending', icon: 'loader-circle' },
    approved: { tone: 'ok', label: 'apps.request.approved' },
    rejected: { tone: 'bad', label: 'apps.request.rejected' },
  },
  application: {
    active: { tone: 'ok', label: 'catalogue.state.active' },
    retired: { tone: 'neutral', label: 'catalogue.state.retired' },
  },
  authorization: {
    active: { tone: 'ok', label: 'grants.state.active' },
    ending: { tone: 'warn', label: 'grants.state.ending' },
    expired: { tone: 'bad', label: 'grants.state.expired' },
    revoked: { tone: 'neutral', label: 'grants.state.revoked' },
  },
  announcement: {
    scheduled: { tone: 'info', label: 'announce.state.scheduled', icon: 'loader-circle' },
    published: { tone: 'ok', label: 'announce.state.published' },
    withdrawn: { tone: 'neutral', label: 'announce.state.withdrawn' },
  },
  invoice: {
    pending: { tone: 'warn', label: 'invoices.state.pending', icon: 'loader-circle' },
    approved: { tone: 'ok', label: 'invoices.state.approved' },
    rejected: { tone: 'bad', label: 'invoices.state.rejected' },
    cancelled: { tone: 'neutral', label: 'invoices.state.cancelled' },
    voided: { tone: 'neutral', label: 'invoices.state.voided' },
    reversed: { tone: 'neutral', label: 'invoices.state.reversed' },
    partly: { tone: 'info', label: 'invoices.state.partly' },
  },
  reversal: {
    proposed: { tone: 'warn', label: 'invoices.reversal.state.proposed', icon: 'loader-circle' },
    issued: { tone: 'ok', label: 'invoices.reversal.state.issued' },
    rejected: { tone: 'bad', label: 'invoices.reversal.state.rejected' },
  },
  bill: {
    waiting: { tone: 'neutral', label: 'reconcile.bill.waiting', icon: 'loader-circle' },
    imported: { tone: 'info', label: 'reconcile.bill.imported' },
    matched: { tone: 'warn', label: 'reconcile.bill.matched' },
    closed: { tone: 'ok', label: 'reconcile.bill.closed' },
  },
  difference: {
    waiting: { tone: 'neutral', label: 'reconcile.difference.waiting', icon: 'loader-circle' },
    open: { tone: 'bad', label: 'reconcile.difference.open' },
    carried: { tone: 'warn', label: 'reconcile.difference.carried' },
    proposed: { tone: 'info', label: 'reconcile.difference.proposed' },
    resolved: { tone: 'ok', label: 'reconcile.difference.resolved' },
    vanished: { tone: 'ok', label: 'reconcile.difference.vanished' },
  },
  recharge: {
    pending: { tone: 'info', label: 'recharge.state.pending', icon: 'loader-circle' },
    processing: { tone: 'info', label: 'recharge.state.processing', icon: 'loader-circle' },
    success: { tone: 'ok', label: 'recharge.state.success' },
    failed: { tone: 'bad', label: 'recharge.state.failed' },
    expired: { tone: 'neutral', label: 'recharge.state.expired' },
    abnormal: { tone: 'warn', label: 'recharge.state.abnormal' },
  },
  transfer: {
    pending: { tone: 'warn', label: 'payments.transfers.state.pending' },
    success: { tone: 'ok', label: 'payments.transfers.state.success' },
    failed: { tone: 'neutral', label: 'payments.transfers.state.failed' },
  },
  quarantine: {
    open: { tone: 'warn', label: 'payments.quarantine.state.open' },
    credited: { tone: 'ok', label: 'payments.quarantine.state.credited' },
    returned: { tone: 'info', label: 'payments.quarantine.state.returned' },
    dismissed: { tone: 'neutral', label: 'payments.quarantine.state.dismissed' },
  },
  refund: {
    pending: { tone: 'warn', label: 'refunds.state.pending', icon: 'loader-circle' },
    approved: { tone: 'ok', label: 'refunds.state.approved' },
    rejected: { tone: 'bad', label: 'refunds.state.rejected' },
    cancelled: { tone: 'neutral', label: 'refunds.state.cancelled' },
  },
  payout: {
    processing: { tone: 'info', label: 'refunds.payout.processing', icon: 'loader-circle' },
    completed: { tone: 'ok', label: 'refunds.payout.completed' },
    abnormal: { tone: 'bad', label: 'refunds.payout.abnormal' },
    replaced: { tone: 'neutral', label: 'refunds.payout.replaced' },
    returned: { tone: 'neutral', label: 'refunds.payout.returned' },
  },
  adjustment: {
    draft: { tone: 'neutral', label: 'adjustments.state.draft' },
    waiting: { tone: 'warn', label: 'adjustments.state.waiting', icon: 'loader-circle' },
    booked: { tone: 'ok', label: 'adjustments.state.booked' },
    rejected: { tone: 'bad', label: 'adjustments.state.rejected' },
    withdrawn: { tone: 'neutral', label: 'adjustments.state.withdrawn' },
  },
  officeCase: {
    draft: { tone: 'neutral', label: 'office.state.draft' },
    submitted: { tone: 'info', label: 'office.state.submitted', icon: 'loader-circle' },
    returned: { tone: 'warn', label: 'office.state.returned' },
    rejected: { tone: 'bad', label: 'office.state.rejected' },
    withdrawn: { tone: 'neutral', label: 'office.state.withdrawn' },
    approved: { tone: 'ok', label: 'office.state.approved' },
    paid: { tone: 'ok', label: 'office.state.paid' },
  },
  report: {
    generating: { tone: 'info', label: 'reports.state.generating', icon: 'loader-circle' },
    completed: { tone: 'ok', label: 'reports.state.completed' },
    failed: { tone: 'bad', label: 'reports.state.failed' },
  },
  reportMail: {
    queued: { tone: 'info', label: 'reports.mail.queued', icon: 'loader-circle' },
    sent: { tone: 'ok', label: 'reports.mail.sent' },
    failed: { tone: 'bad', label: 'reports.mail.failed' },
    skipped: { tone: 'neutral', label: 'reports.mail.skipped' },
  },
  step: {
    done: { tone: 'ok', label: 'operator.home.setup.done' },
    open: { tone: 'neutral', label: 'operator.home.setup.open' },
  },
} as const satisfies Record<string, Record<string, Look>>

type Looks = typeof LOOKS
export type StateOf<Noun extends keyof Looks> = keyof Looks[Noun] & string

/** Tint, icon and word of a state. */
export function StatusBadge<Noun extends keyof Looks>({ noun, state }: { noun: Noun; state: StateOf<Noun> }) {
  const t = useText()
  const look = (LOOKS[noun] as Record<string, Look>)[state]!
  return (
    <Badge tone={look.tone} icon={look.icon ?? TONE_ICONS[look.tone]}>
      {t(look.label)}
    </Badge>
  )
}

/** A tinted word; the icon is for states, marks such as VIP go without. */
export const Badge = ({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ComponentChildren }) => (
  <span class={`badge ${tone}`}>
    {icon && <Icon name={icon} />}
    {children}
  </span>
)

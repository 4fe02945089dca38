import { newId, type Uuid } from '#src/core/ids'
import { addDays, businessDay, type Instant } from '#src/core/time'
import { randomHex } from '#src/platform/secrets'

export type Row = Record<string, unknown>

/** The rows that others point at: made once, with ids that nobody else has. */
export type World = {
  at: Instant
  operator: Uuid
  otherOperator: Uuid
  creator: Uuid
  reviewer: Uuid
  site: Uuid
  application: Uuid
  price: Uuid
  order: Uuid
  refund: Uuid
  payout: Uuid
  invoice: Uuid
  bill: Uuid
  message: Uuid
  notice: Uuid
  report: Uuid
  wallet: Uuid
  walletOperation: Uuid
  officeCase: Uuid
}

/**
 * A row that the database takes, and what else has to stand in it for a value of one of its columns (`status=approved`). Columns with
 * a list of values come from drizzle/schema; a value without a line here needs nothing else.
 */
export type Sample = { row: (world: World) => Row; with?: (world: World) => Record<string, Row> }

export const digest = (): Buffer => Buffer.from(randomHex(32), 'hex')
/** Text that no other row has. */
export const unique = (): string => randomHex(8)
const later = (at: Instant): Instant => addDays(at, 1)
const REASON = '结构核对用的探针，事务结束即回滚'

export const operatorRow = ({ at }: { at: Instant }, id: Uuid): Row => ({
  id,
  username: `probe_${unique().slice(0, 12)}`,
  name: '探针',
  phone: '13800000000',
  email: 'probe@example.com',
  password_hash: 'none',
  api_key_cipher: digest(),
  api_key_version: 1,
  api_key_sha256: digest(),
  api_key_generated_at: at,
  created_at: at,
  updated_at: at,
})

export const staffRow = ({ at }: { at: Instant }, id: Uuid): Row => ({
  ...{ id, username: `probe-${unique()}`, name: '探针', password_hash: 'none', role: 'admin', created_at: at, updated_at: at },
})

/** Accounts, games and what is told, watched and made in the background. Money stands in samples-money.ts. */
export const SAMPLES: Record<string, Sample> = {
  operator_accounts: { row: (w) => operatorRow(w, newId()) },
  admin_accounts: {
    row: (w) => staffRow(w, newId()),
    with: () => ({ 'role=finance': { finance_grade: 'manager' }, 'finance_grade=*': { role: 'finance' } }),
  },
  auth_sessions: {
    row: (w) => ({
      id: newId(),
      operator_id: w.operator,
      door: 'pages',
      token_sha256: digest(),
      ip: '::1',
      user_agent: 'probe',
      created_at: w.at,
      expires_at: later(w.at),
    }),
  },
  login_failures: { row: (w) => ({ id: newId(), realm: 'staff', username: 'probe', ip: '::1', at: w.at }) },
  application_authorization_requests: {
    row: (w) => ({
      id: newId(),
      operator_id: w.operator,
      application_id: w.application,
      reason: REASON,
      created_at: w.at,
      updated_at: w.at,
    }),
    with: (w) => {
      const reviewed = { reviewed_by: w.reviewer, reviewed_at: w.at }
      return { 'status=approved': reviewed, 'status=rejected': { ...reviewed, reject_reason: REASON } }
    },
  },
  application_price_schedules: {
    row: (w) => ({
      ...{ id: newId(), application_id: w.application, old_price_fen: 1000, new_price_fen: 1200, effective_at: later(w.at) },
      ...{ scheduled_by: w.creator, scheduled_at: w.at },
    }),
    with: (w) => ({
      'status=applied': { finished_at: w.at, price_id: w.price },
      'status=unchanged': { finished_at: w.at },
      'status=cancelled': { finished_at: w.at, cancelled_by: w.creator },
    }),
  },
  message_notifications: {
    row: (w) => ({ id: newId(), type: 'system', title: '探针', content: '探针', target: 'all', created_at: w.at }),
    with: (w) => ({
      'target=tier': { target_category: 'vip' },
      'target=specific': { target_operator_id: w.operator },
      'target_category=*': { target: 'tier' },
      'related_kind=*': { related_id: w.order },
    }),
  },
  announcements: {
    row: (w) => ({
      ...{ id: newId(), title: '探针', content: REASON, target: 'all', published_by: w.creator },
      ...{ created_at: w.at, published_at: w.at, recipients_count: 0 },
    }),
    with: (w) => ({
      'target=tier': { target_category: 'vip' },
      'target_category=*': { target: 'tier' },
      'status=scheduled': { published_at: null, recipients_count: null, publish_at: later(w.at) },
      'status=withdrawn': {
        published_at: null,
        recipients_count: null,
        publish_at: later(w.at),
        withdrawn_at: w.at,
        withdrawn_by: w.creator,
      },
    }),
  },
  message_preferences: { row: (w) => ({ operator_id: w.operator, type: 'system', by_mail: true, updated_at: w.at }) },
  mail_deliveries: {
    row: (w) => ({ message_id: w.message, operator_id: w.operator, created_at: w.at, finished_at: w.at, status: 'sent' }),
    with: () => ({ 'status=queued': { finished_at: null } }),
  },
  audit_logs: {
    row: (w) => ({
      // Far beyond the chain's end: the row that a person is waiting to write is not in the way.
      ...{
        seq: String(9_000_000_000_000_000n + BigInt(`0x${randomHex(5)}`)),
        id: newId(),
        actor_kind: 'system',
        actor_name: '探针',
        actor_role: 'system',
      },
      ...{ operation: 'probe', details: '{}', created_at: w.at, prev_hash: digest(), hash: digest() },
    }),
  },
  api_key_usage_logs: {
    row: (w) => ({
      at: w.at,
      request_id: newId(),
      operation: 'authorize',
      result: 'accepted',
      ip: '::1',
      user_agent: 'probe',
      duration_us: 1,
    }),
    with: () => ({ 'result=refused': { code: 'PROBE' } }),
  },
  system_configs: { row: (w) => ({ key: `probe_${unique()}`, value: '1', type: 'integer', updated_at: w.at }) },
  job_runs: {
    row: (w) => ({ job: `probe-${unique()}`, scheduled_for: w.at, started_at: w.at, finished_at: w.at, status: 'ok' }),
    with: () => ({ 'status=requested': { finished_at: null }, 'status=running': { finished_at: null } }),
  },
  audit_checks: {
    row: (w) => ({ id: newId(), started_at: w.at, updated_at: w.at, finished_at: w.at, status: 'intact', rows_total: 0 }),
    with: () => ({
      'status=running': { finished_at: null },
      'status=broken': { broken_at: 1, fault: 'tail' },
      'fault=*': { status: 'broken', broken_at: 1 },
    }),
  },
  schema_checks: {
    row: (w) => ({
      ...{ id: newId(), cause: 'job', status: 'sound', release: 'probe', fingerprint: digest(), objects: 0, probes: 0, findings: '[]' },
      ...{ started_at: w.at, finished_at: w.at },
    }),
    with: () => ({ 'status=drift': { findings: '[{}]' } }),
  },
  alerts: { row: (w) => ({ id: newId(), subject: unique(), kind: 'probe', audience: 'operations', first_at: w.at, last_at: w.at }) },
  alert_notices: {
    row: (w) => ({ id: newId(), occasion: 'opened', audience: 'operations', created_at: w.at }),
    with: () => ({ 'occasion=test': { audience: null } }),
  },
  alert_deliveries: {
    row: (w) => ({
      id: newId(),
      notice_id: w.notice,
      channel: 'wecom',
      recipient: '',
      created_at: w.at,
      finished_at: w.at,
      status: 'sent',
    }),
    with: () => ({ 'channel=mail': { recipient: 'probe@example.com' }, 'status=queued': { finished_at: null } }),
  },
  exports: {
    row: (w) => ({
      ...{ id: newId(), operator_id: w.operator, kind: 'usage', format: 'csv', language: 'zh', filter: '{}', rows_total: 0 },
      ...{ file_name: 'probe_1.csv', created_at: w.at },
    }),
    with: (w) => {
      const file = { finished_at: w.at, file_bytes: 1, file_sha256: digest(), expires_at: later(w.at) }
      return {
        'status=running': { leased_until: later(w.at) },
        'status=ready': file,
        'status=expired': file,
        'status=failed': { finished_at: w.at, error: 'probe' },
      }
    },
  },
  finance_reports: {
    row: (w) => ({
      ...{ id: newId(), report_type: 'custom', start_date: businessDay(w.at), end_date: businessDay(w.at), format: 'pdf', language: 'zh' },
      ...{
        sections: '{income_summary}',
        steps_total: 1,
        file_name: 'finance_custom_20260101_20260101.pdf',
        created_by: w.creator,
        created_at: w.at,
      },
    }),
    with: (w) => ({
      'status=completed': { completed_at: w.at, file_path: 'probe', file_bytes: 1, file_sha256: digest(), figures: '{}' },
      'status=failed': { completed_at: w.at, error: 'error' },
      'error=*': { status: 'failed', completed_at: w.at },
    }),
  },
  report_mails: {
    row: (w) => ({ report_id: w.report, address: `${unique()}@example.com`, created_at: w.at, finished_at: w.at, status: 'sent' }),
    with: () => ({ 'status=queued': { finished_at: null } }),
  },
  report_schedules: { row: () => ({ report_type: 'daily' }) },
  backups: {
    row: (w) => ({
      ...{ id: newId(), name: `probe-20260101T000000Z-${randomHex(3)}`, reason: 'daily', taken_at: w.at, updated_at: w.at },
      ...{ finished_at: w.at, status: 'failed' },
    }),
    with: (w) => {
      const written = { way: 'archive', migration: 'probe', release: 'probe', row_count: 0, byte_count: 0, manifest_sha256: digest() }
      return {
        'status=running': { finished_at: null },
        'phase=*': { status: 'running', finished_at: null },
        'status=unproved': written,
        'status=good': { ...written, proved_at: w.at },
        'status=removed': { removed_at: w.at },
      }
    },
  },
  backup_restores: {
    row: (w) => ({
      ...{ id: newId(), backup_name: 'probe', purpose: 'proof', started_at: w.at, finished_at: w.at },
      ...{ row_count: 0, journal_rows: 0, restore_ms: 0, audit_ms: 0 },
    }),
  },
  deploy_log: {
    row: (w) => ({
      id: newId(),
      kind: 'release',
      started_by: 'probe',
      place: 'probe',
      started_at: w.at,
      finished_at: w.at,
      result: 'succeeded',
    }),
    with: () => ({ 'result=running': { finished_at: null }, 'result=failed': { failure: 'probe' }, 'result=undone': { failure: 'probe' } }),
  },
}

import { type Money, parseYuan } from '#src/core/money'
import { now } from '#src/core/time'
import { hear, rawSql } from '#src/platform/database'
import { log } from '#src/platform/log'

type Integer = { type: 'integer'; fallback: number; min: number; max: number }
type Yuan = { type: 'money'; fallback: string; min: string; max: string }
type Switch = { type: 'boolean'; fallback: boolean; min: null; max: null }
type Choice = { type: 'text'; fallback: string; min: null; max: null; options: readonly string[] }
type Words = { type: 'text'; fallback: ''; min: null; max: number; pattern: RegExp }

const integer = (fallback: number, min: number, max: number): Integer => ({ type: 'integer', fallback, min, max })
const amount = (fallback: string, min: string, max: string): Yuan => ({ type: 'money', fallback, min, max })
const onOff = (fallback: boolean): Switch => ({ type: 'boolean', fallback, min: null, max: null })
/** One of a few words, the first unless somebody chose. */
const oneOf = <const Word extends string>(...options: [Word, ...Word[]]) =>
  ({ type: 'text', fallback: options[0], min: null, max: null, options }) satisfies Choice
/** Words of one line, blank until somebody writes them. */
const words = (max: number, pattern = /^[^\p{Cc}]*$/u): Words => ({ type: 'text', fallback: '', min: null, max, pattern })

/** Up to twenty mail addresses parted by commas. */
const MAIL_ADDRESSES = /^(?:[^\s,@]{1,64}@[^\s,@]{1,255}(?:\s*,\s*[^\s,@]{1,64}@[^\s,@]{1,255}){0,19})?$/

/** Everything an administrator may tune (system_configs), typed and ranged. A change is in force as soon as every process has heard of it. */
export const SETTINGS = {
  rate_limit_per_minute: integer(10, 1, 1_000_000),
  rate_limit_burst: integer(10, 1, 1_000_000),
  rate_limit_ip_per_minute: integer(100, 1, 10_000_000),
  signature_max_skew_seconds: integer(300, 30, 900),
  session_id_max_skew_seconds: integer(300, 30, 900),
  group_commit_window_ms: integer(3, 0, 50),
  /** What we owe the headsets: so many decisions in a million, and nineteen of twenty of them within so many milliseconds. */
  authorize_success_target_ppm: integer(999_000, 900_000, 999_990),
  authorize_p95_target_ms: integer(100, 1, 5_000),
  anomaly_failures: integer(20, 1, 10_000),
  anomaly_failures_window_seconds: integer(300, 30, 86_400),
  anomaly_keys: integer(5, 1, 10_000),
  anomaly_keys_window_seconds: integer(60, 30, 86_400),
  operator_session_days: integer(30, 1, 90),
  staff_session_hours: integer(24, 1, 72),
  /** Money and keys ask again who is there when the last proof is older than this. */
  step_up_minutes: integer(10, 1, 1_440),
  /** Whose sign-in needs a phone; `auto` is finance and administrators in production, nobody elsewhere. */
  totp_required_roles: oneOf('auto', 'nobody', 'finance', 'finance_and_admin', 'everybody'),
  login_max_failures: integer(5, 1, 100),
  login_window_minutes: integer(15, 1, 1_440),
  login_max_failures_ip: integer(20, 1, 10_000),
  api_log_keep_months: integer(6, 1, 120),
  /** Consumption of a calendar month from which an operator is of the tier; below the second it is on trial. */
  vip_tier_monthly_threshold: amount('10000.00', '0.01', '10000000.00'),
  normal_tier_monthly_threshold: amount('1000.00', '0.01', '10000000.00'),
  /** A master key that is in use for longer is due for its successor; an older one stays for as long as backups under it are kept. */
  master_key_rotation_days: integer(90, 7, 3_650),
  master_key_overlap_days: integer(7, 0, 365),
  low_balance_threshold_vip: amount('1000.00', '0.00', '1000000.00'),
  low_balance_threshold_normal: amount('100.00', '0.00', '1000000.00'),
  low_balance_threshold_trial: amount('50.00', '0.00', '1000000.00'),
  low_balance_cooldown_hours: integer(24, 0, 720),
  recharge_min: amount('10.00', '10.00', '10000.00'),
  recharge_max: amount('10000.00', '10.00', '10000.00'),
  recharge_order_minutes: integer(15, 2, 120),
  payment_query_max_failures: integer(3, 1, 20),
  adjustment_dual_review_limit: amount('5000.00', '0.00', '1000000.00'),
  refund_dual_review_limit: amount('5000.00', '0.00', '1000000.00'),
  refund_source_max_days: integer(365, 1, 365),
  refund_max_partials: integer(50, 1, 50),
  wechat_fee_ppm: integer(6_000, 0, 100_000),
  alipay_fee_ppm: integer(6_000, 0, 100_000),
  export_max_rows: integer(100_000, 1_000, 1_000_000),
  report_statement_timeout_seconds: integer(300, 10, 3_600),
  /** Lets a player's wallet be read without a key, on a developer's machine only. */
  wallet_open_read: onOff(true),
  /** Who hears of alerts by mail, and whose alerts go to which robot. */
  alert_mail_admin: words(500, MAIL_ADDRESSES),
  alert_mail_finance: words(500, MAIL_ADDRESSES),
  alert_mail_operations: words(500, MAIL_ADDRESSES),
  alert_dingtalk_for: oneOf('all', 'none', 'admin', 'finance', 'operations'),
  alert_wecom_for: oneOf('all', 'none', 'admin', 'finance', 'operations'),
  alert_reminder_hours: integer(4, 0, 168),
  alert_work_reminder_hours: integer(24, 0, 720),
  /** DingTalk and WeCom take twenty messages a minute from a robot: three desks with three, two gathered ones and a reminder each fit in. */
  alert_storm_per_minute: integer(3, 1, 10),
  /** Off where the database is backed up by other means: nobody is then warned about old backups either. */
  backup_daily: onOff(true),
  backup_keep_days: integer(7, 1, 365),
  docs_enabled: onOff(true),
  /** What an invoice is asked on. Whatever stands here, one yuan is invoiced once. */
  invoice_basis: oneOf('recharge', 'consumption'),
  /** Per cent of value added tax inside an invoice's amount; `none` for prepayments that are not taxed. */
  invoice_tax_rate: oneOf('6', 'none', '0', '1', '3', '9', '13'),
  invoice_seller_name: words(128),
  invoice_seller_tax_id: words(20, /^([A-Z0-9]{15,20})?$/),
  invoice_seller_address: words(200),
  invoice_seller_phone: words(32),
  invoice_seller_bank: words(128),
  invoice_seller_account: words(64),
} as const satisfies Record<string, SettingKind>

export type SettingKind = Integer | Yuan | Switch | Choice | Words
export type SettingKey = keyof typeof SETTINGS
type ValueOf<K extends SettingKey> = (typeof SETTINGS)[K] extends Integer
  ? number
  : (typeof SETTINGS)[K] extends Switch
    ? boolean
    : (typeof SETTINGS)[K] extends { options: readonly (infer Word)[] }
      ? Word
      : (typeof SETTINGS)[K] extends Words
        ? string
        : Money
type Value = number | Money | boolean | string

/** A change is told at its COMMIT and read at once. What is told can get lost; values that are read this often cannot. */
const REFRESH_MS = 5_000
const CHANGED = 'settings_changed'

let values = new Map<string, Value>()
let timer: ReturnType<typeof setInterval> | undefined

/** The value in force: a whole number, Money for amounts, true or false for switches. */
export function setting<K extends SettingKey>(key: K): ValueOf<K> {
  return (values.get(key) ?? fallbackOf(SETTINGS[key])) as ValueOf<K>
}

/** Adds the rows that this release knows and the database does not; never touches a value that is there. */
export async function seedSettings(): Promise<void> {
  for (const [key, { type, fallback, min, max }] of Object.entries(SETTINGS)) {
    await rawSql()`INSERT INTO system_configs (key, value, type, min, max, updated_at)
      VALUES (${key}, ${String(fallback)}, ${type}, ${min === null ? null : String(min)}, ${max === null ? null : String(max)}, ${now()}) ON CONFLICT (key) DO NOTHING`
  }
}

/** Reads all values now. */
export async function loadSettings(): Promise<void> {
  const rows = await rawSql()<{ key: string; value: string }[]>`SELECT key, value FROM system_configs`
  const next = new Map<string, Value>()
  for (const { key, value } of rows) {
    const kind = SETTINGS[key as SettingKey]
    const parsed = kind && parseSetting(kind, value)
    if (parsed !== undefined) next.set(key, parsed)
  }
  values = next
}

/** Keeps the values fresh until `stop` is called. A database that is away leaves the last values standing. */
export async function followSettings(): Promise<() => void> {
  await seedSettings()
  await loadSettings()
  const refresh = () => loadSettings().catch((error) => log('warn', 'settings not refreshed', { error }))
  timer = setInterval(refresh, REFRESH_MS)
  const deafen = hear(CHANGED, refresh)
  return () => {
    clearInterval(timer)
    void deafen()
  }
}

const fallbackOf = (kind: SettingKind): Value => (kind.type === 'money' ? parseYuan(kind.fallback)! : kind.fallback)

/** Text → value within range; undefined otherwise. */
export function parseSetting(kind: SettingKind, text: string): Value | undefined {
  if (kind.type === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : undefined
  if (kind.type === 'text' && 'pattern' in kind) return [...text].length <= kind.max && kind.pattern.test(text) ? text : undefined
  if (kind.type === 'text') return kind.options.includes(text) ? text : undefined
  if (kind.type === 'money') {
    const value = parseYuan(text)
    return value !== undefined && value >= parseYuan(kind.min)! && value <= parseYuan(kind.max)! ? value : undefined
  }
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return value >= kind.min && value <= kind.max ? value : undefined
}

import { formatYuan, parseYuan, ZERO } from '#src/core/money'
import { isPlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { formatCount } from '../components/figures'
import { useText } from '../page-context'

/** A setting as the pages show it. */
export type SettingView = {
  key: string
  type: 'integer' | 'money' | 'boolean' | 'text'
  /** In the written form of its type. */
  value: string
  fallback: string
  min: string | null
  max: string | null
  /** Where only these are possible. */
  options: readonly string[] | null
  editable: boolean
  updatedAt: Instant
  updatedByName: string | null
}

/** In which part of the page a setting stands; one that nobody has sorted yet stands last. */
const GROUPS = {
  authorize: /^(authorize|rate_limit|signature|session_id|group_commit)/,
  anomaly: /^anomaly_/,
  access: /^(operator_session|staff_session|step_up|totp|login|master_key)_/,
  balance: /^(low_balance|vip_tier|normal_tier)_/,
  recharge: /^(recharge|payment|wechat|alipay)_/,
  review: /^(refund|adjustment)_/,
  invoice: /^invoice_/,
  alert: /^alert_/,
  files: /^(backup|export|report|api_log|docs)_/,
} as const
export type SettingGroup = keyof typeof GROUPS | 'other'
export const SETTING_GROUPS = [...(Object.keys(GROUPS) as (keyof typeof GROUPS)[]), 'other'] as const

export const groupOf = (key: string): SettingGroup =>
  (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).find((group) => GROUPS[group].test(key)) ?? 'other'

/** What a setting is called and what it does; one without words is called by its key. */
export function useSettingWords(): (key: string) => { name: string; hint: string | null } {
  const t = useText()
  return (key) => {
    const [name, hint] = [`settings.key.${key}`, `settings.hint.${key}`]
    return { name: isPlainKey(name) ? t(name) : key, hint: isPlainKey(hint) ? t(hint) : null }
  }
}

/** A value as people read it. */
export function useShownSetting(): (setting: Pick<SettingView, 'key' | 'type'>, value: string) => string {
  const t = useText()
  return ({ key, type }, value) => {
    const word = `settings.value.${key}.${value}`
    if (isPlainKey(word)) return t(word)
    if (type === 'boolean') return t(value === 'true' ? 'settings.on' : 'settings.off')
    if (value === '') return t('settings.blank')
    if (type === 'money') return formatYuan(parseYuan(value) ?? ZERO)
    return type === 'integer' ? formatCount(Number(value)) : value
  }
}

/** What a setting may be, in one line. */
export function useSettingRange(): (setting: SettingView) => string {
  const t = useText()
  const shown = useShownSetting()
  return (setting) => {
    const { type, min, max, options, fallback } = setting
    const parts = [
      options ? t('settings.options', { options: options.map((one) => shown(setting, one)).join(' / ') }) : null,
      min !== null && max !== null ? t('settings.from', { min: shown(setting, min), max: shown(setting, max) }) : null,
      type === 'text' && options === null && max !== null ? t('settings.length', { max }) : null,
      t('settings.default', { value: shown(setting, fallback) }),
    ]
    return parts.filter((part) => part !== null).join(' · ')
  }
}

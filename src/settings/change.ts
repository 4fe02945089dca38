import { eq, inArray } from 'drizzle-orm'
import { systemConfigs } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { parseYuan, yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { rawSql, type Transaction } from '#src/platform/database'
import { parseSetting, SETTINGS, type SettingKey, type SettingKind } from './settings'

/** A setting as administrators see it. */
export type Setting = {
  key: SettingKey
  kind: SettingKind
  /** As it stands in the database, in the written form of its type. */
  value: string
  editable: boolean
  updatedAt: Instant
  updatedBy: { id: Uuid; name: string } | null
}

/** A least and a most of one thing: neither may pass the other. */
const PAIRS: readonly (readonly [SettingKey, SettingKey])[] = [
  ['recharge_min', 'recharge_max'],
  ['normal_tier_monthly_threshold', 'vip_tier_monthly_threshold'],
]

/** Every setting of this release in the order of its list; rows that an older or newer release left are not shown. */
export async function listSettings(): Promise<Setting[]> {
  const rows = await rawSql()<(Omit<Setting, 'updatedBy' | 'kind'> & { byId: Uuid | null; byName: string | null })[]>`
    SELECT c.key, c.value, c.editable, c.updated_at AS "updatedAt", a.id AS "byId", a.name AS "byName"
    FROM system_configs c LEFT JOIN admin_accounts a ON a.id = c.updated_by`
  const known = new Map(rows.map((row) => [row.key, row]))
  return (Object.keys(SETTINGS) as SettingKey[]).flatMap((key) => {
    const row = known.get(key)
    if (!row) return []
    const { byId, byName, ...rest } = row
    return [{ ...rest, kind: SETTINGS[key], updatedBy: byId && { id: byId, name: byName! } } as Setting]
  })
}

/** One setting. Throws RESOURCE_NOT_FOUND for a name that this release does not know. */
export async function requireSetting(key: string): Promise<Setting> {
  const found = (await listSettings()).find((setting) => setting.key === key)
  if (!found) throw settingNotFound(key)
  return found
}

const settingNotFound = (key: string): Problem => new Problem('RESOURCE_NOT_FOUND', { id: key.slice(0, 64) }, 'resource')

export type SettingChange = {
  /** In the written form of its type. */
  value: string
  reason: string | null
  /** What the person saw: when somebody else changed it meanwhile, nothing happens. Not said by programs. */
  seen?: string | undefined
}

/**
 * Changes a setting. Every process hears of it at the COMMIT. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS for a value of another type or out
 * of range, ALREADY_PROCESSED when it is no more what the person saw.
 */
export async function changeSetting(tx: Transaction, key: string, change: SettingChange, act: PersonalAct): Promise<void> {
  if (!Object.hasOwn(SETTINGS, key)) throw settingNotFound(key)
  const name = key as SettingKey
  const value = wellFormed(SETTINGS[name], change.value)
  const rows = await lockTogether(tx, name)
  const before = rows.get(name)
  if (!before) throw settingNotFound(key)
  if (!before.editable) throw brokenRule('NOT_EDITABLE', 'value')
  if (change.seen !== undefined && change.seen !== before.value) throw brokenRule('ALREADY_PROCESSED', 'value')
  requireInOrder(name, value, rows)
  const { actor, origin, at } = act
  await tx.db.update(systemConfigs).set({ value, updatedBy: actor.id, updatedAt: at }).where(eq(systemConfigs.key, name))
  const details = { before: before.value, after: value, reason: change.reason }
  await record(tx, { actor, origin, operation: 'config_update', target: { kind: 'config', id: name }, details }, at)
}

/** The one way a value is written: `12.5` yuan is stored as `12.50`. Throws INVALID_PARAMS with the range in words. */
function wellFormed(kind: SettingKind, text: string): string {
  const value = parseSetting(kind, text)
  if (value === undefined) throw invalidField('value', ...rangeWords(kind))
  return typeof value === 'bigint' ? yuan(value) : String(value)
}

export function rangeWords(kind: SettingKind): [zh: string, en: string] {
  const { type, min, max } = kind
  if (type === 'integer') return [`须为${min}至${max}之间的整数`, `must be a whole number from ${min} to ${max}`]
  if (type === 'money') return [`须为${min}至${max}元之间的金额`, `must be an amount from ${min} to ${max} yuan`]
  if (type === 'boolean') return ['须为 true 或 false', 'must be true or false']
  if ('options' in kind) return [`须为以下之一：${kind.options.join('、')}`, `must be one of: ${kind.options.join(', ')}`]
  return [`格式不正确，最多${max}个字符`, `is not well formed, or has more than ${max} characters`]
}

type Locked = { value: string; editable: boolean }

/** The row and the one it is measured against, in order of their keys. */
async function lockTogether(tx: Transaction, key: SettingKey): Promise<Map<SettingKey, Locked>> {
  const keys = [...new Set([key, ...PAIRS.filter((pair) => pair.includes(key)).flat()])]
  const { value, editable } = systemConfigs
  const rows = await tx.db
    .select({ key: systemConfigs.key, value, editable })
    .from(systemConfigs)
    .where(inArray(systemConfigs.key, keys))
    .orderBy(systemConfigs.key)
    .for('update')
  return new Map(rows.map((row) => [row.key as SettingKey, row]))
}

function requireInOrder(key: SettingKey, value: string, rows: ReadonlyMap<SettingKey, Locked>): void {
  for (const [least, most] of PAIRS) {
    if (key !== least && key !== most) continue
    const [low, high] = [least, most].map((one) => (one === key ? value : (rows.get(one)?.value ?? String(SETTINGS[one].fallback))))
    if (parseYuan(low!)! <= parseYuan(high!)!) continue
    throw key === least
      ? invalidField('value', `不能大于${most}（${high}）`, `must not be more than ${most} (${high})`)
      : invalidField('value', `不能小于${least}（${low}）`, `must not be less than ${least} (${low})`)
  }
}

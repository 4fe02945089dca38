import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { pageQuery, text } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { invalidField } from '#src/core/problem'
import { iso } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { list, success } from '#src/platform/http'
import { api } from '#src/platform/route'
import { CHANGED, ChangedSettingAnswer, SettingAnswer, SettingsAnswer } from './answers'
import { changeSetting, listSettings, rangeWords, requireSetting, type Setting } from './change'
import { loadSettings, type SettingKind } from './settings'

const MANAGE = { audience: 'admin', permission: 'config:manage' } as const
const Query = v.object(pageQuery)
const Change = v.object({ value: v.union([v.number(), v.string(), v.boolean()]), reason: v.nullish(text(0, 200), null) })

/** What may be tuned, for super administrators (API 5). */
export const settingsAdminApi = [
  api('GET /admin/configs', { ...MANAGE, answer: SettingsAnswer, query: Query }, async ({ query }) => {
    const all = await listSettings()
    const first = (query.page - 1) * query.page_size
    return list(query, all.length, all.slice(first, first + query.page_size).map(settingJson))
  }),

  api('GET /admin/configs/:key', { ...MANAGE, answer: SettingAnswer }, async ({ params }) =>
    success(settingJson(await requireSetting(params.key!))),
  ),

  api(
    'PUT /admin/configs/:key',
    { ...MANAGE, stepUp: true, answer: ChangedSettingAnswer, body: Change },
    async ({ caller, params, body, info }) => {
      const { key, kind } = await requireSetting(params.key!)
      const change = { value: written(kind, body.value), reason: body.reason || null }
      await transaction((tx) => changeSetting(tx, key, change, actOf(caller, info)))
      await loadSettings()
      return success(settingJson(await requireSetting(key)), { message: CHANGED })
    },
  ),
]

/** A value of the setting's own type, as it is written; nothing is converted: "10" is no number. Throws INVALID_PARAMS. */
function written(kind: SettingKind, value: string | number | boolean): string {
  const wanted = { integer: 'number', money: 'string', text: 'string', boolean: 'boolean' }[kind.type]
  if (typeof value !== wanted) throw invalidField('value', ...rangeWords(kind))
  return String(value)
}

/** A written value in the type that the API gives it. */
function typed({ type }: SettingKind, text: string | number | boolean): string | number | boolean {
  if (type === 'integer') return Number(text)
  return type === 'boolean' ? String(text) === 'true' : String(text)
}

const settingJson = ({ key, kind, value, editable, updatedBy, updatedAt }: Setting) => ({
  key,
  type: kind.type,
  value: typed(kind, value),
  default: typed(kind, kind.fallback),
  min: kind.min,
  max: kind.max,
  options: 'options' in kind ? kind.options : null,
  editable,
  updated_by: updatedBy && showId('admin', updatedBy.id),
  updated_by_name: updatedBy?.name ?? null,
  updated_at: iso(updatedAt),
})

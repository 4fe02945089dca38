import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { latestAbout } from '#src/audit-logs/entries'
import { text } from '#src/core/fields'
import { Problem } from '#src/core/problem'
import { text as words } from '#src/core/text'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { transaction } from '#src/platform/database'
import { page, type StaffCaller } from '#src/platform/route'
import { SettingPage, type SettingProps } from '#views/admin/setting'
import { SettingsPage } from '#views/admin/settings'
import type { SettingView } from '#views/admin/settings-words'
import { changeSetting, listSettings, requireSetting, type Setting } from './change'
import { loadSettings } from './settings'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const MANAGE = { audience: 'admin', permission: 'config:manage' } as const
/** Changes that are listed beside a setting; all of them stand in the audit log. */
const LATEST = 20

const Form = v.object({ value: v.pipe(v.string(), v.trim(), v.maxLength(400)), reason: text(0, 200), seen: v.string() })

/** Super administrators tune the product. */
export const settingsAdminPages = [
  page('GET /admin/settings', MANAGE, async (call) => showPage(call, h(SettingsPage, { settings: (await listSettings()).map(viewOf) }))),

  page('GET /admin/settings/:key', MANAGE, async (call) => showSetting(call, {})),

  page('POST /admin/settings/:key', { ...MANAGE, stepUp: true }, async (call) => {
    const { key } = await requireSetting(call.params.key!)
    const { value = '', reason = '', seen = '' } = call.form
    const typed = { value: value.slice(0, 400), reason }
    const checked = validate(Form, { value, reason, seen })
    if (!checked.ok) return showSetting(call, { values: typed, errors: fieldErrors(checked.faults, call) }, 400)
    const change = { ...checked.value, reason: checked.value.reason || null }
    try {
      await transaction((tx) => changeSetting(tx, key, change, actOf(call.caller, call.info)))
    } catch (error) {
      if (error instanceof Problem && error.wording === 'ALREADY_PROCESSED') return moved(call, typed)
      const { status, errors, message } = refusalOf(error, call, ['value', 'reason'])
      return showSetting(call, { values: typed, errors, message }, status)
    }
    await loadSettings()
    return redirect('/admin/settings', done('settings.done.changed'))
  }),
]

/** Somebody else was quicker: their value is told, what was typed is kept. */
async function moved(call: StaffCall, values: SettingProps['values']): Promise<Response> {
  const { value } = await requireSetting(call.params.key!)
  return showSetting(call, { values, errors: { value: words(languageOf(call), 'settings.moved', { value }) } }, 400)
}

async function showSetting(call: StaffCall, shown: Partial<SettingProps>, status = 200): Promise<Response> {
  const setting = await requireSetting(call.params.key!)
  const entries = await latestAbout(setting.key, 'config_update', LATEST)
  const history = entries.map(({ id, createdAt, actorName, details }) => ({
    id,
    at: createdAt,
    by: actorName,
    before: String(details.before ?? ''),
    after: String(details.after ?? ''),
    reason: typeof details.reason === 'string' ? details.reason : null,
  }))
  const usual = { values: { value: setting.value, reason: '' }, errors: {}, message: null }
  return showPage(call, h(SettingPage, { setting: viewOf(setting), history, ...usual, ...shown }), { status })
}

const viewOf = ({ key, kind, value, editable, updatedAt, updatedBy }: Setting): SettingView => ({
  key,
  type: kind.type,
  value,
  fallback: String(kind.fallback),
  min: kind.min === null ? null : String(kind.min),
  max: kind.max === null ? null : String(kind.max),
  options: 'options' in kind ? kind.options : null,
  editable,
  updatedAt,
  updatedByName: updatedBy?.name ?? null,
})

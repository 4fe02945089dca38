import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { AlertPage, type AlertProps, AlertsPage, alertPath } from '#views/staff/alerts'
import { deliveriesOf } from './alert-channels/deliveries'
import { severityOf } from './alert-kinds'
import { ALERT_STATES, type AlertDesk, type AlertRow, AlertSettlement, alertsPage, closeAlert, deskKinds, requireAlert } from './alert-list'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const Query = v.object({
  ...keysetQuery,
  state: v.fallback(v.optional(v.picklist(ALERT_STATES), 'open'), 'open'),
  kind: v.fallback(v.optional(text(0, 64), ''), ''),
})

/** Who looks at a desk's alerts, and who may say that one is settled: those whose work they are about. */
const DESKS = {
  admin: { look: { audience: 'admin', permission: 'operator:view' }, settle: 'operator:lock' },
  finance: { look: { audience: 'finance', permission: 'finance:dashboard' }, settle: 'recharge:resolve' },
} as const

/** What needs somebody, on the console of those who deal with it. */
export const alertsStaffPages = (['admin', 'finance'] as const).flatMap((desk) => {
  const { look, settle } = DESKS[desk]
  return [
    page(`GET /${desk}/alerts`, look, async (call) => {
      const { state, kind, ...keyset } = pageQuery(call.request, Query)
      const alerts = await alertsPage(desk, { state, kind: kind || undefined }, keyset)
      return showPage(call, h(AlertsPage, { alerts: { ...alerts, rows: alerts.rows.map(viewOf) }, kinds: deskKinds(desk), state, kind }))
    }),

    page(`GET /${desk}/alerts/:alert_id`, look, (call) => showAlert(call, desk, {})),

    page(`POST /${desk}/alerts/:alert_id/settlement`, { audience: desk, permission: settle }, async (call) => {
      const { id } = await requireAlert(desk, pathId('session', call.params, 'alert_id'))
      const values = { reason: call.form.reason ?? '' }
      const checked = validate(AlertSettlement, values)
      if (!checked.ok) return showAlert(call, desk, { values, errors: fieldErrors(checked.faults, call) }, 400)
      try {
        await transaction((tx) => closeAlert(tx, desk, id, checked.value.reason, actOf(call.caller, call.info)))
      } catch (error) {
        const { status, errors, message } = refusalOf(error, call, [])
        return showAlert(call, desk, { values, errors, message }, status)
      }
      return redirect(alertPath(`/${desk}`, id), done('alerts.done.settled'))
    }),
  ]
})

async function showAlert(call: StaffCall, desk: AlertDesk, shown: Partial<AlertProps>, status = 200): Promise<Response> {
  const alert = await requireAlert(desk, pathId('session', call.params, 'alert_id'))
  const props = {
    alert: viewOf(alert),
    told: await deliveriesOf(alert.id),
    maySettle: call.caller.permissions.has(DESKS[desk].settle),
    ...{ values: { reason: '' }, errors: {}, message: null },
  }
  return showPage(call, h(AlertPage, { ...props, ...shown }), { status })
}

const viewOf = (alert: AlertRow) => ({ ...alert, severity: severityOf(alert.kind) })

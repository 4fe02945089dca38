import { h } from 'preact'
import * as v from 'valibot'
import { latestKeyCall } from '#src/api-keys/key-calls'
import { actOf } from '#src/audit-logs/audit-log'
import { reason } from '#src/core/fields'
import { type Instant, instant } from '#src/core/time'
import { validate } from '#src/core/validation'
import { type FormCall, fieldErrors, refusalOf, showPage } from '#src/page'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { operatorPath } from '#views/admin/operator-frame'
import { OperatorKeyPage, type OperatorKeyProps } from '#views/admin/operator-key'
import { requireOperator } from '../operators'
import { resetApiKey, viewApiKey } from '../renew-api-key'

type AdminCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const AT = '/admin/operators/:operator_id/api-key' as const
const VIEW = { audience: 'admin', permission: 'operator:apikey_view' } as const
const RESET = { audience: 'admin', permission: 'operator:apikey_reset' } as const

/** A shown key leaves the screen by itself, also without JavaScript. */
const SHOWN_SECONDS = 30

const Reasoned = v.object({ reason })

/** Administrators look at an operator's key or replace it, each with a reason that the audit log keeps. */
export const operatorKeysAdminPages = [
  page(`GET ${AT}`, VIEW, (call) => showKey(call, 'view', {})),

  page(`POST ${AT}`, { ...VIEW, stepUp: true }, (call) =>
    withReason(call, 'view', (id, why) => transaction((tx) => viewApiKey(tx, id, actOf(call.caller, call.info), why))),
  ),

  page(`GET ${AT}/reset`, RESET, (call) => showKey(call, 'reset', {})),

  page(`POST ${AT}/reset`, { ...RESET, stepUp: true }, (call) =>
    withReason(call, 'reset', (id, why) =>
      transaction((tx) => resetApiKey(tx, id, why, actOf(call.caller, call.info), seenKey(call.form.replaces))),
    ),
  ),
]

/** When the key was made that the form speaks of; an unreadable time is that of no key. */
function seenKey(text = ''): Instant {
  const at = instant(text)
  return Number.isNaN(at.getTime()) ? instant(0) : at
}

async function withReason(
  call: AdminCall,
  act: OperatorKeyProps['act'],
  run: (id: string, why: string) => Promise<{ apiKey: string; generatedAt: Instant }>,
): Promise<Response> {
  const { id } = await requireOperator(pathId('operator', call.params, 'operator_id'))
  const values = { reason: call.form.reason ?? '' }
  const checked = validate(Reasoned, values)
  if (!checked.ok) return showKey(call, act, { values, errors: fieldErrors(checked.faults, call) }, 400)
  try {
    const shown = await run(id, checked.value.reason)
    return await showKey(call, act, { shown }, 200, { Refresh: `${SHOWN_SECONDS}; url=${operatorPath(id)}` })
  } catch (error) {
    const refused = refusalOf(error, call, ['reason', 'api_key'])
    const message = refused.message ?? refused.errors.api_key ?? null
    return showKey(call, act, { values, errors: refused.errors, message }, refused.status)
  }
}

async function showKey(
  call: AdminCall,
  act: OperatorKeyProps['act'],
  shown: Partial<OperatorKeyProps>,
  status = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  const operator = await requireOperator(pathId('operator', call.params, 'operator_id'))
  const { now } = call.info
  const lastCall = await latestKeyCall(operator.id, now)
  const until = operator.previousApiKeyValidUntil
  const keys = { ...operator, previousApiKeyValidUntil: until && until > now ? until : null }
  const usual = { values: { reason: '' }, errors: {}, message: null, shown: null, seconds: SHOWN_SECONDS }
  return showPage(call, h(OperatorKeyPage, { act, operator: keys, lastCall, ...usual, ...shown }), { status, headers })
}

import { h } from 'preact'
import * as v from 'valibot'
import { unlockAccount } from '#src/accounts/lock'
import { actOf } from '#src/audit-logs/audit-log'
import { reason } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { addDays } from '#src/core/time'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { AnomaliesPage } from '#views/admin/anomalies'
import { AnomalyPage, type AnomalyProps } from '#views/admin/anomaly'
import { findLockedAccount, type LockedAccount, lockEvidence, lockedAccounts, refusedAddresses } from './evidence'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const LOOK = { audience: 'admin', permission: 'operator:view' } as const
const PATH = '/admin/anomalies'
/** More locked accounts than this at once are an incident of their own. */
const MOST_LOCKED = 200
const MOST_ADDRESSES = 20

const Unlocking = v.strictObject({ reason })

/** What the anomaly scan locked, with the calls it judged by; an administrator unlocks. */
export const anomalyAdminPages = [
  page(`GET ${PATH}`, LOOK, (call) => showQueue(call)),

  page(`GET ${PATH}/:operator_id`, LOOK, async (call) => showAccount(call, await requireLocked(idIn(call)), {})),

  page(`POST ${PATH}/:operator_id/unlock`, { audience: 'admin', permission: 'operator:lock' }, async (call) => {
    const id = idIn(call)
    const values = { reason: call.form.reason ?? '' }
    const checked = validate(Unlocking, values)
    if (!checked.ok) return showAccount(call, await requireLocked(id), { values, errors: fieldErrors(checked.faults, call) }, 400)
    try {
      await transaction((tx) => unlockAccount(tx, id, checked.value.reason, actOf(call.caller, call.info)))
    } catch (error) {
      // Somebody else was quicker: the account is not in the queue any more, which says so.
      const { status, message } = refusalOf(error, call, [])
      return showQueue(call, message, status)
    }
    return redirect(PATH, done('anomalies.done.unlocked'))
  }),
]

const idIn = ({ params }: StaffCall): Uuid => pathId('operator', params, 'operator_id')

async function showQueue(call: StaffCall, message: string | null = null, status = 200): Promise<Response> {
  const [locked, addresses] = await Promise.all([lockedAccounts(MOST_LOCKED), refusedAddresses(addDays(call.info.now, -1), MOST_ADDRESSES)])
  return showPage(call, h(AnomaliesPage, { locked, addresses, message }), { status })
}

/** Throws OPERATOR_NOT_FOUND for an account that is not locked. */
async function requireLocked(id: Uuid): Promise<LockedAccount> {
  const found = await findLockedAccount(id)
  if (!found) throw new Problem('OPERATOR_NOT_FOUND', { id })
  return found
}

async function showAccount(call: StaffCall, account: LockedAccount, shown: Partial<AnomalyProps>, status = 200): Promise<Response> {
  const evidence = await lockEvidence(account.id, account.lockedAt)
  const mayUnlock = call.caller.permissions.has('operator:lock')
  const usual = { values: { reason: '' }, errors: {}, message: null }
  return showPage(call, h(AnomalyPage, { account, evidence, mayUnlock, ...usual, ...shown }), { status })
}

import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { keysetQuery } from '#src/core/keyset'
import { text } from '#src/core/text'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import type { OperatorCaller } from '#src/platform/route'
import { page, pathId } from '#src/platform/route'
import { endedCookie } from '#src/platform/web-session'
import { AccountClosedPage, CloseAccountPage } from '#views/operator/close-account'
import { PasswordPage, type PasswordProps } from '#views/operator/password'
import { ProfilePage, type ProfileProps } from '#views/operator/profile'
import { EndSignInPage, SignInsPage } from '#views/operator/sign-ins'
import { changePassword, PasswordChange } from './change-password'
import { ClosingInput, closeOwnAccount, openItemsOf } from './close'
import { requireOperator } from './operators'
import { changeProfile, ProfileInput } from './profile'
import { operatorFigures } from './queries'
import { endOtherSessions, endSession, requireSession, sessionsPage } from './sessions'

type OwnCall = FormCall & { caller: OperatorCaller }

/** An operator's own account in the browser; the rules are those of the API. */
export const accountsOperatorPages = [
  page('GET /operator/profile', { audience: 'operator' }, (call) => profile(call, null)),

  page('POST /operator/profile', { audience: 'operator' }, async (call) => {
    const { name = '', phone = '', email = '' } = call.form
    const values = { name, phone, email }
    const checked = validate(ProfileInput, values)
    if (!checked.ok) return profile(call, { values, errors: fieldErrors(checked.faults, call), message: null }, 400)
    await transaction((tx) => changeProfile(tx, call.caller.id, checked.value, actOf(call.caller, call.info)))
    return redirect('/operator/profile', done('account.done.profile'))
  }),

  page('GET /operator/password', { audience: 'operator' }, (call) => showPage(call, h(PasswordPage, { errors: {}, message: null }))),

  page('POST /operator/password', { audience: 'operator' }, async (call) => {
    const again = (status: number, errors: PasswordProps['errors'], message: string | null = null) =>
      showPage(call, h(PasswordPage, { errors, message }), { status })
    const checked = validate(PasswordChange, call.form)
    if (!checked.ok) return again(400, fieldErrors(checked.faults, call))
    if (call.form.new_password !== call.form.password_repeat) {
      return again(400, { password_repeat: text(languageOf(call), 'account.password.differs') })
    }
    try {
      await changePassword(call.caller, checked.value, call.info)
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['password'])
      return again(status, errors.password === undefined ? {} : { old_password: errors.password }, message)
    }
    return redirect('/operator/password', done('account.done.password'))
  }),

  page('GET /operator/sessions', { audience: 'operator' }, async (call) => {
    const query = pageQuery(call.request, SessionsQuery)
    const signIns = await sessionsPage({ operatorId: call.caller.id }, query, call.info.now)
    return showPage(call, h(SignInsPage, { signIns, present: call.caller.sessionId }))
  }),

  page('GET /operator/sessions/others', { audience: 'operator' }, (call) => showPage(call, h(EndSignInPage, { signIn: null }))),

  page('POST /operator/sessions/others', { audience: 'operator' }, async ({ caller, info }) => {
    await transaction((tx) => endOtherSessions(tx, { operatorId: caller.id }, caller.sessionId, actOf(caller, info)))
    return redirect('/operator/sessions', done('account.done.sessions'))
  }),

  page('GET /operator/sessions/:session_id/end', { audience: 'operator' }, async (call) => {
    const id = pathId('session', call.params, 'session_id')
    const signIn = await requireSession({ operatorId: call.caller.id }, id, call.info.now)
    return showPage(call, h(EndSignInPage, { signIn }))
  }),

  page('POST /operator/sessions/:session_id/end', { audience: 'operator' }, async ({ caller, params, info }) => {
    const id = pathId('session', params, 'session_id')
    await transaction((tx) => endSession(tx, { operatorId: caller.id }, id, actOf(caller, info)))
    return redirect('/operator/sessions', done('account.done.session'))
  }),

  page('GET /operator/close', { audience: 'operator' }, (call) => closing(call, {}, null)),

  page('POST /operator/close', { audience: 'operator' }, async (call) => {
    const checked = validate(ClosingInput, call.form)
    if (!checked.ok) return closing(call, fieldErrors(checked.faults, call), null, 400)
    if (call.form.username?.trim().toLowerCase() !== call.caller.username.toLowerCase()) {
      return closing(call, { username: text(languageOf(call), 'account.close.username.wrong') }, null, 400)
    }
    try {
      await closeOwnAccount(call.caller, checked.value, call.info)
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['password', 'reason'])
      return closing(call, errors, message, status)
    }
    const shown = h(AccountClosedPage, { username: call.caller.username })
    return showPage({ ...call, caller: undefined }, shown, { headers: { 'Set-Cookie': endedCookie() } })
  }),
]

const SessionsQuery = v.object(keysetQuery)

async function profile(call: OwnCall, refused: ProfileProps['refused'], status = 200): Promise<Response> {
  const [operator, figures] = await Promise.all([requireOperator(call.caller.id), operatorFigures(call.caller.id, call.info.now)])
  const { name, phone, email } = operator
  return showPage(call, h(ProfilePage, { ...operator, contact: { name, phone, email }, games: figures.sessions, refused }), { status })
}

async function closing(call: OwnCall, errors: Record<string, string>, message: string | null, status = 200): Promise<Response> {
  const [operator, openItems] = await Promise.all([requireOperator(call.caller.id), openItemsOf(call.caller.id)])
  const { username = '', reason = '' } = call.form
  const props = { username: operator.username, balance: operator.balance, openItems, values: { username, reason }, errors, message }
  return showPage(call, h(CloseAccountPage, props), { status })
}

import { h } from 'preact'
import * as v from 'valibot'
import { seatOf } from '#src/accounts/caller'
import { changePassword, PasswordChange } from '#src/accounts/change-password'
import { endOtherSessions, endSession, requireSession, sessionsPage } from '#src/accounts/sessions'
import { actOf } from '#src/audit-logs/audit-log'
import { keysetQuery } from '#src/core/keyset'
import { text } from '#src/core/text'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, ownPath, redirect, refusalOf, showPage } from '#src/page'
import { ask, PASSWORD_PATH, PHONE_PATH, STEP_UP_PATH, takeProof } from '#src/page-guard'
import { pageQuery } from '#src/page-query'
import { qrDrawing } from '#src/payments/qr'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { OwnPasswordPage, type OwnPasswordProps } from '#views/staff/own-password'
import { CodesPage, EnrolPage, PhoneQuestionPage } from '#views/staff/phone'
import { EndOwnSignInPage, SecurityPage } from '#views/staff/security'
import { dutyOf, needsPhone } from './duties'
import { recoveryCodesLeft } from './recovery-codes'
import { requireStaff } from './staff'
import { beginEnrolment, type Enrolment, enrolPhone, removePhone, renewRecoveryCodes, resumeEnrolment } from './totp'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const SECURITY = '/staff/security'
const OWN = { audience: 'staff' } as const
/** Who has yet to set an own password or a phone does it here. */
const DUTY = { audience: 'staff', openBeforeDuties: true } as const
const PROVED = { audience: 'staff', stepUp: true } as const

/** Our people look after their own accounts, and prove again who they are before money and keys. */
export const staffPages = [
  page(`GET ${STEP_UP_PATH}`, DUTY, (call) => ask(call, asked(nextOf(call)), { status: 200 })),

  page(`POST ${STEP_UP_PATH}`, DUTY, async (call: StaffCall) => {
    const refused = await takeProof(call, asked(call.form.next))
    return refused ?? redirect(ownPath(call.form.next, '/'))
  }),

  page(`GET ${SECURITY}`, OWN, security),

  page(`GET ${PASSWORD_PATH}`, DUTY, (call) => showPassword(call, nextOf(call), {})),

  page(`POST ${PASSWORD_PATH}`, DUTY, setPassword),

  page(`GET ${PHONE_PATH}`, { ...DUTY, stepUp: true }, (call: StaffCall) => {
    if (call.caller.passwordIsTemporary) return redirect(PASSWORD_PATH)
    return showEnrolment(call, beginEnrolment(call.caller), nextOf(call))
  }),

  page(`POST ${PHONE_PATH}`, { ...DUTY, stepUp: true }, enrol),

  page(`GET ${SECURITY}/removal`, PROVED, (call) => showPage(call, h(PhoneQuestionPage, { what: 'removal' }))),

  page(`POST ${SECURITY}/removal`, PROVED, async ({ caller, info }) => {
    await removePhone(caller, info)
    return redirect(SECURITY, done('security.done.removed'))
  }),

  page(`GET ${SECURITY}/recovery-codes`, PROVED, (call) => showPage(call, h(PhoneQuestionPage, { what: 'recovery-codes' }))),

  page(`POST ${SECURITY}/recovery-codes`, PROVED, async (call) => {
    const codes = await renewRecoveryCodes(call.caller, call.info)
    return showPage(call, h(CodesPage, { isDuty: false, codes, next: SECURITY }))
  }),

  page(`GET ${SECURITY}/sessions/others`, OWN, (call) => showPage(call, h(EndOwnSignInPage, { signIn: null }))),

  page(`POST ${SECURITY}/sessions/others`, OWN, async ({ caller, info }) => {
    await transaction((tx) => endOtherSessions(tx, { adminId: caller.id }, caller.sessionId, actOf(caller, info)))
    return redirect(SECURITY, done('security.done.sessions'))
  }),

  page(`GET ${SECURITY}/sessions/:session_id/end`, OWN, async (call) => {
    const id = pathId('session', call.params, 'session_id')
    return showPage(call, h(EndOwnSignInPage, { signIn: await requireSession({ adminId: call.caller.id }, id, call.info.now) }))
  }),

  page(`POST ${SECURITY}/sessions/:session_id/end`, OWN, async ({ caller, params, info }) => {
    const id = pathId('session', params, 'session_id')
    await transaction((tx) => endSession(tx, { adminId: caller.id }, id, actOf(caller, info)))
    return redirect(SECURITY, done('security.done.session'))
  }),
]

const nextOf = ({ request }: FormCall): string => ownPath(new URL(request.url).searchParams.get('next'), SECURITY)
const asked = (next: string | null | undefined) => ({ action: STEP_UP_PATH, fields: { next: ownPath(next, '/') }, losesFile: false })

async function security(call: StaffCall): Promise<Response> {
  const { caller, info } = call
  const [staff, codesLeft, signIns] = await Promise.all([
    requireStaff(caller.id),
    recoveryCodesLeft(caller.id),
    sessionsPage({ adminId: caller.id }, pageQuery(call.request, v.object(keysetQuery)), info.now),
  ])
  const phone = caller.hasTotp ? { since: staff.totpSince, codesLeft } : null
  const shown = { username: caller.username, seat: seatOf(caller), phone, needsPhone: needsPhone(caller.role) }
  return showPage(call, h(SecurityPage, { ...shown, signIns, present: caller.sessionId }))
}

function showPassword(call: StaffCall, next: string, shown: Partial<OwnPasswordProps>, status = 200): Promise<Response> {
  const isDuty = dutyOf(call.caller) === 'password'
  return showPage(call, h(OwnPasswordPage, { isDuty, next, errors: {}, message: null, ...shown }), { status })
}

async function setPassword(call: StaffCall): Promise<Response> {
  const next = ownPath(call.form.next, SECURITY)
  const checked = validate(PasswordChange, call.form)
  if (!checked.ok) return showPassword(call, next, { errors: fieldErrors(checked.faults, call) }, 400)
  if (call.form.new_password !== call.form.password_repeat) {
    return showPassword(call, next, { errors: { password_repeat: text(languageOf(call), 'ownPassword.differs') } }, 400)
  }
  try {
    await changePassword(call.caller, checked.value, call.info)
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['password', 'new_password'])
    const { password, ...rest } = errors
    return showPassword(call, next, { errors: password === undefined ? rest : { old_password: password }, message }, status)
  }
  return redirect(next, done('security.done.password'))
}

type Again = { error?: string; message?: string | null; status?: number }

function showEnrolment(call: StaffCall, enrolment: Enrolment, next: string, { error, message = null, status = 200 }: Again = {}) {
  const shown = {
    isDuty: dutyOf(call.caller) === 'phone',
    replaces: call.caller.hasTotp,
    next,
    qr: qrDrawing(enrolment.uri),
    secret: enrolment.secret.match(/.{1,4}/g)!.join(' '),
    ticket: enrolment.ticket,
    error,
    message,
  }
  return showPage(call, h(EnrolPage, shown), { status })
}

async function enrol(call: StaffCall): Promise<Response> {
  const next = ownPath(call.form.next, SECURITY)
  const enrolment = resumeEnrolment(call.caller, call.form.ticket ?? '')
  // Whoever came in with a password that another knows sets an own one first.
  if (!enrolment || call.caller.passwordIsTemporary) return redirect(PHONE_PATH)
  const isDuty = dutyOf(call.caller) === 'phone'
  try {
    const codes = await enrolPhone(call.caller, enrolment, (call.form.totp_code ?? '').trim(), call.info)
    return showPage(call, h(CodesPage, { isDuty, codes, next }))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['password'])
    return showEnrolment(call, enrolment, next, { status, ...(errors.password === undefined ? {} : { error: errors.password }), message })
  }
}

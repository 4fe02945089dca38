import { h } from 'preact'
import { Problem } from '#src/core/problem'
import { type FormCall, ownPath, problemWords, redirect, showPage } from '#src/page'
import { rawPath, retryHeader } from '#src/platform/http'
import type { Route, StaffCaller } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { dutyOf } from '#src/staff/duties'
import { isProofFresh, proveAgain } from '#src/staff/step-up'
import { STEP_UP_FIELDS, StepUpPage, type StepUpProps } from '#views/staff/step-up'

type StaffCall = FormCall & { caller: StaffCaller }

export const STEP_UP_PATH = '/staff/step-up'
export const PASSWORD_PATH = '/staff/security/password'
export const PHONE_PATH = '/staff/security/totp'

/** What a page answers our people in place of its own: the way to what they have to do first, or the question for a proof. Undefined: go on. */
export function guardPage(route: Route, call: StaffCall): Response | Promise<Response | undefined> | undefined {
  const duty = route.openBeforeDuties ? null : dutyOf(call.caller)
  if (!duty) return askForProof(route, call)
  const next = call.request.method === 'GET' ? `?next=${encodeURIComponent(rawPath(call.request))}` : ''
  return redirect((duty === 'password' ? PASSWORD_PATH : PHONE_PATH) + next)
}

/**
 * The question for a new proof, when money or keys are at stake and the last one is old. A form comes back with the proof and everything
 * that had been filled in, and is then taken as if nothing had been asked.
 */
async function askForProof(route: Route, call: StaffCall): Promise<Response | undefined> {
  if (!route.stepUp || isProofFresh(call.caller, call.info.now)) return undefined
  const path = rawPath(call.request)
  if (route.method === 'GET') return redirect(`${STEP_UP_PATH}?next=${encodeURIComponent(path)}`)
  // Files do not fit into a page: the person goes back to the form and chooses them again.
  if (route.upload) return ask(call, { action: STEP_UP_PATH, fields: { next: referringPath(call.request) }, losesFile: true })
  const { [STEP_UP_FIELDS.code]: code, [STEP_UP_FIELDS.password]: password, csrf_token: _token, ...fields } = call.form
  // A password is not carried through a page: it is typed again.
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => !name.includes('password')))
  const asked = { action: path, fields: kept, losesFile: false }
  return code === undefined && password === undefined ? ask(call, asked) : takeProof(call, asked)
}

type Asked = Pick<StepUpProps, 'action' | 'fields' | 'losesFile'>

/** Takes the proof of a form; the question again when it is wrong, undefined when it is right. */
export async function takeProof(call: StaffCall, asked: Asked): Promise<Response | undefined> {
  const code = (call.form[STEP_UP_FIELDS.code] ?? '').trim()
  const password = (call.form[STEP_UP_FIELDS.password] ?? '').slice(0, 128)
  try {
    await proveAgain(call.caller, { code, password }, call.info)
    return undefined
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const words = problemWords(error, call)
    if (error.status === 429) return ask(call, asked, { message: words, status: 429, headers: retryHeader(error) })
    const isCode = call.caller.hasTotp && (code !== '' || password === '')
    return ask(call, asked, { errors: { [isCode ? STEP_UP_FIELDS.code : STEP_UP_FIELDS.password]: words }, status: error.status })
  }
}

type Shown = { errors?: StepUpProps['errors']; message?: string; status?: number; headers?: Record<string, string> }

export function ask(call: StaffCall, asked: Asked, { errors = {}, message, status = 403, headers = {} }: Shown = {}): Promise<Response> {
  const shown = { ...asked, hasTotp: call.caller.hasTotp, minutes: setting('step_up_minutes'), errors, message: message ?? null }
  return showPage(call, h(StepUpPage, shown), { status, headers })
}

/** The page of ours that a form was sent from. */
function referringPath(request: Request): string {
  const referer = URL.parse(request.headers.get('referer') ?? '')
  return ownPath(referer && referer.pathname + referer.search, '/')
}

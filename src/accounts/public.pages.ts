import { h } from 'preact'
import * as v from 'valibot'
import { Problem } from '#src/core/problem'
import { text } from '#src/core/text'
import { say, validate } from '#src/core/validation'
import { type FormCall, languageOf, ownPath, problemWords, redirect, showPage } from '#src/page'
import { config } from '#src/platform/config'
import { transaction } from '#src/platform/database'
import { retryHeader } from '#src/platform/http'
import { requireAddressToken } from '#src/platform/rate-limit'
import { page } from '#src/platform/route'
import { endedCookie, sessionCookie } from '#src/platform/web-session'
import { setting } from '#src/settings/settings'
import { ApiKeyOncePage } from '#views/public/api-key-once'
import { RegisterPage, type RegisterProps } from '#views/public/register'
import { SignInPage, type SignInProps } from '#views/public/sign-in'
import { OperatorInput } from './operators'
import { type NewOperator, registerOperator } from './register'
import { openSession } from './sessions'
import { signInOperator } from './sign-in'
import { signOut } from './sign-out'

const HOME = '/operator/'

/** Operators sign in, register and sign out in the browser; the rules are those of the API. */
export const accountsPublicPages = [
  page('GET /operator/login', { audience: 'public' }, (call) => {
    const query = new URL(call.request.url).searchParams
    return showPage(call, h(SignInPage, signInProps({ next: query.get('next'), message: null, username: '' })))
  }),

  page('POST /operator/login', { audience: 'public' }, async (call) => {
    const { username = '', password = '', next = null } = call.form
    try {
      requireAddressToken(call.info, setting('rate_limit_ip_per_minute'))
      const { session } = await signInOperator({ username: username.slice(0, 64), password: password.slice(0, 128) }, 'pages', call.info)
      return redirect(ownPath(next, HOME), { 'Set-Cookie': sessionCookie(session.secret, session.lifetimeSeconds) })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const message = { tone: error.status === 429 ? ('warn' as const) : ('bad' as const), text: problemWords(error, call) }
      const shown = h(SignInPage, signInProps({ next, message, username: username.slice(0, 64) }))
      return showPage(call, shown, { status: error.status, headers: retryHeader(error) })
    }
  }),

  page('GET /operator/register', { audience: 'public' }, (call) =>
    showPage(call, h(RegisterPage, { values: NO_VALUES, errors: {}, message: null })),
  ),

  page('POST /operator/register', { audience: 'public' }, async (call) => {
    const checked = validate(RegisterForm, call.form)
    if (!checked.ok) return registerAgain(call, 400, fieldErrors(checked.faults, call))
    if (call.form.password !== call.form.password_repeat) {
      return registerAgain(call, 400, { password_repeat: text(languageOf(call), 'account.password.differs') })
    }
    try {
      requireAddressToken(call.info, setting('rate_limit_ip_per_minute'))
      return await welcome(call, await registerOperator(checked.value, { origin: call.info, at: call.info.now }))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'USERNAME_EXISTS') return registerAgain(call, error.status, { username: problemWords(error, call) })
      return registerAgain(call, error.status, {}, problemWords(error, call))
    }
  }),

  page('POST /operator/logout', { audience: 'operator' }, async ({ caller, info }) => {
    await signOut(caller, info)
    return redirect('/operator/login', { 'Set-Cookie': endedCookie() })
  }),
]

const RegisterForm = v.object({
  ...OperatorInput.entries,
  password_repeat: v.pipe(v.string(), v.nonEmpty(say('请再输入一次密码', 'Please enter the password again'))),
})
const NO_VALUES = { username: '', name: '', phone: '', email: '' }

function signInProps(given: Pick<SignInProps, 'next' | 'message' | 'username'>): SignInProps {
  const demoAccount = config().APP_ENV === 'development' ? { username: 'demo_operator', password: 'Demo@2024!' } : null
  return { kind: 'operator', demoAccount, ...given }
}

type Faults = Extract<ReturnType<typeof validate>, { ok: false }>['faults']

const fieldErrors = (faults: Faults, call: FormCall): RegisterProps['errors'] =>
  Object.fromEntries(faults.map(({ field, message }) => [field, message[languageOf(call)]]))

/** The same form with what was typed, never the passwords. */
function registerAgain(call: FormCall, status: number, errors: RegisterProps['errors'], message: string | null = null): Promise<Response> {
  const { username = '', name = '', phone = '', email = '' } = call.form
  return showPage(call, h(RegisterPage, { values: { username, name, phone, email }, errors, message }), { status })
}

/** The key is shown once, to somebody who is signed in already. */
async function welcome(call: FormCall, made: NewOperator): Promise<Response> {
  const session = await transaction((tx) => openSession(tx, { operatorId: made.id }, 'pages', call.info))
  const shown = h(ApiKeyOncePage, { username: made.username, apiKey: made.apiKey })
  return showPage(call, shown, { status: 201, headers: { 'Set-Cookie': sessionCookie(session.secret, session.lifetimeSeconds) } })
}

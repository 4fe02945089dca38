import { h } from 'preact'
import { signOut } from '#src/accounts/sign-out'
import { Problem } from '#src/core/problem'
import { text } from '#src/core/text'
import { type FormCall, languageOf, ownPath, problemWords, redirect, showPage } from '#src/page'
import { config } from '#src/platform/config'
import { retryHeader } from '#src/platform/http'
import { requireAddressToken } from '#src/platform/rate-limit'
import { page } from '#src/platform/route'
import { endedCookie, sessionCookie } from '#src/platform/web-session'
import { setting } from '#src/settings/settings'
import { SignInPage, type SignInProps } from '#views/public/sign-in'
import { SignInCodePage, type SignInCodeProps } from '#views/public/sign-in-code'
import { beginSignIn, finishSignIn } from './sign-in'

type Entrance = 'admin' | 'finance'
type SignedIn = Awaited<ReturnType<typeof finishSignIn>>

const HOMES = { admin: '/admin/', finance: '/finance/', analyst: '/analytics/' }
const DEMO = { admin: { username: 'admin', password: 'Admin@2024!' }, finance: { username: 'finance001', password: 'Pass@2024!' } }

/** Our people sign in and out in the browser: administrators and analysts at one door, finance at the other. */
export const staffPublicPages = [
  page('GET /admin/login', { audience: 'public' }, (call) => showForm(call, 'admin')),
  page('POST /admin/login', { audience: 'public' }, (call) => signIn(call, 'admin')),
  page('GET /finance/login', { audience: 'public' }, (call) => showForm(call, 'finance')),
  page('POST /finance/login', { audience: 'public' }, (call) => signIn(call, 'finance')),
  page('POST /admin/logout', { audience: 'anyone_signed_in', openBeforeDuties: true }, (call) => leave(call, '/admin/login')),
  page('POST /finance/logout', { audience: 'finance', openBeforeDuties: true }, (call) => leave(call, '/finance/login')),
]

const showForm = (call: FormCall, entrance: Entrance): Promise<Response> =>
  showPage(call, h(SignInPage, props(entrance, { next: new URL(call.request.url).searchParams.get('next'), message: null, username: '' })))

const signIn = (call: FormCall, entrance: Entrance): Promise<Response> =>
  call.form.ticket === undefined ? takePassword(call, entrance) : takeCode(call, entrance, call.form.ticket)

/** The first step; who has a phone is asked for its code next. A password manager may send both at once. */
async function takePassword(call: FormCall, entrance: Entrance): Promise<Response> {
  const { username = '', password = '', totp_code: code = '', next = null } = call.form
  try {
    requireAddressToken(call.info, setting('rate_limit_ip_per_minute'))
    const input = { username: username.slice(0, 64), password: password.slice(0, 128), totp_code: code.trim() || undefined }
    const begun = await beginSignIn(input, { door: 'pages', audience: entrance }, call.info)
    if ('ticket' in begun) return askForCode(call, entrance, { ticket: begun.ticket })
    return enter(call, entrance, begun)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return refuse(call, entrance, { text: problemWords(error, call), username: username.slice(0, 64), next }, error)
  }
}

/** The second step. A ticket that has ended begins anew. */
async function takeCode(call: FormCall, entrance: Entrance, ticket: string): Promise<Response> {
  const { totp_code: code = '', recovery_code: recovery = '', next = null } = call.form
  const given = { totp_code: code.trim() || undefined, recovery_code: recovery.trim().slice(0, 40) || undefined }
  try {
    requireAddressToken(call.info, setting('rate_limit_ip_per_minute'))
    return enter(call, entrance, await finishSignIn(ticket, given, { door: 'pages', audience: entrance }, call.info))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'UNAUTHORIZED' && error.wording === 'session') {
      return refuse(call, entrance, { text: text(languageOf(call), 'signInCode.over'), username: '', next }, error)
    }
    const words = problemWords(error, call)
    const field = given.recovery_code && !given.totp_code ? 'recovery_code' : 'totp_code'
    if (error.status !== 401) return askForCode(call, entrance, { ticket, message: words }, error)
    return askForCode(call, entrance, { ticket, errors: { [field]: words } }, error)
  }
}

function enter(call: FormCall, entrance: Entrance, { staff, session }: SignedIn): Response {
  const home = entrance === 'finance' ? HOMES.finance : staff.role === 'analyst' ? HOMES.analyst : HOMES.admin
  return redirect(ownPath(call.form.next, home), { 'Set-Cookie': sessionCookie(session.secret, session.lifetimeSeconds) })
}

type Asked = Pick<SignInCodeProps, 'ticket'> & Partial<Pick<SignInCodeProps, 'errors' | 'message'>>

function askForCode(call: FormCall, kind: Entrance, { ticket, errors = {}, message = null }: Asked, error?: Problem): Promise<Response> {
  const shown = h(SignInCodePage, { kind, ticket, next: call.form.next ?? null, errors, message })
  return showPage(call, shown, error ? { status: error.status, headers: retryHeader(error) } : {})
}

type Refused = { text: string; username: string; next: string | null }

function refuse(call: FormCall, entrance: Entrance, { text: words, username, next }: Refused, error: Problem): Promise<Response> {
  const message = { tone: error.status === 429 ? ('warn' as const) : ('bad' as const), text: words }
  return showPage(call, h(SignInPage, props(entrance, { next, message, username })), { status: error.status, headers: retryHeader(error) })
}

async function leave({ caller, info }: { caller: Parameters<typeof signOut>[0] } & Pick<FormCall, 'info'>, to: string): Promise<Response> {
  await signOut(caller, info)
  return redirect(to, { 'Set-Cookie': endedCookie() })
}

const props = (kind: Entrance, given: Pick<SignInProps, 'next' | 'message' | 'username'>): SignInProps => ({
  kind,
  demoAccount: config().APP_ENV === 'development' ? DEMO[kind] : null,
  ...given,
})

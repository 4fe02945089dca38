import { h } from 'preact'
import { signOut } from '#src/accounts/sign-out'
import { Problem } from '#src/core/problem'
import { type FormCall, ownPath, problemWords, redirect, showPage } from '#src/page'
import { config } from '#src/platform/config'
import { retryHeader } from '#src/platform/http'
import { requireAddressToken } from '#src/platform/rate-limit'
import { page } from '#src/platform/route'
import { endedCookie, sessionCookie } from '#src/platform/web-session'
import { setting } from '#src/settings/settings'
import { SignInPage, type SignInProps } from '#views/public/sign-in'
import { signInStaff } from './sign-in'

type Door = 'admin' | 'finance'

const HOMES = { admin: '/admin/', finance: '/finance/', analyst: '/analytics/' }
const DEMO = { admin: { username: 'admin', password: 'Admin@2024!' }, finance: { username: 'finance001', password: 'Pass@2024!' } }

/** Our people sign in and out in the browser: administrators and analysts at one door, finance at the other. */
export const staffPublicPages = [
  page('GET /admin/login', { audience: 'public' }, (call) => showForm(call, 'admin')),
  page('POST /admin/login', { audience: 'public' }, (call) => signIn(call, 'admin')),
  page('GET /finance/login', { audience: 'public' }, (call) => showForm(call, 'finance')),
  page('POST /finance/login', { audience: 'public' }, (call) => signIn(call, 'finance')),
  page('POST /admin/logout', { audience: 'anyone_signed_in' }, (call) => leave(call, '/admin/login')),
  page('POST /finance/logout', { audience: 'finance' }, (call) => leave(call, '/finance/login')),
]

const showForm = (call: FormCall, door: Door): Promise<Response> =>
  showPage(call, h(SignInPage, props(door, { next: new URL(call.request.url).searchParams.get('next'), message: null, username: '' })))

async function signIn(call: FormCall, door: Door): Promise<Response> {
  const { username = '', password = '', totp_code: code = '', next = null } = call.form
  try {
    requireAddressToken(call.info, setting('rate_limit_ip_per_minute'))
    const input = { username: username.slice(0, 64), password: password.slice(0, 128), totp_code: code.trim() || undefined }
    const { staff, session } = await signInStaff(input, 'pages', door, call.info)
    const home = door === 'finance' ? HOMES.finance : staff.role === 'analyst' ? HOMES.analyst : HOMES.admin
    return redirect(ownPath(next, home), { 'Set-Cookie': sessionCookie(session.secret, session.lifetimeSeconds) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const message = { tone: error.status === 429 ? ('warn' as const) : ('bad' as const), text: problemWords(error, call) }
    const shown = h(SignInPage, props(door, { next, message, username: username.slice(0, 64) }))
    return showPage(call, shown, { status: error.status, headers: retryHeader(error) })
  }
}

async function leave({ caller, info }: { caller: Parameters<typeof signOut>[0] } & Pick<FormCall, 'info'>, to: string): Promise<Response> {
  await signOut(caller, info)
  return redirect(to, { 'Set-Cookie': endedCookie() })
}

const props = (kind: Door, given: Pick<SignInProps, 'next' | 'message' | 'username'>): SignInProps => ({
  kind,
  demoAccount: config().APP_ENV === 'development' ? DEMO[kind] : null,
  ...given,
})

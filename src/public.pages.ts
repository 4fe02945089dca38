import { h } from 'preact'
import { ownPath, redirect, showPage } from '#src/page'
import { config } from '#src/platform/config'
import { page } from '#src/platform/route'
import { PublicHomePage } from '#views/public/home'

const YEAR_SECONDS = 31_536_000

/** Pages for everybody, and the two switches that work without JavaScript. */
export const publicPages = [
  page('GET /', { audience: 'public' }, (call) => showPage(call, h(PublicHomePage, {}))),

  page('GET /language', { audience: 'public' }, ({ request }) => {
    const query = new URL(request.url).searchParams
    return remember('mr_language', query.get('to') === 'en' ? 'en' : 'zh', query.get('next'))
  }),

  page('GET /theme', { audience: 'public' }, ({ request }) => {
    const query = new URL(request.url).searchParams
    const wanted = query.get('to')
    return remember('mr_theme', wanted === 'light' || wanted === 'dark' ? wanted : 'auto', query.get('next'))
  }),
]

/** Keeps a choice for a year and goes back to where the person was. */
const remember = (cookie: string, value: string, next: string | null): Response =>
  redirect(ownPath(next, '/'), {
    'Set-Cookie': `${cookie}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${config().PUBLIC_URL.startsWith('https:') ? '; Secure' : ''}`,
  })

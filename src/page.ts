import type { ComponentChild } from 'preact'
import type { Caller } from '#src/accounts/caller'
import { viewerOf } from '#src/accounts/viewer'
import { type FieldFault, type Language, Problem, problemMessage } from '#src/core/problem'
import { type DoneKey, isDoneKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { waitingTasks } from '#src/office/queries'
import { assetUrls } from '#src/platform/assets'
import { config } from '#src/platform/config'
import { type RequestInfo, rawPath } from '#src/platform/http'
import { cookieValue, csrfToken } from '#src/platform/web-session'
import type { PageContext, Theme } from '#views/page-context'
import { renderFragment, renderPage } from '#views/render'

export type PageCall = { request: Request; info: RequestInfo; caller: Caller | undefined }
export type FormCall = PageCall & { form: Record<string, string> }
type PageOptions = { status?: number; headers?: Record<string, string> }

/** Renders a page for this request: language, theme, viewer and form token are put around it. */
export async function showPage(call: PageCall, page: ComponentChild, { status = 200, headers = {} }: PageOptions = {}): Promise<Response> {
  const context = await pageContext(call)
  const html = renderPage(context, page)
  const told = new Headers({ 'Content-Type': 'text/html; charset=utf-8', Vary: 'HX-Request', ...headers })
  if (context.done) told.append('Set-Cookie', `${DONE_COOKIE}=; Path=/; Max-Age=0`)
  return new Response(html, { status, headers: told })
}

/** Renders parts of this request's page, for answers that are put into a page that is open. */
export async function fragmentRenderer(call: PageCall): Promise<(part: ComponentChild) => string> {
  const context = await pageContext(call)
  return (part) => renderFragment(context, part)
}

/** Carries what a form did over the redirect to the page that tells it. A key, never words: whoever plants a cookie puts no text in. */
const DONE_COOKIE = 'mr_done'

/** A header for `redirect`: the next page says what was done, once. */
export const done = (key: DoneKey): Record<string, string> => ({
  'Set-Cookie': `${DONE_COOKIE}=${key}; Path=/; Max-Age=30; HttpOnly; SameSite=Lax`,
})

/** 303 to one of our own paths. */
export const redirect = (path: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { Location: path, ...headers } })

/** The path if it is one of our own, else the fallback: `//evil`, `\\evil` and `javascript:` lead nowhere. */
export const ownPath = (path: string | null | undefined, fallback: string): string =>
  path && !/%[01]/.test(path) && /^\/(?![/\\])[\w\-./?=&%:,+~]*$/.test(path) ? path : fallback

/** What is wrong with each field of a form, in the page's language. */
export const fieldErrors = (faults: readonly FieldFault[], call: PageCall): Record<string, string> =>
  Object.fromEntries(faults.map(({ field, message }) => [field, message[languageOf(call)]]))

export type Refusal = { status: number; errors: Record<string, string>; message: string | null }

/** A refusal as a form shows it: beside its fields, or above them where it belongs to none. What is no refusal goes on to the page of its own. */
export function refusalOf(error: unknown, call: PageCall, fields: readonly string[]): Refusal {
  if (!(error instanceof Problem) || error.status === 404 || error.status >= 500) throw error
  const { status, details } = error
  const own = Array.isArray(details) ? details.filter(({ field }) => fields.includes(field)) : []
  if (own.length > 0) return { status, errors: fieldErrors(own, call), message: null }
  if (error.code === 'UNAUTHORIZED' && fields.includes('password'))
    return { status, errors: { password: problemWords(error, call) }, message: null }
  return { status, errors: {}, message: problemWords(error, call) }
}

/** The words of a problem in the page's language. */
export const problemWords = (problem: Problem, call: PageCall): string => problemMessage(problem, languageOf(call))

/** A cookie chosen by the person stands before what the browser says. */
export function languageOf({ request, info }: Pick<PageCall, 'request' | 'info'>): Language {
  const chosen = cookieValue(request, 'mr_language')
  return chosen === 'en' || chosen === 'zh' ? chosen : info.language
}

async function pageContext({ request, info, caller }: PageCall): Promise<PageContext> {
  return {
    language: languageOf({ request, info }),
    theme: themeOf(request),
    environment: config().APP_ENV,
    gatewayDesk: gatewayDesk(),
    path: rawPath(request),
    csrfToken: caller ? csrfToken(caller.sessionId) : null,
    requestId: info.id,
    done: doneOf(request),
    assets: assetUrls,
    viewer: caller ? await shownViewer(caller, info.now) : null,
  }
}

/** The viewer, with what waits for one of our people. */
async function shownViewer(caller: Caller, now: Instant): Promise<PageContext['viewer']> {
  const viewer = await viewerOf(caller, now)
  return viewer.kind === 'operator' ? viewer : { ...viewer, waiting: await waitingTasks(viewer.id) }
}

/** A provider on this machine without TLS is the simulator; in production there is none. */
function gatewayDesk(): string | undefined {
  const { production, payments } = config()
  const address = payments.wechat?.baseUrl ?? payments.alipay?.gatewayUrl
  return production || !address?.startsWith('http://127.0.0.1:') ? undefined : new URL('/desk', address).href
}

function doneOf(request: Request): DoneKey | null {
  const key = cookieValue(request, DONE_COOKIE)
  return isDoneKey(key) ? key : null
}

function themeOf(request: Request): Theme {
  const chosen = cookieValue(request, 'mr_theme')
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto'
}

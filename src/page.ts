import type { ComponentChild } from 'preact'
import type { Caller } from '#src/accounts/caller'
import { viewerOf } from '#src/accounts/viewer'
import { type Language, type Problem, problemMessage } from '#src/core/problem'
import { assetUrls } from '#src/platform/assets'
import { config } from '#src/platform/config'
import { type RequestInfo, rawPath } from '#src/platform/http'
import { cookieValue, csrfToken } from '#src/platform/web-session'
import type { PageContext, Theme } from '#views/page-context'
import { renderPage } from '#views/render'

export type PageCall = { request: Request; info: RequestInfo; caller: Caller | undefined }
export type FormCall = PageCall & { form: Record<string, string> }
type PageOptions = { status?: number; headers?: Record<string, string> }

/** Renders a page for this request: language, theme, viewer and form token are put around it. */
export async function showPage(call: PageCall, page: ComponentChild, { status = 200, headers = {} }: PageOptions = {}): Promise<Response> {
  const html = renderPage(await pageContext(call), page)
  return new Response(html, { status, headers: { 'Content-Type': 'text/html; charset=utf-8', Vary: 'HX-Request', ...headers } })
}

/** 303 to one of our own paths. */
export const redirect = (path: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { Location: path, ...headers } })

/** The path if it is one of our own, else the fallback: `//evil`, `\\evil` and `javascript:` lead nowhere. */
export const ownPath = (path: string | null | undefined, fallback: string): string =>
  path && !/%[01]/.test(path) && /^\/(?![/\\])[\w\-./?=&%:,+~]*$/.test(path) ? path : fallback

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
    path: rawPath(request),
    csrfToken: caller ? csrfToken(caller.sessionId) : null,
    requestId: info.id,
    assets: assetUrls,
    viewer: caller ? await viewerOf(caller) : null,
  }
}

function themeOf(request: Request): Theme {
  const chosen = cookieValue(request, 'mr_theme')
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto'
}

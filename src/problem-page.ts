import { h } from 'preact'
import type { Caller } from '#src/accounts/caller'
import type { Problem } from '#src/core/problem'
import { type PageCall, problemWords, redirect, showPage } from '#src/page'
import { rawPath, retryHeader } from '#src/platform/http'
import { ProblemPage, type ProblemProps } from '#views/public/problem'

const SHOWN = new Set([400, 403, 404, 405, 429, 500, 503])

/** A problem as people see it: a page of its own, or the way to sign in when that is the cure. */
export async function problemPage(problem: Problem, call: PageCall, caller?: Caller): Promise<Response> {
  if (problem.code === 'UNAUTHORIZED') return redirect(signInPath(call))
  const status = (SHOWN.has(problem.status) ? problem.status : 400) as ProblemProps['status']
  const details = Array.isArray(problem.details) ? undefined : problem.details
  const retryAfter = Number(details?.retry_after ?? Number.NaN)
  const props = { status, message: problemWords(problem, call), retryAfter: Number.isNaN(retryAfter) ? null : retryAfter }
  const options = { status: problem.status, headers: retryHeader(problem) }
  // Without a database there is no viewer to show either: the page then stands alone.
  return showPage({ ...call, caller }, h(ProblemPage, props), options).catch(() =>
    showPage({ ...call, caller: undefined }, h(ProblemPage, props), options),
  )
}

/** Where this part of the site signs in; a page that was asked for is shown right after. */
function signInPath({ request }: PageCall): string {
  const path = rawPath(request)
  const door = path.startsWith('/finance') ? 'finance' : path.startsWith('/admin') || path.startsWith('/analytics') ? 'admin' : 'operator'
  return `/${door}/login${request.method === 'GET' ? `?next=${encodeURIComponent(path)}` : ''}`
}

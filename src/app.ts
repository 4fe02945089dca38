import { Elysia } from 'elysia'
import { type Caller, callerOfCookie, callerOfToken } from '#src/accounts/caller'
import { Problem } from '#src/core/problem'
import { guardPage } from '#src/page-guard'
import type { Permission } from '#src/permissions/permissions'
import { requirePermission } from '#src/permissions/require'
import { readForm } from '#src/platform/form'
import { infoOf, problemFrom, problemJson, type RequestInfo } from '#src/platform/http'
import { type Audience, type Callers, matchesPath, type Route } from '#src/platform/route'
import { readUploadForm } from '#src/platform/upload'
import { cookieValue, requireCsrfToken, requireSameOrigin } from '#src/platform/web-session'
import { problemPage } from '#src/problem-page'
import { dutyOf } from '#src/staff/duties'
import { requireFreshProof } from '#src/staff/step-up'
import { allowOrigin, preflight } from '#src/wallets/cross-origin'
import { routes } from './routes'

/** `/api/v1` is an exact alias of `/v1`. */
const API_PREFIXES = ['/v1', '/api/v1']

/** The whole HTTP surface. `handle` answers every request with a Response; it never throws. */
export function createApp() {
  const elysia = new Elysia({ normalize: false })
  for (const route of routes) {
    const paths = route.door === 'api' ? API_PREFIXES.map((prefix) => prefix + route.path) : [route.path]
    for (const path of paths) {
      const answer = (request: Request, params: unknown) => serve(route, path, request, params as Record<string, string>)
      const run =
        route.door === 'shared' ? async (request: Request, params: unknown) => allowOrigin(request, await answer(request, params)) : answer
      elysia.route(route.method, path, ({ request, params }) => run(request, params), { parse: 'none' })
    }
  }
  elysia.route('OPTIONS', '/api/shared/*', ({ request }) => preflight(request), { parse: 'none' })
  elysia.onError(({ request, code, error }) =>
    answerProblem(code === 'NOT_FOUND' ? unknownRoute(request) : error, request, isPagePath(request)),
  )
  return elysia
}

async function serve(route: Route, pattern: string, request: Request, params: Record<string, string>): Promise<Response> {
  const info = infoOf(request)
  info.route = `${route.method} ${pattern}`
  let caller: Caller | undefined
  try {
    caller = await identify(route, request, info)
    admit(route, caller, info)
    const form = await readOwnForm(route, request, caller)
    const call = { request, info, caller: caller as Callers[Audience], params, form }
    const asked = caller?.kind === 'staff' && route.door === 'pages' ? await guardPage(route, { ...call, caller }) : undefined
    return asked ?? (await route.handle(call))
  } catch (error) {
    return answerProblem(error, request, route.door === 'pages', caller)
  }
}

/** Who calls; throws UNAUTHORIZED where somebody has to be. */
async function identify(route: Route, request: Request, info: RequestInfo): Promise<Caller | undefined> {
  if (route.audience === 'public' || route.audience === 'client' || route.audience === 'partner') return undefined
  const caller =
    route.door === 'api'
      ? await callerOfToken(request.headers.get('authorization'), info.now)
      : await callerOfCookie(cookieValue(request), info.now)
  info.userId = caller.id
  return caller
}

/** Lets a caller through a route's door, or throws PERMISSION_DENIED. What a program has left to do or to prove is refused; people are led there. */
function admit(route: Route, caller: Caller | undefined, info: RequestInfo): void {
  if (!caller) return
  const audience = caller.kind === 'operator' ? 'operator' : caller.audience
  if (!acceptedBy(route).includes(audience)) throw new Problem('PERMISSION_DENIED', { required: route.audience })
  if (route.permission && caller.kind === 'staff') requirePermission(caller, route.permission as Permission)
  if (route.door === 'api' && caller.kind === 'staff') {
    const duty = route.openBeforeDuties ? null : dutyOf(caller)
    if (duty) throw new Problem('PERMISSION_DENIED', { required: duty === 'password' ? 'own_password' : 'totp' })
    if (route.stepUp) requireFreshProof(caller, info.now)
  }
}

/** Analysts' figures are open to administrators who hold the permission; every other door is for its own people. */
function acceptedBy({ audience, permission }: Route): string[] {
  if (audience === 'anyone_signed_in') return ['operator', 'admin', 'finance', 'analyst']
  if (audience === 'staff') return ['admin', 'finance', 'analyst']
  return audience === 'analyst' && permission ? ['analyst', 'admin'] : [audience]
}

/** A page's form, once it is certain that our own page sent it. */
async function readOwnForm(route: Route, request: Request, caller: Caller | undefined): Promise<Record<string, string>> {
  if (route.door !== 'pages' || route.method === 'GET') return {}
  requireSameOrigin(request)
  const form = route.upload ? await readUploadForm(request) : await readForm(request)
  if (caller) requireCsrfToken(caller.sessionId, request.headers.get('x-csrf-token') ?? form.csrf_token)
  return form
}

function answerProblem(error: unknown, request: Request, asPage: boolean, caller?: Caller): Response | Promise<Response> {
  const info = infoOf(request)
  const problem = problemFrom(error, info)
  info.errorCode = problem.code
  return asPage ? problemPage(problem, { request, info, caller }, caller) : problemJson(problem, info)
}

/** What is no API is for people: a wrong address gets a page. */
const isPagePath = ({ url }: Request): boolean => !/^\/(v1|api|health|metrics|assets)(\/|$)/.test(new URL(url).pathname)

/** A path that exists under other methods is 405 with their names, anything else 404. */
function unknownRoute(request: Request): Problem {
  const { pathname } = new URL(request.url)
  const path = API_PREFIXES.reduce((rest, prefix) => (rest.startsWith(`${prefix}/`) ? rest.slice(prefix.length) : rest), pathname)
  const isApi = path !== pathname
  const allowed = routes.filter((route) => (route.door === 'api') === isApi && matchesPath(route.path, path)).map((route) => route.method)
  return allowed.length > 0 ? new Problem('METHOD_NOT_ALLOWED', { allowed: [...new Set(allowed)] }) : new Problem('ROUTE_NOT_FOUND')
}

import { Elysia } from 'elysia'
import { type Caller, callerOfCookie, callerOfToken } from '#src/accounts/caller'
import { clientApi } from '#src/authorize/client.api'
import { Problem } from '#src/core/problem'
import { requirePermission } from '#src/permissions/require'
import type { Permission } from '#src/permissions/permissions'
import { monitoringApi } from '#src/monitoring/public.api'
import { type RequestInfo, infoOf, problemFrom, problemJson } from '#src/platform/http'
import type { Audience, Callers, Route } from '#src/platform/route'
import { cookieValue } from '#src/platform/web-session'

/** Every route of the product. Tests generate the matrix of roles, routes and foreign ids from this table. */
export const routes = [...clientApi, ...monitoringApi] as unknown as Route[]

/** `/api/v1` is an exact alias of `/v1`. */
const API_PREFIXES = ['/v1', '/api/v1']

/** The whole HTTP surface. `handle` answers every request with a Response; it never throws. */
export function createApp() {
  const elysia = new Elysia({ normalize: false })
  for (const route of routes) {
    const paths = route.door === 'api' ? API_PREFIXES.map((prefix) => prefix + route.path) : [route.path]
    for (const path of paths) {
      elysia.route(route.method, path, ({ request, params }) => serve(route, path, request, params as Record<string, string>), { parse: 'none' })
    }
  }
  elysia.onError(({ request, code, error }) => answerProblem(code === 'NOT_FOUND' ? unknownRoute(request) : error, request))
  return elysia
}

async function serve(route: Route, pattern: string, request: Request, params: Record<string, string>): Promise<Response> {
  const info = infoOf(request)
  info.route = `${route.method} ${pattern}`
  try {
    const caller = await admit(route, request, info)
    return await route.handle({ request, info, caller: caller as Callers[Audience], params })
  } catch (error) {
    return answerProblem(error, request)
  }
}

/** Lets a caller through a route's door, or throws UNAUTHORIZED or PERMISSION_DENIED. */
async function admit(route: Route, request: Request, info: RequestInfo): Promise<Caller | undefined> {
  if (route.audience === 'public' || route.audience === 'client') return undefined
  const caller =
    route.door === 'api' ? await callerOfToken(request.headers.get('authorization'), info.now) : await callerOfCookie(cookieValue(request), info.now)
  info.userId = caller.id
  const audience = caller.kind === 'operator' ? 'operator' : caller.audience
  if (route.audience !== 'anyone_signed_in' && route.audience !== audience) throw new Problem('PERMISSION_DENIED', { required: route.audience })
  if (route.permission && caller.kind === 'staff') requirePermission(caller, route.permission as Permission)
  return caller
}

function answerProblem(error: unknown, request: Request): Response {
  const info = infoOf(request)
  const problem = problemFrom(error, info)
  info.errorCode = problem.code
  return problemJson(problem, info)
}

/** A path that exists under other methods is 405 with their names, anything else 404. */
function unknownRoute(request: Request): Problem {
  const { pathname } = new URL(request.url)
  const path = API_PREFIXES.reduce((rest, prefix) => (rest.startsWith(`${prefix}/`) ? rest.slice(prefix.length) : rest), pathname)
  const isApi = path !== pathname
  const allowed = routes.filter((route) => (route.door === 'api') === isApi && matches(route.path, path)).map((route) => route.method)
  return allowed.length > 0 ? new Problem('METHOD_NOT_ALLOWED', { allowed: [...new Set(allowed)] }) : new Problem('ROUTE_NOT_FOUND')
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index])
}

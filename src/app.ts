import { Elysia } from 'elysia'
import { accountsAdminApi } from '#src/accounts/admin.api'
import { accountsAdminPages } from '#src/accounts/admin.pages'
import { accountsAnyoneApi } from '#src/accounts/anyone.api'
import { type Caller, callerOfCookie, callerOfToken } from '#src/accounts/caller'
import { customersFinanceApi } from '#src/accounts/customers/finance.api'
import { customersFinancePages } from '#src/accounts/customers/finance.pages'
import { operatorDetailsAdminPages } from '#src/accounts/details/admin.pages'
import { operatorKeysAdminPages } from '#src/accounts/keys/admin.pages'
import { accountsOperatorApi } from '#src/accounts/operator.api'
import { accountsOperatorPages } from '#src/accounts/operator.pages'
import { accountsPublicApi } from '#src/accounts/public.api'
import { accountsPublicPages } from '#src/accounts/public.pages'
import { keysAdminPages } from '#src/api-keys/admin.pages'
import { apiKeysOperatorPages } from '#src/api-keys/operator.pages'
import { accessAdminPages } from '#src/applications/access/admin.pages'
import { applicationsAdminApi } from '#src/applications/admin.api'
import { applicationsAdminPages } from '#src/applications/admin.pages'
import { grantsAdminPages } from '#src/applications/authorizations/admin.pages'
import { applicationsOperatorApi } from '#src/applications/operator.api'
import { applicationsOperatorPages } from '#src/applications/operator.pages'
import { auditAdminApi } from '#src/audit-logs/admin.api'
import { auditFinanceApi } from '#src/audit-logs/finance.api'
import { auditStaffPages } from '#src/audit-logs/staff.pages'
import { anomalyAdminPages } from '#src/authorize/admin.pages'
import { clientApi } from '#src/authorize/client.api'
import { adjustmentsFinanceApi } from '#src/balances/adjustments/finance.api'
import { adjustmentsFinancePages } from '#src/balances/adjustments/finance.pages'
import { balancesOperatorApi } from '#src/balances/operator.api'
import { balancesOperatorPages } from '#src/balances/operator.pages'
import { balancesStaffApi } from '#src/balances/staff.api'
import { balancesStaffPages } from '#src/balances/staff.pages'
import { Problem } from '#src/core/problem'
import { exportsPages } from '#src/exports/anyone.pages'
import { exportsOperatorApi } from '#src/exports/operator.api'
import { adminHomePages } from '#src/home/admin.pages'
import { homeFinanceApi } from '#src/home/finance.api'
import { financeHomePages } from '#src/home/finance.pages'
import { operatorHomePages } from '#src/home/operator.pages'
import { invoicesFinanceApi } from '#src/invoices/finance.api'
import { invoicesFinancePages } from '#src/invoices/finance.pages'
import { invoicesOperatorApi } from '#src/invoices/operator.api'
import { invoicesOperatorPages } from '#src/invoices/operator.pages'
import { invoicesPublicPages } from '#src/invoices/public.pages'
import { reversalsFinanceApi } from '#src/invoices/reversals/finance.api'
import { reversalsFinancePages } from '#src/invoices/reversals/finance.pages'
import { jobsAdminApi } from '#src/monitoring/admin.api'
import { jobsAdminPages } from '#src/monitoring/admin.pages'
import { monitoringApi } from '#src/monitoring/public.api'
import { messagesAdminApi } from '#src/notifications/admin.api'
import { announcementsAdminPages } from '#src/notifications/admin.pages'
import { messagesOperatorApi } from '#src/notifications/operator.api'
import { messagesOperatorPages } from '#src/notifications/operator.pages'
import { simulatorPages } from '#src/notifications/public.pages'
import { alertsStaffPages } from '#src/notifications/staff.pages'
import { apiDocs } from '#src/openapi/public.pages'
import { guardPage } from '#src/page-guard'
import { bankTransfersFinancePages } from '#src/payments/bank-transfers/finance.pages'
import { paymentsFinanceApi } from '#src/payments/finance.api'
import { paymentsFinancePages } from '#src/payments/finance.pages'
import { paymentsOperatorApi } from '#src/payments/operator.api'
import { paymentsOperatorPages } from '#src/payments/operator.pages'
import { paymentNotificationApi } from '#src/payments/webhook.api'
import type { Permission } from '#src/permissions/permissions'
import { requirePermission } from '#src/permissions/require'
import { readForm } from '#src/platform/form'
import { infoOf, problemFrom, problemJson, type RequestInfo } from '#src/platform/http'
import type { Audience, Callers, Route } from '#src/platform/route'
import { readUploadForm } from '#src/platform/upload'
import { cookieValue, requireCsrfToken, requireSameOrigin } from '#src/platform/web-session'
import { problemPage } from '#src/problem-page'
import { publicPages } from '#src/public.pages'
import { closingFinancePages } from '#src/reconciliation/closing/finance.pages'
import { reconciliationFinancePages } from '#src/reconciliation/finance.pages'
import { refundsFinanceApi } from '#src/refunds/finance.api'
import { refundsFinancePages } from '#src/refunds/finance.pages'
import { refundsOperatorApi } from '#src/refunds/operator.api'
import { refundsOperatorPages } from '#src/refunds/operator.pages'
import { reportsFinanceApi } from '#src/reports/finance.api'
import { reportsFinancePages } from '#src/reports/finance.pages'
import { searchOperatorPages } from '#src/search/operator.pages'
import { searchStaffPages } from '#src/search/staff.pages'
import { settingsAdminApi } from '#src/settings/admin.api'
import { settingsAdminPages } from '#src/settings/admin.pages'
import { sitesAdminPages } from '#src/sites/admin.pages'
import { sitesOperatorApi } from '#src/sites/operator.api'
import { sitesOperatorPages } from '#src/sites/operator.pages'
import { staffDeskPages } from '#src/staff/desk/staff.pages'
import { dutyOf } from '#src/staff/duties'
import { staffPublicApi } from '#src/staff/public.api'
import { staffPublicPages } from '#src/staff/public.pages'
import { staffApi } from '#src/staff/staff.api'
import { staffPages } from '#src/staff/staff.pages'
import { requireFreshProof } from '#src/staff/step-up'
import { statisticsAnalystApi } from '#src/statistics/analyst.api'
import { statisticsAnalystPages } from '#src/statistics/analyst.pages'
import { statisticsOperatorApi } from '#src/statistics/operator.api'
import { statisticsOperatorPages } from '#src/statistics/operator.pages'
import { usageOperatorApi } from '#src/usage/operator.api'
import { usageOperatorPages } from '#src/usage/operator.pages'

/** Every route of the product. Tests generate the matrix of roles, routes and foreign ids from this table. */
export const routes: Route[] = [
  ...clientApi,
  ...accountsPublicApi,
  ...accountsAnyoneApi,
  ...accountsOperatorApi,
  ...accountsAdminApi,
  ...staffPublicApi,
  ...staffApi,
  ...sitesOperatorApi,
  ...applicationsOperatorApi,
  ...exportsOperatorApi,
  ...usageOperatorApi,
  ...statisticsOperatorApi,
  ...statisticsAnalystApi,
  ...applicationsAdminApi,
  ...balancesOperatorApi,
  ...balancesStaffApi,
  ...adjustmentsFinanceApi,
  ...homeFinanceApi,
  ...invoicesOperatorApi,
  ...invoicesFinanceApi,
  ...reversalsFinanceApi,
  ...refundsOperatorApi,
  ...refundsFinanceApi,
  ...customersFinanceApi,
  ...reportsFinanceApi,
  ...messagesOperatorApi,
  ...messagesAdminApi,
  ...paymentNotificationApi,
  ...paymentsOperatorApi,
  ...paymentsFinanceApi,
  ...settingsAdminApi,
  ...auditAdminApi,
  ...auditFinanceApi,
  ...jobsAdminApi,
  ...monitoringApi,
  ...apiDocs(() => routes),
  ...publicPages,
  ...accountsPublicPages,
  ...staffPublicPages,
  ...staffPages,
  ...staffDeskPages,
  ...operatorHomePages,
  ...financeHomePages,
  ...usageOperatorPages,
  ...statisticsOperatorPages,
  ...statisticsAnalystPages,
  ...searchOperatorPages,
  ...accountsOperatorPages,
  ...apiKeysOperatorPages,
  ...sitesOperatorPages,
  ...applicationsOperatorPages,
  ...balancesOperatorPages,
  ...balancesStaffPages,
  ...adjustmentsFinancePages,
  ...paymentsOperatorPages,
  ...paymentsFinancePages,
  ...bankTransfersFinancePages,
  ...invoicesOperatorPages,
  ...invoicesFinancePages,
  ...reversalsFinancePages,
  ...invoicesPublicPages,
  ...exportsPages,
  ...refundsOperatorPages,
  ...refundsFinancePages,
  ...reportsFinancePages,
  ...messagesOperatorPages,
  ...applicationsAdminPages,
  ...accessAdminPages,
  ...grantsAdminPages,
  ...announcementsAdminPages,
  ...simulatorPages,
  ...reconciliationFinancePages,
  ...closingFinancePages,
  ...adminHomePages,
  ...settingsAdminPages,
  ...auditStaffPages,
  ...alertsStaffPages,
  ...jobsAdminPages,
  ...anomalyAdminPages,
  ...keysAdminPages,
  ...accountsAdminPages,
  ...operatorDetailsAdminPages,
  ...operatorKeysAdminPages,
  ...sitesAdminPages,
  ...customersFinancePages,
  ...searchStaffPages,
] as unknown as Route[]

/** `/api/v1` is an exact alias of `/v1`. */
const API_PREFIXES = ['/v1', '/api/v1']

/** The whole HTTP surface. `handle` answers every request with a Response; it never throws. */
export function createApp() {
  const elysia = new Elysia({ normalize: false })
  for (const route of routes) {
    const paths = route.door === 'api' ? API_PREFIXES.map((prefix) => prefix + route.path) : [route.path]
    for (const path of paths) {
      elysia.route(route.method, path, ({ request, params }) => serve(route, path, request, params as Record<string, string>), {
        parse: 'none',
      })
    }
  }
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
  if (route.audience === 'public' || route.audience === 'client') return undefined
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
  const allowed = routes.filter((route) => (route.door === 'api') === isApi && matches(route.path, path)).map((route) => route.method)
  return allowed.length > 0 ? new Problem('METHOD_NOT_ALLOWED', { allowed: [...new Set(allowed)] }) : new Problem('ROUTE_NOT_FOUND')
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index])
}

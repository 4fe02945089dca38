import { beforeAll, expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { PERMISSIONS } from '#src/permissions/permissions'
import type { Audience, Route } from '#src/platform/route'
import { routes } from '#src/routes'
import { EXAMPLES, type Victim } from './roles-examples'
import { browserHeaders, operatorToken, staffToken, withServer } from './support/api'
import { aGrant, anApplication, anOperator, aSite, aStaff, type TestOperator } from './support/factory'

/**
 * Who may call what: generated from the route table, so that a route that is added is tested, and one that cannot be tested fails.
 * What is expected here is written down anew and not asked of the code that decides.
 */
const { started } = withServer()

const keyOf = ({ method, path }: Route): string => `${method} ${path}`
const isOpen = ({ audience }: Route): boolean => audience === 'public' || audience === 'client' || audience === 'partner'
const guarded = routes.filter((route) => !isOpen(route))
const withId = guarded.filter((route) => route.path.includes(':'))

/** Everything that can be called by nobody in particular. A new one has to be written here by hand, on purpose. */
const OPEN = [
  'GET /',
  'GET /admin/login',
  'GET /api/shared/wallet/:user_id',
  'GET /api/shared/wallet/:user_id/balances',
  'GET /api/shared/wallet/:user_id/transactions',
  'GET /docs',
  'GET /finance/login',
  'GET /game/applications',
  'GET /game/sites',
  'GET /health',
  'GET /health/db',
  'GET /health/live',
  'GET /health/ready',
  'GET /health/redis',
  'GET /integration/wallet-check',
  'GET /invoices/check',
  'GET /language',
  'GET /metrics',
  'GET /openapi.json',
  'GET /operator/login',
  'GET /operator/register',
  'GET /simulator/mails',
  'GET /simulator/mails/:mail_id',
  'GET /theme',
  'POST /admin/login',
  'POST /api/shared/wallet/:user_id/credit',
  'POST /api/shared/wallet/:user_id/debit',
  'POST /api/shared/wallet/:user_id/freeze',
  'POST /api/shared/wallet/freezes/:transaction_id/release',
  'POST /api/shared/wallet/transactions/:transaction_id/reverse',
  'POST /api/shared/wallet/transfers',
  'POST /auth/admin/login',
  'POST /auth/finance/login',
  'POST /auth/game/authorize',
  'POST /auth/game/pre-authorize',
  'POST /auth/game/sessions/:session_id/end',
  'POST /auth/operators/login',
  'POST /auth/operators/register',
  'POST /finance/login',
  'POST /integration/wallet-check',
  'POST /notify/alipay',
  'POST /notify/wechat',
  'POST /operator/login',
  'POST /operator/register',
]

const STAFF = ['super_admin', 'admin', 'operator_staff', 'specialist', 'manager', 'auditor', 'analyst'] as const
type Person = 'nobody' | 'operator' | (typeof STAFF)[number]
const PEOPLE: Person[] = ['nobody', 'operator', ...STAFF]

/** Whose doors are whose. */
const ADMITTED: Record<Exclude<Audience, 'public' | 'client' | 'partner'>, Person[]> = {
  operator: ['operator'],
  admin: ['super_admin', 'admin', 'operator_staff'],
  finance: ['specialist', 'manager', 'auditor'],
  analyst: ['analyst'],
  staff: [...STAFF],
  anyone_signed_in: ['operator', ...STAFF],
}

/** Where a permission stands beside the analysts' door, administrators who hold it may come too (API 7). */
function mayCall(person: Person, { audience, permission }: Route): boolean {
  const admitted = [...ADMITTED[audience as keyof typeof ADMITTED], ...(audience === 'analyst' && permission ? ADMITTED.admin : [])]
  if (!admitted.includes(person)) return false
  if (!permission || person === 'operator' || person === 'super_admin') return true
  const seat = person === 'operator_staff' ? 'operator' : person
  return (PERMISSIONS[permission as keyof typeof PERMISSIONS] as readonly string[]).includes(seat)
}

let operator: TestOperator
const staff = new Map<Person, Uuid>()
beforeAll(async () => {
  operator = await anOperator()
  for (const role of ['super_admin', 'admin', 'analyst'] as const) staff.set(role, (await aStaff(role)).id)
  staff.set('operator_staff', (await aStaff('operator')).id)
  for (const grade of ['specialist', 'manager', 'auditor'] as const) staff.set(grade, (await aStaff('finance', grade)).id)
})

/** What a person sends with a call to a route's door, from a fresh session: some calls end theirs. */
async function credentials(person: Person, { door }: Route): Promise<Record<string, string>> {
  if (person === 'nobody') return door === 'pages' ? { 'Sec-Fetch-Site': 'same-origin' } : {}
  const adminId = staff.get(person)
  if (door === 'pages') return browserHeaders(adminId ? { adminId } : { operatorId: operator.id })
  return { Authorization: `Bearer ${adminId ? await staffToken(adminId) : await operatorToken(operator.id)}` }
}

async function ask(route: Route, headers: Record<string, string>, { id = newId(), body = {} as object } = {}) {
  const path = (route.door === 'api' ? '/v1' : '') + route.path.replace(/:\w+/g, id)
  const hasBody = route.method !== 'GET'
  const [type, sent] = route.upload
    ? ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n--b--\r\n']
    : route.door === 'pages'
      ? ['application/x-www-form-urlencoded', '']
      : ['application/json', JSON.stringify(body)]
  const response = await fetch(started.url + path, {
    method: route.method,
    redirect: 'manual',
    headers: { ...(hasBody ? { 'Content-Type': type } : {}), ...headers },
    ...(hasBody ? { body: sent } : {}),
  })
  return { status: response.status, location: response.headers.get('location'), text: await response.text() }
}

test('the routes open to everybody are exactly those we decided on', () => {
  expect(routes.filter(isOpen).map(keyOf).sort()).toEqual(OPEN)
})

test('no two routes share method and path, and every permission is one of the table', () => {
  const keys = routes.map((route) => `${route.door} ${keyOf(route)}`)
  expect(new Set(keys).size).toBe(keys.length)
  expect(guarded.map((route) => route.permission).filter((permission) => permission && !(permission in PERMISSIONS))).toEqual([])
})

test('every administrators’ and finance API call names the permission it needs', () => {
  const bare = guarded.filter(
    (route) => route.door === 'api' && ['admin', 'finance', 'analyst'].includes(route.audience) && !route.permission,
  )
  expect(bare.map(keyOf)).toEqual([])
})

for (const route of guarded) {
  test(`${keyOf(route)} is open to ${route.permission ?? route.audience} and closed to everybody else`, async () => {
    for (const person of PEOPLE) {
      const answer = await ask(route, await credentials(person, route))
      const outcome = { person, status: answer.status }
      if (person === 'nobody' && route.door === 'pages') {
        expect(outcome).toEqual({ person, status: 303 })
        expect(answer.location).toMatch(/^\/(operator|admin|finance)\/login/)
      } else if (person === 'nobody') {
        expect(outcome).toEqual({ person, status: 401 })
        expect(JSON.parse(answer.text)).toMatchObject({ error_code: 'UNAUTHORIZED', details: { reason: 'missing' } })
      } else if (mayCall(person, route)) {
        expect([401, 403]).not.toContain(answer.status)
        expect(answer.status).toBeLessThan(500)
      } else {
        expect(outcome).toEqual({ person, status: 403 })
        if (route.door === 'api') expect(JSON.parse(answer.text)).toMatchObject({ error_code: 'PERMISSION_DENIED' })
      }
    }
  })
}

test('another method on a path of the API is refused with the methods there are, another path is unknown', async () => {
  const paths = new Map<string, Set<string>>()
  for (const { door, path, method } of routes) {
    if (door === 'api') paths.set(path, (paths.get(path) ?? new Set()).add(method))
  }
  for (const [path, methods] of paths) {
    const url = `${started.url}/v1${path.replace(/:\w+/g, newId())}`
    const answer = await fetch(url, { method: 'PATCH' })
    expect({ path, status: answer.status }).toEqual({ path, status: 405 })
    const { error_code, details } = (await answer.json()) as { error_code: string; details: { allowed: string[] } }
    expect(error_code).toBe('METHOD_NOT_ALLOWED')
    expect(details.allowed).toEqual(expect.arrayContaining([...methods]))
    const beyond = await fetch(`${url}/there/is/nothing/here`)
    expect({ path, status: beyond.status, code: ((await beyond.json()) as { error_code: string }).error_code }).toEqual({
      path,
      status: 404,
      code: 'ROUTE_NOT_FOUND',
    })
  }
})

test('a session of the other door opens nothing', async () => {
  for (const route of guarded) {
    const other = { ...route, door: route.door === 'pages' ? ('api' as const) : ('pages' as const) }
    const answer = await ask(route, { ...(await credentials('super_admin', other)), 'Sec-Fetch-Site': 'same-origin' })
    expect({ route: keyOf(route), status: answer.status }).toEqual({ route: keyOf(route), status: route.door === 'pages' ? 303 : 401 })
  }
})

async function aVictim(): Promise<Victim> {
  const owner = await anOperator({ name: '受害者乐园', balance: '4321.09' })
  const applicationId = await anApplication({ name: `受害者应用${owner.username}` })
  return {
    url: started.url,
    operator: owner,
    siteId: await aSite(owner.id, { name: '受害者门店' }),
    applicationId,
    grantId: await aGrant(owner.id, applicationId),
  }
}

/** Everything of the victim as the database has it, to see that a refused call has changed none of it. */
const stateOf = ({ operator: owner, siteId, applicationId, grantId }: Victim): Promise<unknown> =>
  started.database.owner`
    SELECT (SELECT o::text FROM operator_accounts o WHERE id = ${owner.id}) AS operator, (SELECT s::text FROM operation_sites s WHERE id = ${siteId}) AS site,
      (SELECT a::text FROM applications a WHERE id = ${applicationId}) AS application,
      (SELECT g::text FROM operator_app_authorizations g WHERE id = ${grantId}) AS granted`.then(([row]) => row)

test('every route with an id has its example', () => {
  // A page and a call of the API may share method and path.
  expect(Object.keys(EXAMPLES).sort()).toEqual([...new Set(withId.map(keyOf))].sort())
})

for (const route of withId) {
  test(`${keyOf(route)}: a foreign id is answered like an unknown one, without a byte of its owner`, async () => {
    const { foreign, body } = EXAMPLES[keyOf(route)]!
    const victim = await aVictim()
    const id = await foreign(victim)
    const before = await stateOf(victim)
    const persons = PEOPLE.filter((person) => person !== 'nobody' && mayCall(person, route))
    for (const person of persons) {
      const theirs = await ask(route, await credentials(person, route), { id, body })
      const unknownId = newId()
      const nobodys = await ask(route, await credentials(person, route), { id: unknownId, body })
      expect({ person, status: theirs.status }).toEqual({ person, status: 404 })
      expect(withoutIds(theirs.text, id)).toBe(withoutIds(nobodys.text, unknownId))
      for (const secret of ['受害者', victim.operator.username, victim.operator.apiKey, '4321.09', '13800138000']) {
        expect(theirs.text).not.toContain(secret)
      }
    }
    expect(await stateOf(victim)).toEqual(before)
  })
}

/** What is left when the id that was asked for is taken out, and what is new with each request: its id, the form's token, the time. */
const withoutIds = (text: string, id: Uuid): string =>
  text
    .replaceAll(id, '<id>')
    .replace(/"request_id":"[^"]+"|<code>[0-9a-f-]{36}<\/code>/, '')
    .replace(/[0-9a-f]{64}/g, '<token>')
    .replace(/<time[^>]*>[^<]*<\/time>/g, '<time>')

import { describe, expect, test } from 'bun:test'
import { safeParse } from 'valibot'
import { nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import type { Route } from '#src/platform/route'
import { routes } from '#src/routes'
import { anAddress, operatorToken, withServer } from '#tests/support/api'
import { aGrant, anApplication, anOperator, aSite } from '#tests/support/factory'
import { ADMIN_APPLICATIONS } from './admin-applications'
import { ADMIN_OPERATORS } from './admin-operators'
import { ADMIN_REQUESTS } from './admin-requests'
import { AUTH } from './auth'
import type { Ask, Endpoint } from './endpoint'
import { FINANCE_DESK } from './finance-desk'
import { HEADSET } from './headset'
import { CALLED_BY_PROVIDERS, INFRASTRUCTURE, METRICS } from './infrastructure'
import { INVOICES } from './invoices'
import { LATER_STEPS } from './later'
import { OPERATOR } from './operator'
import { operatorFigures } from './operator-figures'
import { OPERATOR_GAMES } from './operator-games'
import { PLATFORM } from './platform'
import { RECHARGE, withProvider } from './recharge'
import { REFUNDS } from './refunds'
import { REPORTS } from './reports'
import { REVERSALS } from './reversals'
import { differences, int, type Shape, uuid } from './shapes'
import { SYSTEM } from './system'
import { newWorld, play } from './world'

/** The contract against the running server: every endpoint is called, with success, with each bad field and with each refusal. */
const { started } = withServer()
withProvider()

const CONTRACT: Endpoint[] = [
  ...HEADSET,
  ...AUTH,
  ...OPERATOR,
  ...OPERATOR_GAMES,
  ...operatorFigures(foreignUsage),
  ...ADMIN_OPERATORS,
  ...ADMIN_APPLICATIONS,
  ...ADMIN_REQUESTS,
  ...INVOICES,
  ...REVERSALS,
  ...REFUNDS,
  ...FINANCE_DESK,
  ...REPORTS,
  ...RECHARGE,
  ...PLATFORM,
  ...SYSTEM,
]
const apiRoutes = routes.filter(({ door }) => door === 'api')

/** Names of ids in a path are our own affair. */
const keyOf = (at: string): string => at.replace(/^(\w+) (?:\/v1)?/, '$1 ').replace(/\{\w+\}|:\w+/g, '{}')
const routeOf = new Map(apiRoutes.map((route) => [keyOf(`${route.method} ${route.path}`), route]))
const without = (mark: string): string => mark.replace(/^\S+ /, '')

async function foreignUsage(): Promise<string> {
  const operator = await anOperator({ balance: '100.00' })
  const applicationId = await anApplication()
  await aGrant(operator.id, applicationId)
  return (await play(started.url, { operator, siteId: await aSite(operator.id), applicationId })).usageId
}

describe('the table is whole', () => {
  test('every endpoint of API.md is in the contract or belongs to a later step: 6 of auth, 24 of operators, 16 of administrators, 14 of finance', () => {
    const contracted = [...CONTRACT.filter(({ mark }) => mark === 'C').map(({ at }) => at), ...laterOnes('C')]
    const under = (pattern: RegExp) => contracted.filter((at) => pattern.test(at)).length
    expect(under(/\/v1\/auth\//)).toBe(6)
    expect(under(/\/v1\/operators\//)).toBe(24)
    expect(under(/\/v1\/admin\//)).toBe(16)
    expect(under(/\/v1\/finance\//)).toBe(14)
    expect(new Set(contracted).size).toBe(60)
  })

  test('every endpoint of the contract is a route', () => {
    expect(CONTRACT.map(({ at }) => keyOf(at)).filter((key) => !routeOf.has(key))).toEqual([])
  })

  test('every route of the API has its contract; one of a later step that is built moves there first', () => {
    const known = new Set([...CONTRACT.map(({ at }) => at), ...CALLED_BY_PROVIDERS].map(keyOf))
    const built = Object.keys(LATER_STEPS).filter((at) => routeOf.has(keyOf(without(at))))
    expect(built, 'built before its contract was written').toEqual([])
    expect(
      [...routeOf.keys()].filter((key) => !known.has(key)),
      'routes without a contract in tests/contract',
    ).toEqual([])
  })

  test('who may call, with which permission, is what the contract says', () => {
    const WHO = { public: 'anyone', client: 'signed', anyone_signed_in: 'any login' } as Record<string, string>
    for (const { at, who, permission } of CONTRACT) {
      const route = routeOf.get(keyOf(at))
      if (!route) continue
      expect({ at, who: WHO[route.audience] ?? route.audience, permission: route.permission }).toEqual({ at, who, permission })
    }
  })
})

const laterOnes = (mark: string): string[] =>
  Object.keys(LATER_STEPS)
    .filter((at) => at.startsWith(mark))
    .map(without)

describe.each(CONTRACT.map((endpoint) => [endpoint.at, endpoint] as const))('%s', (at, endpoint) => {
  const route = routeOf.get(keyOf(at))!

  test.each(['', '/api'])('answers as written, under %p/v1, and as its row declares', async (prefix) => {
    const answer = await send(endpoint, await endpoint.ask(await newWorld(started)), prefix)
    expect({ at, status: answer.status, text: answer.status >= 400 ? answer.text : '' }).toEqual({
      at,
      status: endpoint.success.status,
      text: '',
    })
    expectSuccess(endpoint, answer)
    expectDeclared(route, answer)
  })

  for (const [field, { required, bad }] of Object.entries(endpoint.fields ?? {})) {
    test(`${field} is ${required ? 'required' : 'optional'} and checked`, async () => {
      const good = await endpoint.ask(await newWorld(started))
      for (const value of bad) await expectFault(endpoint, withField(endpoint, good, field, value), field)
      const lacking = withField(endpoint, good, field, undefined)
      if (required) await expectFault(endpoint, lacking, field)
      else expect((await send(endpoint, lacking)).text).not.toContain(`"field":"${field}"`)
    })
  }

  for (const refusal of endpoint.errors ?? []) {
    test(`${refusal.when}: ${refusal.status} ${refusal.reason ?? refusal.code}`, async () => {
      const answer = await send(endpoint, await refusal.ask(await newWorld(started)))
      const { error_code, message, details } = answer.json
      expect({ status: answer.status, error_code, at }).toEqual({ status: refusal.status, error_code: refusal.code, at })
      expectEnvelope(answer)
      if (refusal.reason) expect(details).toEqual([expect.objectContaining({ reason: refusal.reason })])
      if (typeof refusal.message === 'string') expect(message).toBe(refusal.message)
      if (refusal.message instanceof RegExp) expect(String(message)).toMatch(refusal.message)
      if (refusal.details) expect(Object.keys(details as object).sort()).toEqual([...refusal.details].sort())
      const declared: readonly string[] = route.answer?.errors ?? []
      if (!COMMON.has(refusal.code)) expect(declared, 'the errors of the row’s answer').toContain(refusal.code)
    })
  }

  if (endpoint.who !== 'anyone' && endpoint.who !== 'signed') {
    test('nobody, and somebody of another role, stay outside', async () => {
      const world = await newWorld(started)
      const ask = await endpoint.ask(world)
      const nobody = await send(endpoint, { ...ask, token: undefined })
      expect({ status: nobody.status, code: nobody.json.error_code }).toEqual({ status: 401, code: 'UNAUTHORIZED' })
      if (endpoint.who === 'any login') return
      const stranger = endpoint.who === 'operator' ? world.staff.super_admin : await operatorToken((await anOperator()).id)
      const refused = await send(endpoint, { ...ask, token: stranger })
      expect({ status: refused.status, code: refused.json.error_code }).toEqual({ status: 403, code: 'PERMISSION_DENIED' })
    })
  }
})

describe('infrastructure', () => {
  test.each(INFRASTRUCTURE.map((one) => [one.at, one] as const))('%s', async (at, { status, body, headers = {} }) => {
    const response = await fetch(started.url + at.slice(4))
    const text = await response.text()
    expect({ at, status: response.status }).toEqual({ at, status })
    if (body instanceof RegExp) expect(response.headers.get('content-type')).toMatch(body)
    else expect(differences(JSON.parse(text), body)).toEqual([])
    for (const [name, pattern] of Object.entries(headers)) expect(response.headers.get(name)).toMatch(pattern)
  })

  test('the metrics have the names that scrapers read', async () => {
    const text = await (await fetch(`${started.url}/metrics`)).text()
    expect(METRICS.filter((name) => !text.includes(name))).toEqual([])
  })
})

/** Codes that every call of a kind may answer; a row's answer need not repeat them. */
const COMMON = new Set([
  'INVALID_PARAMS',
  'UNAUTHORIZED',
  'PERMISSION_DENIED',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'TIMESTAMP_EXPIRED',
  'ACCOUNT_LOCKED',
  'ACCOUNT_DEACTIVATED',
  'RATE_LIMIT_EXCEEDED',
])

type Got = { status: number; headers: Headers; text: string; json: Record<string, unknown> }

async function send({ at }: Endpoint, ask: Ask, prefix = ''): Promise<Got> {
  const [method, pattern] = at.split(' ') as [string, string]
  const path = prefix + pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ask.params?.[name] ?? ''))
  const search = new URLSearchParams(Object.entries(ask.query ?? {}).filter(([, value]) => value !== undefined)).toString()
  const target = search ? `${path}?${search}` : path
  const body = ask.body && JSON.stringify(ask.body)
  const response = await fetch(started.url + target, {
    method,
    headers: {
      'X-Forwarded-For': anAddress(),
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...(ask.token ? { Authorization: `Bearer ${ask.token}` } : {}),
      ...signature(ask, method, target, body ?? ''),
      ...ask.headers,
    },
    ...(body ? { body } : {}),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} }
}

function signature({ sign }: Ask, method: string, path: string, body: string): Record<string, string> {
  if (!sign) return {}
  const timestamp = sign.timestamp ?? String(Math.floor(nowMs() / 1000))
  const made = signRequest({ apiKey: sign.apiKey, timestamp, method, path, body: new TextEncoder().encode(body) })
  return {
    'X-Api-Key': sign.apiKey,
    'X-Timestamp': timestamp,
    'X-Signature': sign.signature ?? made,
    ...(sign.sessionId ? { 'X-Session-ID': sign.sessionId } : {}),
  }
}

/** The good call with one field replaced or, by undefined, left out. */
function withField({ at }: Endpoint, good: Ask, field: string, value: unknown): Ask {
  if (!at.startsWith('GET')) return { ...good, body: { ...good.body, [field]: value } }
  return { ...good, query: { ...good.query, [field]: value } as Record<string, string> }
}

async function expectFault(endpoint: Endpoint, ask: Ask, field: string): Promise<void> {
  const answer = await send(endpoint, ask)
  const sent = (ask.body ?? ask.query ?? {}) as Record<string, unknown>
  const { error_code, details } = answer.json
  expect({ [field]: sent[field], status: answer.status, error_code }).toEqual({
    [field]: sent[field],
    status: 400,
    error_code: 'INVALID_PARAMS',
  })
  expectEnvelope(answer)
  const named = (details as { field: string }[]).map((fault) => fault.field.split('.')[0])
  expect(named, `${field} = ${JSON.stringify(sent[field])}`).toContain(field)
}

/** Every refusal has the same envelope, its id also in the header. */
function expectEnvelope({ json, headers }: Got): void {
  const { details, ...envelope } = json
  const isWord = (value: unknown) => typeof value === 'string' && value.length > 0
  expect(differences(envelope, { success: (value) => value === false, error_code: isWord, message: isWord, request_id: uuid })).toEqual([])
  expect(headers.get('x-request-id')).toBe(String(json.request_id))
  expect(headers.get('cache-control')).toBe('no-store')
  if (Array.isArray(details))
    for (const fault of details) expect(fault).toEqual(expect.objectContaining({ field: expect.any(String), message: expect.any(String) }))
}

function expectSuccess({ success, at }: Endpoint, { headers, json }: Got): void {
  expect(headers.get('cache-control')).toBe('no-store')
  if ('file' in success) {
    expect(headers.get('content-disposition') ?? '').toMatch(success.file)
    return
  }
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  const yes = (value: unknown) => value === true
  if ('items' in success) {
    expect(differences(json, { success: yes, page: int, page_size: int, total: int, ...success.top, items: [success.items] })).toEqual([])
    expect((json.items as unknown[]).length, `${at} was called with rows there are`).toBeGreaterThan(0)
    return
  }
  const said: Record<string, Shape> = success.message === undefined ? {} : { message: (value) => isSaid(value, success.message!) }
  expect(differences(json, { success: yes, ...said, data: success.data })).toEqual([])
}

const isSaid = (value: unknown, message: string | RegExp): boolean =>
  typeof message === 'string' ? value === message : typeof value === 'string' && message.test(value)

/** What the row declares is what the document of the API says: it has to be true to the last field. */
function expectDeclared({ answer, method, path }: Route, { status, headers, json }: Got): void {
  expect(answer, `${method} ${path} declares no answer: give its row one (src/core/answers.ts)`).toBeDefined()
  expect(answer!.status).toBe(status as 200)
  if (!answer!.body) {
    expect(answer!.files.some((type) => headers.get('content-type')?.startsWith(type))).toBe(true)
    return
  }
  const parsed = safeParse(answer!.body, json)
  expect(parsed.issues?.map((issue) => `${issue.path?.map(({ key }) => String(key)).join('.')}: ${issue.message}`) ?? []).toEqual([])
}

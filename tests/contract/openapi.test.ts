import { expect, test } from 'bun:test'
import { safeParse } from 'valibot'
import { problems } from '#src/core/errors'
import { documentedPath, isOfApi } from '#src/openapi/document'
import { errorsOf } from '#src/openapi/errors'
import { exampleOf, type JsonSchema, jsonSchemaOf } from '#src/openapi/json-schema'
import { SUMMARISED } from '#src/openapi/summaries'
import { routes } from '#src/routes'
import { loadSettings } from '#src/settings/settings'
import { withServer } from '#tests/support/api'

const { started } = withServer()
const apiRoutes = routes.filter(isOfApi)
const keyOf = ({ method, path }: (typeof routes)[number]): string => `${method} ${path}`

type Operation = {
  operationId: string
  security: object[]
  parameters?: { name: string; in: string; required: boolean }[]
  requestBody?: { content: { 'application/json': { schema: JsonSchema } } }
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>
}
type Document = { openapi: string; paths: Record<string, Record<string, Operation>>; components: Record<string, Record<string, unknown>> }

const get = (path: string, headers: Record<string, string> = {}) => fetch(started.url + path, { headers })
const document = async (): Promise<Document> => (await get('/openapi.json')).json() as Promise<Document>

test('the document has every route of the API once, with its own operation id, and nothing else', async () => {
  const { openapi, paths } = await document()
  expect(openapi).toBe('3.1.0')
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/v1', '').replace(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(described.sort()).toEqual(apiRoutes.map(keyOf).sort())
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
  expect(new Set(ids).size).toBe(ids.length)
})

test('every route says what it answers and what it is for; a missing one is named here', () => {
  expect(apiRoutes.filter(({ answer }) => !answer).map((route) => `${keyOf(route)} needs an answer: src/core/answers.ts`)).toEqual([])
  const keys = apiRoutes.map(keyOf)
  expect(keys.filter((key) => !SUMMARISED.includes(key)).map((key) => `${key} needs a line in src/openapi/summaries.ts`)).toEqual([])
})

test('every reference leads somewhere, every parameter of a path is described', async () => {
  const { paths, components } = await document()
  const references = JSON.stringify(paths).match(/"#\/[^"]+"/g) ?? []
  expect(references.length).toBeGreaterThan(0)
  for (const reference of new Set(references)) {
    const [, , group, name] = reference.slice(1, -1).split('/')
    expect(components[group!]).toHaveProperty(name!)
  }
  for (const [path, methods] of Object.entries(paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
    for (const { parameters = [] } of Object.values(methods)) {
      expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(named)
    }
  }
})

test('signed calls need three headers, people a bearer token, open calls nothing', async () => {
  const { paths } = await document()
  const security = (path: string, method: string) => paths[path]![method]!.security
  expect(security('/v1/auth/game/authorize', 'post')).toEqual([{ apiKey: [], timestamp: [], signature: [] }])
  expect(security('/v1/operators/me', 'get')).toEqual([{ bearer: [] }])
  expect(security('/v1/auth/operators/login', 'post')).toEqual([])
})

test('limits that are code stand in the document: lengths, amounts, numbers, passwords', async () => {
  const { paths } = await document()
  const field = (path: string, method: string, name: string) =>
    paths[path]![method]!.requestBody!.content['application/json'].schema.properties![name]!
  expect(field('/v1/operators/me/sites', 'post', 'name')).toMatchObject({ type: 'string', minLength: 2, maxLength: 50 })
  expect(field('/v1/admin/applications', 'post', 'unit_price')).toMatchObject({ 'x-minimum': '0.01', 'x-maximum': '9999.99' })
  expect(field('/v1/auth/game/authorize', 'post', 'player_count')).toMatchObject({ type: 'integer', minimum: 1, maximum: 100 })
  expect(field('/v1/auth/operators/register', 'post', 'password')).toMatchObject({ minLength: 8, maxLength: 32 })
  expect(field('/v1/auth/operators/register', 'post', 'username').pattern).toBe('^[A-Za-z0-9_]{3,20}$')
})

test('every example of a request and of an answer is one that its own schema takes', () => {
  for (const route of apiRoutes) {
    for (const [part, schema] of [
      ['body', route.body],
      ['answer', route.answer?.body],
    ] as const) {
      if (!schema) continue
      const example = exampleOf(jsonSchemaOf(schema))
      const faults = safeParse(schema, example).issues?.map(
        (issue) => `${issue.path?.map(({ key }) => String(key)).join('.')} ${issue.message}`,
      )
      expect({ route: keyOf(route), part, faults: faults ?? [] }).toEqual({ route: keyOf(route), part, faults: [] })
    }
  }
})

test('every error of a route stands under its own status', async () => {
  const { paths } = await document()
  for (const route of apiRoutes) {
    const operation = paths[documentedPath(route)]![route.method.toLowerCase()]!
    for (const code of errorsOf(route)) {
      const response = operation.responses[problems[code].status]
      expect(JSON.stringify(response), `${keyOf(route)} ${code}`).toContain(`"${code}"`)
    }
  }
})

test('the document is cacheable, answers 304 to who has it, and travels compressed', async () => {
  const first = await get('/openapi.json')
  const etag = first.headers.get('etag')!
  expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/)
  const again = await get('/openapi.json', { 'If-None-Match': etag })
  expect([again.status, await again.text()]).toEqual([304, ''])
  for (const path of ['/openapi.json', '/docs']) {
    const packed = await get(path, { 'Accept-Encoding': 'gzip' })
    const plain = await get(path, { 'Accept-Encoding': 'identity' })
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null])
    expect((await packed.text()).length).toBe((await plain.text()).length)
  }
  const { headers } = await fetch(`${started.url}/docs`, { headers: { 'Accept-Encoding': 'gzip' }, decompress: false } as RequestInit)
  expect(headers.get('cache-control')).toBe('no-store')
})

test('the page shows the worked example of the contract to the letter, and asks nobody else for anything', async () => {
  const html = await (await get('/docs')).text()
  for (const value of [
    '8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca',
    '1767225600',
    'c3f4bb8a7f6338c68d9e63337fcbe31dc10bc16ed023d145448a2d38e9460374',
    'hlhVsjEqBWYUGfjw9f/V5FKrvPjw6iuG1F1qB+dJ2xI=',
    'm4t+ygb0Li0XpEndYw9EUgcpMZGgnggr7ZOHyq8wf2E=',
    '124 字节',
    '164 字节',
  ]) {
    expect(html).toContain(value)
  }
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  const anchors = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!)
  expect(anchors.filter((id) => !html.includes(`id="${id}"`))).toEqual([])
  for (const route of apiRoutes) expect(html).toContain(documentedPath(route))
  for (const code of Object.keys(problems)) expect(html).toContain(`id="code-${code}"`)
})

test('the page speaks both languages', async () => {
  const english = await (await get('/docs', { 'Accept-Language': 'en' })).text()
  expect(english).toContain('Worked example')
  const words = english.replace(/data-copy="[^"]*"|<(pre|td)\b[\s\S]*?<\/\1>/g, '')
  expect(words.match(/[\u4e00-\u9fff]+/g)?.filter((found) => !found.includes('中文')) ?? []).toEqual([])
})

test('both are gone when the setting says so, and back when it says so', async () => {
  const { owner } = started.database
  const set = async (value: string) => {
    await owner`UPDATE system_configs SET value = ${value} WHERE key = 'docs_enabled'`
    await loadSettings()
  }
  await set('false')
  const off = [await get('/openapi.json'), await get('/docs')]
  await set('true')
  expect(off.map(({ status }) => status)).toEqual([404, 404])
  expect(await off[0]!.json()).toMatchObject({ success: false, error_code: 'ROUTE_NOT_FOUND' })
  expect((await get('/docs')).status).toBe(200)
})

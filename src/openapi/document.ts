import { type ProblemCode, type ProblemKind, problems } from '#src/core/errors'
import type { Route } from '#src/platform/route'
import { errorsOf, statusOf } from './errors'
import { exampleOf, type JsonSchema, jsonSchemaOf } from './json-schema'
import { AREAS_OF_API, summaryOf } from './summaries'

type Operation = {
  tags: string[]
  operationId: string
  summary: string
  description: string
  security: Record<string, string[]>[]
  parameters?: object[]
  requestBody?: object
  responses: Record<string, object>
}

/** The OpenAPI 3.1 document of the routes: made from the schemas that validate, so that it cannot say anything else. */
export function openApiDocument(routes: readonly Route[], version: string) {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes.filter(isOfApi)) {
    const path = documentedPath(route)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'MR 游戏运营管理系统 API',
      version,
      description: 'JSON under /v1; /api/v1 is an exact alias. Readable at /docs.',
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: AREAS_OF_API.map(({ audience, zh, en }) => ({ name: audience, description: `${zh} · ${en}` })),
    paths,
    components: { securitySchemes: SECURITY, schemas: { Error: ERROR }, examples: ERROR_EXAMPLES },
  }
}

/** What machines call: our own clients and those of partner platforms. */
export const isOfApi = ({ door }: Pick<Route, 'door'>): boolean => door === 'api' || door === 'shared'

export const documentedPath = ({ door, path }: Route): string => `${door === 'api' ? '/v1' : ''}${path.replace(/:(\w+)/g, '{$1}')}`

function operationOf(route: Route): Operation {
  const { zh, en } = summaryOf(route)
  const parameters = parametersOf(route)
  return {
    tags: [route.audience],
    operationId: operationId(route),
    summary: zh,
    description: route.permission ? `${en}. Permission: \`${route.permission}\`` : `${en}.`,
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: requestBodyOf(jsonSchemaOf(route.body)) } : {}),
    responses: { ...successOf(route), ...refusalsOf(route) },
  }
}

/** `GET /operators/me/sites/:site_id` → `getOperatorsMeSitesSiteId`: unique as method and path are. */
const operationId = ({ method, path }: Route): string =>
  method.toLowerCase() + path.replace(/[/:_-]+(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Without a body every field must be free to be missing. */
function requestBodyOf(schema: JsonSchema): object {
  return { required: (schema.required ?? []).length > 0, content: { 'application/json': { schema, example: exampleOf(schema) } } }
}

function parametersOf(route: Route): object[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const query = route.query ? jsonSchemaOf(route.query) : {}
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: (query.required ?? []).includes(name),
    schema,
  }))
  return [...inPath, ...inQuery, ...(isGameStart(route) ? [SESSION_HEADER] : []), ...(takesKey(route) ? [KEY_HEADER] : [])]
}

/** What changes a wallet is done once per key. */
export const takesKey = ({ audience, method }: Route): boolean => audience === 'partner' && method === 'POST'

const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  schema: { type: 'string', minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9_.:-]{8,64}$', examples: ['order-20260101-0001'] },
}

/** The one signed call that carries a session id. */
export const isGameStart = ({ audience, path }: Route): boolean => audience === 'client' && path === '/auth/game/authorize'

const SESSION_HEADER = {
  name: 'X-Session-ID',
  in: 'header',
  required: true,
  schema: {
    type: 'string',
    maxLength: 128,
    pattern: '^(op_)?[0-9a-f-]{36}_(\\d{10}|\\d{13})_[A-Za-z0-9]{16}$',
    examples: ['op_019b7a00-0000-7000-8000-000000000001_1767225600000_a1B2c3D4e5F6g7H8'],
  },
}

function securityOf({ audience }: Route): Operation['security'] {
  if (audience === 'public') return []
  if (audience === 'partner') return [{ partnerKey: [], timestamp: [], signature: [] }]
  return audience === 'client' ? [{ apiKey: [], timestamp: [], signature: [] }] : [{ bearer: [] }]
}

function successOf({ answer }: Route): Record<string, object> {
  if (!answer) return { 200: { description: 'OK' } }
  const files = answer.files.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])
  const content = answer.body ? { 'application/json': jsonContent(jsonSchemaOf(answer.body)) } : Object.fromEntries(files)
  const description = { 200: 'OK', 201: 'Created', 204: 'No Content' }[answer.status]
  return { [answer.status]: answer.status === 204 ? { description } : { description, content } }
}

const jsonContent = (schema: JsonSchema): object => ({ schema, example: exampleOf(schema) })

/** One response for each status, with the codes that come under it. */
function refusalsOf(route: Route): Record<string, object> {
  const byStatus = Map.groupBy(errorsOf(route), statusOf)
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, refusal(codes)]))
}

const refusal = (codes: ProblemCode[]): object => ({
  description: codes.join(', '),
  content: {
    'application/json': {
      schema: { allOf: [{ $ref: '#/components/schemas/Error' }, { properties: { error_code: { enum: codes } } }] },
      examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
    },
  },
})

/** The envelope as it looks on the wire, for each code; what is filled in at run time stands in braces. */
const ERROR_EXAMPLES = Object.fromEntries(
  Object.entries<ProblemKind>(problems).map(([code, { zh }]) => {
    const message = typeof zh === 'string' ? zh : Object.values(zh)[0]
    return [code, { value: { success: false, error_code: code, message, request_id: '019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55' } }]
  }),
)

const ERROR: JsonSchema & { description: string } = {
  description: 'Every refusal. `details` is a list of faulty fields for INVALID_PARAMS and an object of facts elsewhere.',
  type: 'object',
  properties: {
    success: { const: false },
    error_code: { type: 'string', enum: Object.keys(problems) },
    message: { type: 'string' },
    details: { anyOf: [{ type: 'array', items: { type: 'object' } }, { type: 'object' }] },
    request_id: { type: 'string', format: 'uuid' },
  },
  required: ['success', 'error_code', 'message', 'request_id'],
}

const header = (name: string, description: string): object => ({ type: 'apiKey', in: 'header', name, description })

const SECURITY = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'access_token of a login; names a session on the server' },
  apiKey: header('X-Api-Key', '64 lower-case hex characters'),
  partnerKey: header('X-Partner-Key', '64 lower-case hex characters; signs in place of the API key'),
  timestamp: header('X-Timestamp', 'Unix seconds, at most 300 seconds away from the server'),
  signature: header('X-Signature', 'Base64(HMAC-SHA256(key = text of the API key, "{X-Timestamp}\\n{METHOD}\\n{path}\\n{raw body}"))'),
}

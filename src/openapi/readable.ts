import { type ProblemKind, problems } from '#src/core/errors'
import type { Language } from '#src/core/problem'
import type { Route } from '#src/platform/route'
import { documentedPath, isGameStart, isOfApi, takesKey } from './document'
import { errorsOf, statusOf } from './errors'
import { exampleOf, type JsonSchema, jsonSchemaOf } from './json-schema'
import { AREAS_OF_API, summaryOf } from './summaries'
import { workedExample } from './worked-example'

/** The same document in the order of reading, for the page. */
export function readableDocument(routes: readonly Route[], language: Language) {
  const groups = AREAS_OF_API.map((area) => ({
    audience: area.audience,
    name: area[language],
    routes: routes.filter((route) => isOfApi(route) && route.audience === area.audience).map((route) => readable(route, language)),
  }))
  return { groups: groups.filter((group) => group.routes.length > 0), codes: readableCodes(language), example: workedExample() }
}

function readable(route: Route, language: Language) {
  const { method, permission, answer } = route
  const body = route.body && jsonSchemaOf(route.body)
  return {
    id: anchor(route),
    method,
    path: documentedPath(route),
    summary: summaryOf(route)[language],
    permission: permission ?? null,
    fields: fieldsOf(route, body),
    request: body?.properties && Object.keys(body.properties).length > 0 ? pretty(exampleOf(body)) : null,
    status: answer?.status ?? 200,
    answer: answer?.body ? pretty(exampleOf(jsonSchemaOf(answer.body))) : null,
    files: answer?.files ?? [],
    errors: errorsOf(route).map((code) => ({ code, status: statusOf(code) })),
  }
}

const anchor = ({ method, path }: Route): string => `${method.toLowerCase()}${path.replace(/[/:]+/g, '-')}`

const pretty = (value: unknown): string => JSON.stringify(value, null, 2)

function fieldsOf(route: Route, body: JsonSchema | undefined) {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => field(name!, 'path', { type: 'string', format: 'id' }, true))
  const session = isGameStart(route) ? [field('X-Session-ID', 'header', { type: 'string', maxLength: 128 }, true)] : []
  const query = route.query && jsonSchemaOf(route.query)
  const key = takesKey(route) ? [field('Idempotency-Key', 'header', { type: 'string', minLength: 8, maxLength: 64 }, true)] : []
  return [...session, ...key, ...inPath, ...parts(query, 'query'), ...parts(body, 'body')]
}

const parts = (schema: JsonSchema | undefined, where: 'query' | 'body') =>
  Object.entries(schema?.properties ?? {})
    .filter(([, part]) => !part.not)
    .map(([name, part]) => field(name, where, part, (schema?.required ?? []).includes(name)))

/** Unions here are "this or null" only. */
function field(name: string, where: 'header' | 'path' | 'query' | 'body', given: JsonSchema, required: boolean) {
  const schema = given.anyOf?.[0] ?? given
  const isNullable = given.anyOf?.some((part) => part.type === 'null') ?? false
  const { format, minLength, maxLength, pattern, items } = schema
  return {
    name,
    where,
    required,
    type: `${items ? `${items.type ?? 'object'}[]` : (schema.type ?? 'string')}${isNullable ? ' | null' : ''}`,
    format: format ?? null,
    options: (schema.enum ?? []).map(String),
    length: maxLength === undefined ? null : { min: minLength ?? 0, max: maxLength },
    range: rangeOf(schema),
    // A pattern beside a format or a list says nothing more to a reader.
    pattern: format || schema['x-minimum'] ? null : (pattern ?? null),
    fallback: given.default === undefined || given.default === '' ? null : String(given.default),
  }
}

function rangeOf(schema: JsonSchema): { min: string | null; max: string | null } | null {
  const min = schema.minimum ?? schema['x-minimum']
  const max = schema.maximum ?? schema['x-maximum']
  if (min === undefined && max === undefined) return null
  return { min: min === undefined ? null : String(min), max: max === undefined ? null : String(max) }
}

function readableCodes(language: Language) {
  return Object.entries<ProblemKind>(problems).map(([code, { status, retry, [language]: words }]) => ({
    code,
    status,
    retry,
    words: typeof words === 'string' ? [words] : Object.values(words),
  }))
}

import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'

/** The part of JSON Schema that our schemas become. */
export type JsonSchema = {
  type?: string | string[]
  format?: string
  pattern?: string
  const?: unknown
  enum?: unknown[]
  default?: unknown
  examples?: unknown[]
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  'x-minimum'?: string
  'x-maximum'?: string
  minItems?: number
  maxItems?: number
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  anyOf?: JsonSchema[]
  /** Nothing fits: the field is named only to be refused with its own words. */
  not?: object
}

/**
 * The schema that validates, as clients send it. Rules that are code (a password's letters, the day of a date) have no JSON form and are
 * left out; what they limit stands beside them as metadata.
 */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema as Parameters<typeof toJsonSchema>[0], {
    typeMode: 'input',
    errorMode: 'ignore',
    target: 'draft-2020-12',
  })
  return rest as JsonSchema
}

/** Words for fields whose schema carries no example of its own. */
const BY_NAME: Record<string, unknown> = {
  username: 'hangzhou_mr',
  password: 'Passw0rd-1',
  old_password: 'Passw0rd-1',
  new_password: 'Passw0rd-2',
  name: '杭州幻境数字娱乐',
  phone: '13800138000',
  email: 'ops@example.com',
  address: '北京市朝阳区建国路1号',
  description: '三层，靠近影院',
  reason: '门店客流增加，希望增加新的内容',
  app_name: '星际矿工',
  note: '首年合作',
  totp_code: '123456',
  keyword: '',
  duration_seconds: 600,
  min_players: 1,
  max_players: 8,
}

/** A value that fits the schema, as people would write it. */
export function exampleOf(schema: JsonSchema, name = ''): unknown {
  if (schema.examples?.length) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.enum?.length) return schema.enum[0]
  if (schema.anyOf) return exampleOf(schema.anyOf[0]!, name)
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([key, part]) => (key !== 'replayed' || schema.required?.includes(key)) && !part.not)
        .map(([key, part]) => [key, exampleOf(part, key)]),
    )
  }
  if (schema.items) return [exampleOf(schema.items, name)]
  if (name in BY_NAME) return BY_NAME[name]
  if (schema.minLength) return '示例文字'.repeat(Math.ceil(schema.minLength / 4))
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 0, NUMBERS[name] ?? 3)
  if (schema.type === 'boolean') return false
  if (schema.type === 'null') return null
  if (schema.type === 'object') return {}
  return schema.default ?? 'text'
}

const NUMBERS: Record<string, number> = { page: 1, page_size: 20, total: 1, expires_in: 2_592_000, player_count: 2, game_duration: 600 }

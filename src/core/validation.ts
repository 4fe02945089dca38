import * as v from 'valibot'
import { parseJson } from './json'
import type { FieldFault, LocalText } from './problem'

export type Validated<T> = { ok: true; value: T } | { ok: false; faults: FieldFault[] }

/** Longest field name echoed back: a client chooses unknown keys freely. */
const MAX_FIELD = 64

/** Checks a value against a schema; all faulty fields at once, each with a sentence in both languages. */
export function validate<S extends v.GenericSchema>(schema: S, value: unknown): Validated<v.InferOutput<S>> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true })
  if (result.success) return { ok: true, value: result.output }
  return { ok: false, faults: result.issues.flatMap((issue) => (isUnknownField(issue) ? unknownFields(schema, value) : [fault(issue)])) }
}

/** Unknown fields named in one answer at most. */
const MAX_UNKNOWN = 20

const isUnknownField = (issue: v.BaseIssue<unknown>): boolean =>
  issue.type === 'strict_object' && issue.expected === 'never' && issue.path?.length === 1

/** The schema names the first unknown field only; a client wants to know all of them. */
function unknownFields(schema: v.GenericSchema, value: unknown): FieldFault[] {
  const { entries } = schema as v.GenericSchema & { entries: object }
  const unknown = Object.keys(value as object).filter((key) => !Object.hasOwn(entries, key))
  return unknown.slice(0, MAX_UNKNOWN).map((key) => ({ field: key.slice(0, MAX_FIELD), message: UNKNOWN_FIELD }))
}

/** Raw bytes of a JSON body → a value of the schema. Bytes that are not UTF-8 or not a JSON object are a fault like any other. */
export function validateBody<S extends v.GenericSchema>(schema: S, body: Uint8Array): Validated<v.InferOutput<S>> {
  const value = jsonFrom(body)
  return isObject(value) ? validate(schema, value) : { ok: false, faults: [NOT_JSON] }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const UNKNOWN_FIELD: LocalText = { zh: '未知字段', en: 'is not a known field' }

const NOT_JSON: FieldFault = { field: 'body', message: { zh: '请求体须为JSON对象', en: 'must be a JSON object' } }
const decoder = new TextDecoder('utf-8', { fatal: true })

function jsonFrom(body: Uint8Array): unknown {
  try {
    const parsed = parseJson(decoder.decode(body))
    return parsed.ok ? parsed.value : undefined
  } catch {
    return undefined
  }
}

function fault(issue: v.BaseIssue<unknown>): FieldFault {
  const field = (issue.path ?? []).map(({ key }) => String(key)).join('.')
  return { field: field.slice(0, MAX_FIELD) || 'body', message: wording(issue) }
}

function wording(issue: v.BaseIssue<unknown>): LocalText {
  const own = OWN_WORDS.get(issue.message)
  if (own) return own
  const { type, expected, requirement, received } = issue as v.BaseIssue<unknown> & { requirement?: unknown }
  if (received === 'undefined') return { zh: '不能为空', en: 'is required' }
  if (type === 'strict_object' && expected === 'never') return UNKNOWN_FIELD
  if (type === 'min_length') return { zh: `至少${requirement}个字符`, en: `needs at least ${requirement} characters` }
  if (type === 'max_length') return { zh: `最多${requirement}个字符`, en: `may have at most ${requirement} characters` }
  if (type === 'min_value') return { zh: `不能小于${requirement}`, en: `must be at least ${requirement}` }
  if (type === 'max_value') return { zh: `不能大于${requirement}`, en: `must be at most ${requirement}` }
  if (type === 'integer' || type === 'safe_integer') return { zh: '须为整数', en: 'must be a whole number' }
  if (type === 'number') return { zh: '须为数字', en: 'must be a number' }
  if (type === 'string') return { zh: '须为字符串', en: 'must be a string' }
  if (type === 'boolean') return { zh: '须为布尔值', en: 'must be true or false' }
  if (type === 'picklist') return { zh: `须为${expected}之一`, en: `must be one of ${expected}` }
  if (type === 'array') return { zh: '须为数组', en: 'must be a list' }
  if (type === 'strict_object' || type === 'object') return { zh: '须为JSON对象', en: 'must be a JSON object' }
  return { zh: '格式错误', en: 'is malformed' }
}

const OWN_WORDS = new Map<string, LocalText>()

/** A message for a schema's own rule: valibot carries the Chinese sentence, this remembers its English twin. */
export function say(zh: string, en: string): string {
  OWN_WORDS.set(zh, { zh, en })
  return zh
}

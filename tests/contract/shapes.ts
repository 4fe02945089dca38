/** What a value on the wire has to look like, as API.md writes it. An object is strict: no field more, none less. */
export type Shape = ((value: unknown) => boolean) | { readonly [field: string]: Shape } | readonly [Shape]

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const matching = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value)

export const text = (value: unknown): boolean => typeof value === 'string'
export const yesNo = (value: unknown): boolean => typeof value === 'boolean'
export const int = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0
export const nothing = (value: unknown): boolean => value === null
/** Two places, never a number. */
export const money = matching(/^\d{1,13}\.\d{2}$/)
/** UTC with milliseconds. */
export const time = matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
export const day = matching(/^\d{4}-\d{2}-\d{2}$/)
/** `op_…`, UUIDv7. */
export const id = (prefix: string) => matching(new RegExp(`^${prefix}_${UUID}$`))
export const uuid = matching(new RegExp(`^${UUID}$`))
/** Random, of any version. */
export const token = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
export const apiKey = matching(/^[0-9a-f]{64}$/)
export const jwt = matching(/^[\w-]+\.[\w-]+\.[\w-]+$/)
/** At most this many places. */
export const places = (count: number) => (value: unknown) =>
  typeof value === 'number' && value >= 0 && Math.abs(value * 10 ** count - Math.round(value * 10 ** count)) < 1e-6
export const oneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value)
export const orNull = (shape: Shape) => (value: unknown) => value === null || differences(value, shape).length === 0

/** Every way in which a value is not of a shape, with its place. */
export function differences(value: unknown, shape: Shape, at = ''): string[] {
  if (typeof shape === 'function') return shape(value) ? [] : [`${at}: ${JSON.stringify(value)} is of the wrong form`]
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${at}: is no list`]
    return value.flatMap((item, index) => differences(item, shape[0] as Shape, `${at}[${index}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: ${JSON.stringify(value)} is no object`]
  const fields = shape as Record<string, Shape>
  const missing = Object.keys(fields).filter((name) => !(name in value))
  const unknown = Object.keys(value).filter((name) => !(name in fields))
  return [
    ...missing.map((name) => `${at}.${name}: is missing`),
    ...unknown.map((name) => `${at}.${name}: is not in the contract`),
    ...Object.entries(fields).flatMap(([name, part]) =>
      name in value ? differences((value as Record<string, unknown>)[name], part, `${at}.${name}`) : [],
    ),
  ]
}

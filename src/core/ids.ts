import { addMs, instant, type Stretch } from './time'

/** A lower-case UUID in its 36-character text form; the shape in which ids travel inside the product. */
export type Uuid = string

/** What stands before an id on the wire (API 1, "IDs"); the database stores the bare UUID. */
const ID_PREFIXES = {
  operator: 'op',
  site: 'site',
  application: 'app',
  authorization: 'auth',
  request: 'req',
  usage: 'usage',
  transaction: 'txn',
  order: 'ord',
  refund: 'refund',
  invoice: 'inv',
  message: 'msg',
  announcement: 'ann',
  report: 'rpt',
  log: 'log',
  admin: 'admin',
  finance: 'fin',
  export: 'exp',
  difference: 'diff',
  adjustment: 'adj',
  partner: 'ptn',
  case: 'case',
} as const

export type IdKind = keyof typeof ID_PREFIXES

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A new UUIDv7: sortable by time, random tail. */
export const newId = (): Uuid => Bun.randomUUIDv7()

export const showId = (kind: IdKind, id: Uuid): string => `${ID_PREFIXES[kind]}_${id}`

/** Accepts the prefixed or the bare form, in any case of hex; undefined on a wrong prefix or anything else. */
export function parseId(kind: IdKind, text: string): Uuid | undefined {
  const prefix = `${ID_PREFIXES[kind]}_`
  const bare = text.startsWith(prefix) ? text.slice(prefix.length) : text
  return UUID.test(bare) ? bare.toLowerCase() : undefined
}

/** A UUID without its prefix, in lower case; undefined for anything else. */
export const bareId = (text: string): Uuid | undefined => (UUID.test(text) ? text.toLowerCase() : undefined)

const MINUTES_MS = 600_000

/** A UUIDv7 carries its time: rows of that id lie near it, which spares a walk through every month of a log. */
export function aroundBirth(id: Uuid): Stretch {
  const at = instant(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16))
  return { from: addMs(at, -MINUTES_MS), to: addMs(at, MINUTES_MS) }
}

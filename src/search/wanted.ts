import { aroundBirth, bareId } from '#src/core/ids'
import type { Stretch } from '#src/core/time'

/** Longer than any id or name that there is; the rest of what was typed is not looked at. */
const MAX_LETTERS = 128

/** The kinds of thing that are found by an id, with what stands before it on the wire. */
const PREFIXES = {
  op: 'operator',
  site: 'site',
  app: 'application',
  auth: 'application',
  req: 'access_request',
  usage: 'usage',
  txn: 'transaction',
  ord: 'order',
  refund: 'refund',
  inv: 'invoice',
  rpt: 'report',
  ann: 'announcement',
  adj: 'adjustment',
  admin: 'staff',
  fin: 'finance_staff',
} as const
export type FoundKind = (typeof PREFIXES)[keyof typeof PREFIXES] | 'call' | 'page'

/** What somebody is looking for: one id, a session, or words. */
export type Wanted =
  | { by: 'nothing' }
  | { by: 'id'; id: string; kind: FoundKind | undefined; madeWithin: Stretch }
  | { by: 'words'; words: string }

/** Reads what was typed: an id with or without its prefix, in any case; everything else is words. */
export function wantedBy(typed: string): Wanted {
  const words = [...typed.toWellFormed().replace(CONTROL, ' ').trim()].slice(0, MAX_LETTERS).join('')
  if (words === '') return { by: 'nothing' }
  const [, prefix, rest] = /^([a-z]+)_(.+)$/i.exec(words) ?? []
  const kind = PREFIXES[prefix?.toLowerCase() as keyof typeof PREFIXES]
  const id = bareId(kind ? rest! : words)
  return id ? { by: 'id', id, kind, madeWithin: aroundBirth(id) } : { by: 'words', words }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: no database column holds them, so nothing is lost
const CONTROL = /[\u0000-\u001f\u007f]/g

import * as v from 'valibot'
import { bareUuid } from './fields'

/**
 * Pages of a list by key, newest first. A page asks for `size + 1` rows (`rowsWanted`) older than `after`, or newer than `before` in
 * ascending order, and `cutPage` makes of them what the pager needs. Every page costs the same, however deep, and rows that arrive
 * meanwhile move nothing.
 */
export type Keyset = { after?: string | undefined; before?: string | undefined; size: PageSize }

export const PAGE_SIZES = [20, 50, 100] as const
type PageSize = (typeof PAGE_SIZES)[number]

/** One page of rows and the cursors of its neighbours; null where there is none. */
export type Slice<Row> = { rows: Row[]; newer: string | null; older: string | null; size: PageSize }

/** Query fields of a list that is ordered by an id. What cannot be read shows the first page. */
export const keysetQuery = {
  after: v.fallback(v.optional(bareUuid), undefined),
  before: v.fallback(v.optional(bareUuid), undefined),
  size: v.fallback(
    v.pipe(
      v.optional(v.picklist(['20', '50', '100']), '20'),
      v.transform((text) => Number(text) as PageSize),
    ),
    20,
  ),
}

/** Rows to ask the database for: one more tells whether the list goes on. */
export const rowsWanted = ({ size }: Keyset): number => size + 1

/** True where the rows are asked for oldest first, because the page before is wanted. */
export const isBackwards = ({ after, before }: Keyset): boolean => after === undefined && before !== undefined

/** The page itself, newest first, out of the rows as the database gave them. */
export function cutPage<Row>(found: readonly Row[], keyset: Keyset, cursorOf: (row: Row) => string): Slice<Row> {
  const { size } = keyset
  const goesOn = found.length > size
  const rows = found.slice(0, size)
  const back = isBackwards(keyset)
  if (back) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  const hasNewer = back ? goesOn : keyset.after !== undefined
  const hasOlder = back ? true : goesOn
  return { rows, size, newer: first && hasNewer ? cursorOf(first) : null, older: last && hasOlder ? cursorOf(last) : null }
}

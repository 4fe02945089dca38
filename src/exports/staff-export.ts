import * as v from 'valibot'
import { invalidFields, type Language } from '#src/core/problem'
import type { Table } from '#src/core/table'
import type { PlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { validate } from '#src/core/validation'
import type { Permission } from '#src/permissions/permissions'
import type { StaffCaller } from '#src/platform/route'

/** What an export holds: how many rows there are now, and the table that gives them. */
export type Source = { rows: number; table: Table }

/** The fields of a filter, as text: what is stored with an export and asked again when it is made. */
export type FilterText = Readonly<Record<string, string>>

/** What a kind of staff export is asked with when its table is opened. */
export type Opening = { language: Language; now: Instant }

/** One kind of file that our people can take out. */
export type StaffExport = {
  /** The key of its name. */
  title: PlainKey
  /** Who may take it out: asked when it is requested and again when it is fetched. */
  permission: Permission
  /** The names of its filter's fields, those of its list page and of the API. */
  fields: readonly string[]
  /** Fixes what the person may see, such as a specialist's own actions; what it sets stands whatever was asked. */
  narrow: (caller: StaffCaller) => FilterText
  /** Counts the rows and prepares the table; nothing is read before the table is. Throws INVALID_PARAMS with every faulty field. */
  open: (filter: FilterText, opening: Opening) => Promise<Source>
}

/**
 * A kind of staff export: `filter` is its list page's, in the words of the API, and `open` gets it checked.
 * `staffExport({ title: 'nav.sites', permission: 'site:view', filter: { keyword }, open: (filter, { language }) => … })`
 */
export function staffExport<E extends v.ObjectEntries>(shape: {
  title: PlainKey
  permission: Permission
  filter: E
  narrow?: (caller: StaffCaller) => FilterText
  open: (filter: v.InferOutput<v.ObjectSchema<E, undefined>>, opening: Opening) => Promise<Source>
}): StaffExport {
  const { title, permission, filter: entries, narrow = () => ({}), open } = shape
  const schema = v.object(entries)
  return {
    title,
    permission,
    fields: Object.keys(entries),
    narrow,
    open: async (filter, opening) => {
      const parsed = validate(schema, { ...filter })
      if (!parsed.ok) throw invalidFields(parsed.faults)
      return open(parsed.value, opening)
    },
  }
}

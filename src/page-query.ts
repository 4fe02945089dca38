import type * as v from 'valibot'
import { invalidFields } from '#src/core/problem'
import { validate } from '#src/core/validation'

/**
 * What a page was asked for, out of its address. Empty fields count as not said, since a GET form sends all of its fields. An entry
 * wrapped in `v.fallback` falls back (cursors, sizes, days: a mistyped one shows the usual view); any other that is wrong answers
 * 400 (an id of a wrong kind is no view at all). Ready-made entries: `keysetQuery` (core/keyset.ts), `dayRangeQuery`
 * (core/day-range.ts), `keyword` and `idOf` (core/fields.ts). Addresses with something changed are made by `useAddress` in
 * views/components/address.ts.
 */
export function pageQuery<S extends v.GenericSchema>(request: Request, schema: S): v.InferOutput<S> {
  const given: Record<string, string> = Object.create(null)
  for (const [name, value] of new URL(request.url).searchParams) if (!(name in given) && value.trim() !== '') given[name] = value
  const parsed = validate(schema, { ...given })
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return parsed.value
}

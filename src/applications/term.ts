import * as v from 'valibot'
import { lastDay, text } from '#src/core/fields'
import type { Instant } from '#src/core/time'

const note = v.pipe(
  text(0, 200),
  v.transform((words) => words || null),
)
/** For ever: whatever stands in the field of the day is not meant. */
const noEnd = v.pipe(
  v.unknown(),
  v.transform((): Instant | null => null),
)

/** How long an authorisation is to last and why, as the forms ask for it: for ever, or to the end of a day. */
export const termForm = (term: string | undefined) => v.object({ expires_at: term === 'until' ? lastDay : noEnd, note })

/** What a form with a term was sent, ready for `termForm` and to be shown again. */
export const termValues = (form: Record<string, string>) => ({
  term: form.term === 'until' ? ('until' as const) : ('forever' as const),
  expires_at: form.expires_at ?? '',
  note: form.note ?? '',
})

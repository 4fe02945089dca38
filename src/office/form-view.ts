import type { Uuid } from '#src/core/ids'
import type { OfficeForm } from '#src/core/office'
import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { Typed } from './fields'
import { itemRows, totalOf } from './fields'
import { latestFlow } from './flows'
import { FORMS, MOST_ITEMS } from './forms'
import { hasChoice } from './path'
import type { Person } from './people'
import { type CaseFile, storyOf } from './queries'
import { staffOf } from './world'

/** Empty lines below those that are filled in. */
const SPARE_LINES = 2

/** What the page of a form needs besides what was typed: who can be named, what lines there are, which files are kept. */
export async function formView(form: OfficeForm, id: Uuid | null, typed: Typed, applicantId: Uuid, now: Instant) {
  const on = { sql: rawSql() }
  const [{ people }, { flow }, files] = await Promise.all([
    staffOf(on, form, now),
    latestFlow(on, form),
    id ? storyOf(on, id).then((story) => story.files) : ([] as CaseFile[]),
  ])
  const others = people.filter((person) => person.id !== applicantId)
  const own = people.find((person) => person.id === applicantId)
  const items = FORMS[form].fields.find((field) => field.kind === 'items')
  const filled = items?.kind === 'items' ? itemRows(items, typed).length : 0
  return {
    fields: FORMS[form].fields,
    typed: form === 'qingjia' && typed.stand_in === undefined && own?.deputyId ? { ...typed, stand_in: own.deputyId } : typed,
    lines: Math.min(MOST_ITEMS, filled + SPARE_LINES),
    total: form === 'caigou' ? totalOf(typed) : null,
    colleagues: others.map(shown),
    choosable: hasChoice(flow) ? others.filter(({ mayDecide }) => mayDecide).map(shown) : null,
    files,
  }
}

export const shown = ({ id, name, department }: Person) => ({ id, name, department })

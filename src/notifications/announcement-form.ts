import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { minute } from '#src/core/fields'
import type { FieldFault } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { type Validated, validate } from '#src/core/validation'
import { ANNOUNCEMENT_WORDS, MOST_CHOSEN } from './announcements'
import { type NamedOperators, operatorsNamed, type Recipients } from './audience'

export const ANNOUNCEMENT_FIELDS = ['title', 'content', 'category', 'operators', 'publish_at'] as const
const TARGETS = ['all', 'tier', 'chosen'] as const

/** What the form was sent, word for word, to be shown again. */
export type AnnouncementValues = Record<(typeof ANNOUNCEMENT_FIELDS)[number], string> & {
  target: (typeof TARGETS)[number]
  when: 'now' | 'later'
}
/** What is to be said to whom and when; null for at once. */
export type Draft = { title: string; content: string; publishAt: Instant | null; recipients: Recipients; named: NamedOperators['found'] }

export const announcementValues = (form: Record<string, string>): AnnouncementValues => ({
  title: form.title ?? '',
  content: form.content ?? '',
  target: TARGETS.find((target) => target === form.target) ?? 'all',
  category: form.category ?? '',
  operators: form.operators ?? '',
  when: form.when === 'later' ? 'later' : 'now',
  publish_at: form.publish_at ?? '',
})

const atOnce = v.pipe(
  v.unknown(),
  v.transform((): Instant | null => null),
)

/** Checks a form, whatever is wrong with it at once. */
export async function checkDraft(values: AnnouncementValues): Promise<Validated<Draft>> {
  const schema = v.object({
    ...ANNOUNCEMENT_WORDS,
    publish_at: values.when === 'later' ? minute : atOnce,
    category: values.target === 'tier' ? v.picklist(CATEGORIES) : v.unknown(),
  })
  const checked = validate(schema, values)
  const named = values.target === 'chosen' ? await operatorsNamed(wordsOf(values.operators)) : { found: [], unknown: [] }
  const faults = [...(checked.ok ? [] : checked.faults), ...(values.target === 'chosen' ? chosenFaults(named) : [])]
  if (!checked.ok || faults.length > 0) return { ok: false, faults }
  const { title, content, publish_at: publishAt } = checked.value
  return { ok: true, value: { title, content, publishAt, recipients: recipientsOf(values, named), named: named.found } }
}

/** One account on each line, or with commas between them. */
const wordsOf = (text: string): string[] => [...new Set(text.split(/[\s,，、;；]+/).filter(Boolean))]

const NAMED_UNKNOWN = 10

function chosenFaults({ found, unknown }: NamedOperators): FieldFault[] {
  if (unknown.length > 0) {
    const names = unknown.slice(0, NAMED_UNKNOWN).map((word) => [...word].slice(0, 64).join(''))
    const message = { zh: `找不到这些运营商：${names.join('、')}`, en: `No such operators: ${names.join(', ')}` }
    return [{ field: 'operators', message }]
  }
  if (found.length === 0) return [{ field: 'operators', message: { zh: '请填写至少一家运营商', en: 'needs at least one operator' } }]
  if (found.length <= MOST_CHOSEN) return []
  return [{ field: 'operators', message: { zh: `最多${MOST_CHOSEN}家，更多请按等级或全部发布`, en: `may name at most ${MOST_CHOSEN}` } }]
}

function recipientsOf({ target, category }: AnnouncementValues, { found }: NamedOperators): Recipients {
  if (target === 'all') return { everybody: true }
  if (target === 'chosen') return { operatorIds: found.map(({ id }) => id) }
  return { category: CATEGORIES.find((tier) => tier === category)! }
}

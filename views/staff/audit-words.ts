import { isPlainKey } from '#src/core/text'
import { usePage, useText } from '../page-context'
import { isForPeople, useValueWords } from './audit-values'

/** An operation by its name; a release may meet the operations of another, which keep their code. */
export function useOperationName(): (operation: string) => string {
  const t = useText()
  const nameOf = (operation: string) => {
    const key = `audit.op.${operation}`
    return isPlainKey(key) ? t(key) : operation
  }
  return (operation) =>
    operation.endsWith('_refused') ? t('audit.refused', { operation: nameOf(operation.slice(0, -'_refused'.length)) }) : nameOf(operation)
}

/** What an operation was done to. */
export function useTargetName(): (kind: string) => string {
  const t = useText()
  return (kind) => {
    const key = `audit.on.${kind}`
    return isPlainKey(key) ? t(key) : kind
  }
}

/** A field of an operation's details. */
export function useFieldName(): (field: string) => string {
  const t = useText()
  return (field) => {
    const key = `audit.field.${field}`
    return isPlainKey(key) ? t(key) : field
  }
}

/** The consoles share these pages, each under its own address. */
export const useConsole = (): '/admin' | '/finance' => (usePage().viewer?.kind === 'finance' ? '/finance' : '/admin')

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

export type Change = { field: string | null; before: unknown; after: unknown; differs: boolean }

/** Before and after of an operation, field by field; of one value as a line without a name. None where details tell no change. */
export function changesOf({ before, after }: Record<string, unknown>): Change[] {
  if (before === undefined && after === undefined) return []
  const whole = (value: unknown) => JSON.stringify(value ?? null)
  if (!isRecord(before) && !isRecord(after)) return [{ field: null, before, after, differs: whole(before) !== whole(after) }]
  const [old, new_] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
  const fields = [...new Set([...Object.keys(old), ...Object.keys(new_)])]
  // A change names only what it touches: what stands before alone was left as it was.
  return fields.map((field) => {
    const next = field in new_ ? new_[field] : old[field]
    return { field, before: old[field], after: next, differs: whole(old[field]) !== whole(next) }
  })
}

/** What is told besides before and after. */
export const factsOf = (details: Record<string, unknown>): [string, unknown][] =>
  Object.entries(details).filter(([name, value]) => name !== 'before' && name !== 'after' && value !== null && value !== '')

/** What people wrote, which says most. */
const WRITTEN = ['reason', 'reject_reason', 'why', 'note'] as const
const MOST_PARTS = 3
const MOST_LETTERS = 160

/**
 * One line of what an operation was about: what somebody wrote first, then what changed, else what is told. Numbers for machines and
 * fields without a name stand on the page of the entry alone.
 */
export function useSummary(): (details: Record<string, unknown>) => string {
  const t = useText()
  const words = useValueWords()
  const nameOf = useFieldName()
  const isNamed = (field: string) => isPlainKey(`audit.field.${field}`)
  const shown = (field: string, value: unknown) => (isForPeople(value) ? words(field, value) : undefined) || '–'
  return (details) => {
    const written = WRITTEN.map((field) => details[field]).find((value) => typeof value === 'string' && value !== '')
    const changed = changesOf(details).filter(({ differs }) => differs)
    const told = factsOf(details).filter(
      ([field, value]) => isNamed(field) && isForPeople(value) && !(WRITTEN as readonly string[]).includes(field),
    )
    const parts =
      changed.length > 0
        ? changed.map(({ field, before, after }) =>
            [...(field === null ? [] : [nameOf(field)]), shown(field ?? '', before), '→', shown(field ?? '', after)].join(' '),
          )
        : told.flatMap(([field, value]) => {
            const text = words(field, value)
            return text ? [`${nameOf(field)} ${text}`] : []
          })
    return [...(typeof written === 'string' ? [written] : []), ...parts.slice(0, MOST_PARTS)]
      .join(t('audit.between'))
      .slice(0, MOST_LETTERS)
  }
}

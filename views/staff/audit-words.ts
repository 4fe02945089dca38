import { isPlainKey } from '#src/core/text'
import { usePage, useText } from '../page-context'

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

/** A value of details as one line: text as it is, everything else as JSON. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

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

/** One line of what an operation was about: its reason first, then what changed. */
export function summaryOf(details: Record<string, unknown>): string {
  const changed = changesOf(details).filter(({ differs }) => differs)
  const parts = [
    typeof details.reason === 'string' ? details.reason : '',
    ...changed.slice(0, 3).map(({ before, after }) => `${shownValue(before) || '—'} → ${shownValue(after) || '—'}`),
  ].filter((part) => part !== '')
  if (parts.length > 0) return parts.join('；').slice(0, 160)
  return factsOf(details)
    .slice(0, 3)
    .map(([, value]) => shownValue(value))
    .join(' · ')
    .slice(0, 160)
}

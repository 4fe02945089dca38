import { type ProblemCode, type ProblemKind, problems } from './errors'
import { formatDateTime, instant } from './time'

export type Language = 'zh' | 'en'

/** A sentence in both languages. */
export type LocalText = Record<Language, string>

/** One faulty field of a request. */
export type FieldFault = { field: string; message: LocalText; reason?: string }

export type ProblemDetails = Record<string, unknown> | FieldFault[]

/** A refusal from the catalogue. `wording` picks one of several texts of a code. Doors translate it, nobody else catches it. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly details: ProblemDetails | undefined
  readonly wording: string | undefined

  constructor(code: ProblemCode, details?: ProblemDetails, wording?: string) {
    super(code)
    this.name = 'Problem'
    this.code = code
    this.details = details
    this.wording = wording
  }

  get status(): number {
    return problems[this.code].status
  }
}

/** A rule about state or amount was broken: INVALID_PARAMS with a stable reason (API 11, row 31). */
export function brokenRule(reason: keyof typeof problems.INVALID_PARAMS.zh, field: string, more: Record<string, unknown> = {}): Problem {
  const { zh, en } = problems.INVALID_PARAMS
  return new Problem('INVALID_PARAMS', [{ field, message: { zh: zh[reason], en: en[reason] }, reason, ...more }], reason)
}

/** Several faulty fields: INVALID_PARAMS of the shape kind. */
export const invalidFields = (faults: FieldFault[]): Problem => new Problem('INVALID_PARAMS', faults, 'shape')

/** One faulty field. */
export const invalidField = (field: string, zh: string, en: string): Problem => invalidFields([{ field, message: { zh, en } }])

/** The sentence for a person, placeholders filled from the details. */
export function problemMessage(problem: Problem, language: Language): string {
  const kind: ProblemKind = problems[problem.code]
  const texts = kind[language]
  const template = typeof texts === 'string' ? texts : (texts[problem.wording ?? ''] ?? Object.values(texts)[0]!)
  const values: Record<string, unknown> = Array.isArray(problem.details)
    ? { ...problem.details[0], first: firstFault(problem.details, language) }
    : (problem.details ?? {})
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => (key in values ? shown(values[key]) : whole))
}

/** Machines read times in UTC, people in Shanghai. */
const shown = (value: unknown): string => {
  const text = String(value)
  return /^\d{4}-\d{2}-\d{2}T.*Z$/.test(text) ? formatDateTime(instant(text)) : text
}

const firstFault = ([first]: FieldFault[], language: Language): string =>
  first ? `${first.field}${first.field ? ' ' : ''}${first.message[language]}` : ''

/** The details as the wire shows them: field messages in the client's language. */
export function problemDetails({ details }: Problem, language: Language): unknown {
  return Array.isArray(details) ? details.map((fault) => ({ ...fault, message: fault.message[language] })) : details
}

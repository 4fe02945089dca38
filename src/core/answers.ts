import * as v from 'valibot'
import type { ProblemCode } from './errors'
import { type IdKind, showId } from './ids'

/** The shapes of answers (API.md 1), written once: the document of the API is made from them and tests hold every answer against them. */

/** What a route answers when all is well, and the codes of its own; those that every route of its audience may answer are not repeated. */
export type Answer = {
  status: 200 | 201 | 204
  /** The whole body, strict to the last field; a file has none. */
  body: v.GenericSchema | undefined
  /** Media types of a file. */
  files: readonly string[]
  errors: readonly ProblemCode[]
}

type Says = string | v.GenericSchema
type Options = { message?: Says; status?: 200 | 201; errors?: readonly ProblemCode[]; more?: v.ObjectEntries }

/** `{success, message?, data}`; without a schema `data` is null. */
export const answers = (data: v.GenericSchema = v.null(), { message, status = 200, errors = [], more = {} }: Options = {}): Answer => ({
  status,
  body: envelope({ ...(message === undefined ? {} : { message: said(message) }), data, ...more }),
  files: [],
  errors,
})

/** The list envelope; `more` stands at its top level. */
export const answersList = (item: v.GenericSchema, { errors = [], more = {} }: Pick<Options, 'errors' | 'more'> = {}): Answer => ({
  status: 200,
  body: envelope({ page: count, page_size: count, total: count, ...more, items: v.array(item) }),
  files: [],
  errors,
})

/** A file of one of these media types. */
export const answersFile = (files: readonly string[], errors: readonly ProblemCode[] = []): Answer => ({
  status: 200,
  body: undefined,
  files,
  errors,
})

/** 204: done, and nothing to say. */
export const answersNothing = (errors: readonly ProblemCode[] = []): Answer => ({ status: 204, body: undefined, files: [], errors })

/** What exports are written as. */
export const TABLE_FILES = ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet']

const envelope = (entries: v.ObjectEntries): v.GenericSchema => v.strictObject({ success: v.literal(true), ...entries })

const said = (message: Says): v.GenericSchema => (typeof message === 'string' ? v.literal(message) : message)

/** Free text, with a sample for the document. */
export const words = (example: string) => v.pipe(v.string(), v.metadata({ examples: [example] }))

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const A_UUID = '019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'

/** An id of a kind, always prefixed. */
export const wireId = (kind: IdKind) =>
  v.pipe(v.string(), v.regex(new RegExp(`^${showId(kind, UUID)}$`)), v.metadata({ examples: [showId(kind, A_UUID)] }))

/** A bare UUID: sessions and tokens. */
export const bareId = v.pipe(v.string(), v.regex(new RegExp(`^${UUID}$`)), v.metadata({ examples: [A_UUID] }))

/** A decimal text with two places. */
export const yuanText = v.pipe(v.string(), v.regex(/^\d+\.\d{2}$/), v.metadata({ examples: ['1234.56'] }))

/** ISO 8601 in UTC with milliseconds. */
export const isoText = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  v.metadata({ format: 'date-time', examples: ['2026-01-01T00:00:00.000Z'] }),
)

/** A business day. */
export const dayText = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/), v.metadata({ format: 'date', examples: ['2026-01-01'] }))

export const count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** A number with at most this many places: averages have one, percentages two. */
export const ratio = (places: 1 | 2) =>
  v.pipe(
    v.number(),
    v.minValue(0),
    v.check((value) => Math.abs(value * 10 ** places - Math.round(value * 10 ** places)) < 1e-6),
    v.metadata({ multipleOf: places === 1 ? 0.1 : 0.01, examples: [places === 1 ? 2.5 : 12.34] }),
  )

/** An API key, shown once. */
export const apiKeyText = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/),
  v.metadata({ examples: ['8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca'] }),
)

export const yesNo = v.boolean()
export const orNull = <Schema extends v.GenericSchema>(schema: Schema) => v.nullable(schema)
export const oneOf = <const Options extends readonly string[]>(options: Options) => v.picklist(options)

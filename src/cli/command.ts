import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import * as v from 'valibot'
import { validate } from '#src/core/validation'
import { config } from '#src/platform/config'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'

/** One line of the command table. */
export type Command = {
  /** The words that call it: `staff create`. */
  name: string
  /** What may follow the name. */
  usage: string
  zh: string
  en: string
  /** Shown by `mr <command> --help`, below the usage. */
  more?: string[]
  /** Does it; gives the exit code. */
  run(args: string[]): Promise<number>
}

/** The command was called wrongly: one sentence, then its usage, exit 2. */
export class UsageError extends Error {}

/** An expected failure: one sentence in both languages, exit 1. */
export const failure = (zh: string, en: string): Error => new Error(`${zh} / ${en}`)

/** Parses what follows a command's name; `more` words may follow those it needs. Throws UsageError for unknown options and a wrong number of words. */
export function parse<Options extends ParseArgsOptionsConfig>(args: string[], options: Options, words: readonly string[] = [], more = 0) {
  const parsed = parseOrThrow(args, options)
  if (parsed.positionals.length < words.length) {
    const missing = words[parsed.positionals.length]
    throw new UsageError(`缺少 <${missing}> / <${missing}> is missing`)
  }
  if (parsed.positionals.length > words.length + more) {
    const extra = parsed.positionals[words.length + more]
    throw new UsageError(`多余的参数“${extra}” / unexpected argument "${extra}"`)
  }
  return parsed
}

function parseOrThrow<Options extends ParseArgsOptionsConfig>(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    const text = (error as Error).message.split('. ')[0]!.replace(/\.$/, '')
    throw new UsageError(`参数有误：${text} / wrong arguments: ${text}`)
  }
}

/** A whole number from an option; throws UsageError outside its range. */
export function wholeNumber(name: string, given: string | undefined, fallback: number, min: number, max: number): number {
  if (given === undefined) return fallback
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`--${name} 须为 ${min} 至 ${max} 的整数 / --${name} must be a whole number from ${min} to ${max}`)
}

/** Checks a value against a schema of the product; throws UsageError with the schema's own words. */
export function checked<S extends v.GenericSchema>(name: string, schema: S, value: unknown): v.InferOutput<S> {
  const result = validate(v.object({ [name]: schema }), { [name]: value })
  if (result.ok) return (result.value as Record<string, v.InferOutput<S>>)[name]!
  const [fault] = result.faults
  throw new UsageError(`${name} ${fault!.message.zh} / ${name} ${fault!.message.en}`)
}

/** Runs `work` with the database of this configuration open. */
export async function withDatabase<T>(work: () => Promise<T>): Promise<T> {
  openDatabase(databaseConnection(config()), { max: 4, name: 'mr-cli', asApplication: false })
  try {
    return await work()
  } finally {
    await closeDatabase()
  }
}

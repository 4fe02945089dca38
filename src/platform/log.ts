import { now } from '#src/core/time'
import { config } from './config'

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40, silent: 99 } as const
type Level = Exclude<keyof typeof LEVELS, 'silent'>
type Fields = Record<string, unknown>

/** Longest text kept of one field: a client must not be able to fill the disk with its name. */
const MAX_TEXT = 1_024
/** Keys whose values never reach a log line, whoever passes them. */
const SECRET_KEYS = /password|secret|token|api_?key|signature|authorization$|cookie|totp/i
/** Lines are written together: one system call for many lines under load, at the latest after this time. */
const FLUSH_MS = 50
const FLUSH_BYTES = 32_768

/** What JSON leaves as it is, but a terminal or a line reader may act on. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029]/g
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

let pending: string[] = []
let pendingBytes = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** One JSON line to standard output. `fields` should carry trace_id, user_id and operation where they are known. */
export function log(level: Level, message: string, fields: Fields = {}): void {
  if (LEVELS[level] < LEVELS[config().LOG_LEVEL]) return
  const line = `${JSON.stringify({ time: now().toISOString(), level, message, ...clean(fields) }).replace(UNPRINTABLE, escaped)}\n`
  pending.push(line)
  pendingBytes += line.length
  if (level === 'error' || pendingBytes > FLUSH_BYTES) flushLog()
  else timer ??= setTimeout(flushLog, FLUSH_MS)
}

/** Writes what is still held back; call before the process ends. */
export function flushLog(): void {
  clearTimeout(timer)
  timer = undefined
  if (pending.length === 0) return
  const lines = pending.join('')
  pending = []
  pendingBytes = 0
  process.stdout.write(lines)
}

function clean(fields: Fields): Fields {
  const safe: Fields = {}
  for (const [key, value] of Object.entries(fields)) safe[key] = SECRET_KEYS.test(key) ? '[hidden]' : loggable(value)
  return safe
}

function loggable(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error) return errorFields(value)
  if (value !== null && typeof value === 'object') {
    return loggable(
      JSON.stringify(value, (key, inner) => (SECRET_KEYS.test(key) ? '[hidden]' : typeof inner === 'bigint' ? inner.toString() : inner)),
    )
  }
  return value
}

/**
 * What an operator of the system needs to find a failure; goes to the log only, never to a client. The query builder's own error quotes
 * every value of its statement, and PostgreSQL's `detail` the whole row: hashes and names stay out, the statement's cause goes in.
 */
function errorFields(error: Error): Fields {
  const told = error.cause instanceof Error && error.message.startsWith('Failed query') ? error.cause : error
  const { code, constraint_name, table_name } = told as Error & { code?: string; constraint_name?: string; table_name?: string }
  return {
    name: told.name,
    text: told.message.slice(0, MAX_TEXT),
    code,
    constraint: constraint_name,
    table: table_name,
    stack: told.stack?.slice(0, 4 * MAX_TEXT),
  }
}

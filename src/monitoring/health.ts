import expected from '#drizzle/expected-schema.json'
import { migrationIds } from '#drizzle/migrate'
import { stopwatch } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { compare, readFingerprint } from '#src/schema-verify/fingerprint'
import { lackingForOlderCode } from '#src/schema-verify/newer-schema'

/** A health answer comes within this time, whatever the database does. */
const PATIENCE_MS = 450
/** The fingerprint costs tens of milliseconds; a schema does not change under a running release without a deploy. */
const FINGERPRINT_GOOD_MS = 60_000

/** Milliseconds of a round trip to the database; undefined when it is away or too slow to answer. */
export async function databaseLatency(): Promise<number | undefined> {
  const elapsed = stopwatch()
  const answered = await inTime(rawSql()`SELECT 1`.then(() => true))
  return answered ? Math.round(elapsed() * 100) / 100 : undefined
}

/** The newest migration of the database; undefined when it cannot be asked. */
export async function databaseMigration(): Promise<string | undefined> {
  const rows = await inTime(rawSql()<{ id: string }[]>`SELECT id FROM schema_migrations ORDER BY id DESC LIMIT 1`)
  return rows?.[0]?.id
}

let fingerprintGood: (() => number) | undefined

/** Why this process should get no traffic, by name; none means ready. */
export async function unreadyChecks(isDraining: boolean): Promise<string[]> {
  const failed: string[] = []
  if (isDraining) failed.push('draining')
  const fit = await migrationFit()
  if (fit === undefined) return [...failed, 'database']
  if (fit === 'unfit') failed.push('migrations')
  else if (!(await isSchemaRight(fit === 'newer'))) failed.push('schema')
  return failed
}

/**
 * Code runs on the schema that it was made for, and on a newer one as long as no migration of that names newer code as the oldest that
 * can live with it: while a release is under way, and after it was rolled back, older code meets a newer schema. Undefined when the
 * database cannot be asked.
 */
async function migrationFit(): Promise<'exact' | 'newer' | 'unfit' | undefined> {
  const applied = await inTime(
    // Older schemas have no such column.
    rawSql()<{ id: string; needs: string | null }[]>`SELECT id, to_jsonb(m) ->> 'needs' AS needs FROM schema_migrations m`,
  )
  if (!applied) return undefined
  const known = new Set(migrationIds().map(({ id }) => id))
  const there = new Set(applied.map(({ id }) => id))
  const head = migrationIds().at(-1)!.id
  const newer = applied.filter(({ id }) => !known.has(id))
  if ([...known].some((id) => !there.has(id)) || newer.some(({ id, needs }) => id < head || (needs ?? '') > head)) return 'unfit'
  return newer.length > 0 ? 'newer' : 'exact'
}

async function isSchemaRight(isNewer: boolean): Promise<boolean> {
  if (fingerprintGood && fingerprintGood() < FINGERPRINT_GOOD_MS) return true
  const actual = await readFingerprint(rawSql() as never).catch(() => undefined)
  const faults = actual && (isNewer ? lackingForOlderCode(expected, actual) : compare(expected, actual))
  const right = faults?.length === 0
  fingerprintGood = right ? stopwatch() : undefined
  return right
}

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
  return Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer))
}

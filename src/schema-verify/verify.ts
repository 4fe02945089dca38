import type { Sql } from 'postgres'
import expected from '#drizzle/expected-schema.json'
import { migrationIds } from '#drizzle/migrate'
import { now } from '#src/core/time'
import { openPool } from '#src/platform/database'
import type { Connection } from '#src/platform/database-url'
import { readFacts } from './facts'
import { compare, type Drift, type Fingerprint, readFingerprint } from './fingerprint'
import { lackingForOlderCode } from './newer-schema'
import { runProbes } from './probes/run'

/** One thing that is not as this release needs it: what it is, what was expected and what was found. */
export type SchemaFinding = {
  part: 'migration' | 'object' | 'probe' | 'data'
  kind: 'missing' | 'changed' | 'extra' | 'failed'
  name: string
  expected?: string
  found?: string
}

export type Verification = {
  /** Each finding as a sentence; none is the good answer. */
  findings: string[]
  details: SchemaFinding[]
  /** The newest migration of the database; null where it has none. */
  migration: string | null
  /** SHA-256 of the live fingerprint, 64 hex characters. */
  fingerprint: string
  objects: number
  probes: number
}

type Owner = Sql<{ bigint: bigint; json: unknown }>

/**
 * Is the live database what this release was shipped with? Compares the catalogue, looks at the data that the product cannot do without,
 * and tries what it does in a transaction that is rolled back. Writes nothing, waits for nobody's rows, and takes the same time however
 * many there are. A database that a newer release has already extended is judged by what this one needs.
 */
export async function verifySchema(connection: Connection): Promise<Verification> {
  const sql = openPool(connection, { max: 1, name: 'mr-verify', asApplication: false })
  try {
    const applied = await appliedMigrations(sql)
    const known = migrationIds()
    const isNewer = [...applied.keys()].some((id) => !known.some((migration) => migration.id === id))
    const details = await compareMigrations(applied, known)
    const actual = await readFingerprint(sql as never)
    details.push(...(isNewer ? lackingForOlderCode(expected, actual).map(asLack) : compare(expected, actual).map(asFinding)))
    // Where migrations are missing, everything after them fails; that they are missing is the finding.
    const isBehind = details.some(({ part, kind }) => part === 'migration' && kind === 'missing')
    const tried = isBehind ? { probes: 0, failures: [] } : await runProbes(sql, now())
    if (!isBehind) details.push(...(await readFacts(sql, now())))
    details.push(...tried.failures.map(({ name, ...rest }): SchemaFinding => ({ part: 'probe', kind: 'failed', name, ...rest })))
    return {
      findings: details.map(sentence),
      details,
      migration: [...applied.keys()].at(-1) ?? null,
      ...digestOf(actual),
      probes: tried.probes,
    }
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Ids with the digests of what was applied, oldest first. */
async function appliedMigrations(sql: Owner): Promise<Map<string, string>> {
  const [table] = await sql`SELECT to_regclass('public.schema_migrations') AS name`
  if (!table!.name) return new Map()
  const rows = await sql<{ id: string; sha256: string }[]>`SELECT id, sha256 FROM schema_migrations ORDER BY id`
  return new Map(rows.map(({ id, sha256 }) => [id, sha256]))
}

async function compareMigrations(applied: Map<string, string>, known: ReturnType<typeof migrationIds>): Promise<SchemaFinding[]> {
  const found: SchemaFinding[] = []
  for (const { id, path } of known) {
    const wanted = new Bun.CryptoHasher('sha256').update(await Bun.file(path).text()).digest('hex')
    const there = applied.get(id)
    if (there === undefined) found.push({ part: 'migration', kind: 'missing', name: id })
    else if (there !== wanted) found.push({ part: 'migration', kind: 'changed', name: id, expected: wanted, found: there })
  }
  return found
}

/** What an older release lacks in a schema that a newer one has extended; a sentence already. */
const asLack = (name: string): SchemaFinding => ({ part: 'object', kind: 'failed', name })

const asFinding = ({ object, kind, expected: wanted, actual }: Drift): SchemaFinding => ({
  part: 'object',
  kind,
  name: object,
  ...(wanted === undefined ? {} : { expected: wanted }),
  ...(actual === undefined ? {} : { found: actual }),
})

function sentence({ part, kind, name, expected: wanted, found }: SchemaFinding): string {
  if (part === 'migration' && kind === 'missing') return `migration ${name} is not applied`
  if (part === 'migration') return `migration ${name} was applied with other content`
  if (part === 'probe') return `probe failed: ${name}: expected ${wanted}, found ${found}`
  return `${kind} ${name}${wanted ? `, expected: ${wanted}` : ''}${found ? `, found: ${found}` : ''}`
}

const digestOf = (actual: Fingerprint) => ({
  fingerprint: new Bun.CryptoHasher('sha256').update(JSON.stringify(actual)).digest('hex'),
  objects: Object.keys(actual).length,
})

import type { LastingSql as Sql } from './lasting'
import type { TableOfBackup } from './manifest'
import { identifier, quoted } from './snapshot'

/** Tables with more rows than this are filled without their indexes, which are then built in one go: several times faster. */
const MANY_ROWS = 10_000

type Aside = { table: string; name: string; definition: string }

/**
 * Puts aside what is in the way of rows that come in any order: guards, foreign keys and, of large tables, indexes. Gives a function that
 * puts all of it back; foreign keys and unique keys are then checked against every row. Takes the owner of the tables, no superuser.
 */
export async function putAside(sql: Sql, tables: readonly TableOfBackup[]): Promise<() => Promise<void>> {
  const all = tables.map(quoted)
  const large = tables.filter(({ rows, pieceOf }) => rows > MANY_ROWS && pieceOf === null).map(quoted)
  for (const table of all) await sql.unsafe(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
  const foreign = await constraints(sql, all, ['f'])
  for (const { table, name } of foreign) await sql.unsafe(`ALTER TABLE ${table} DROP CONSTRAINT ${identifier(name)}`)
  const keys = await constraints(sql, large, ['p', 'u'])
  for (const { table, name } of keys) await sql.unsafe(`ALTER TABLE ${table} DROP CONSTRAINT ${identifier(name)}`)
  const indexes = await indexesOf(sql, large)
  for (const { name } of indexes) await sql.unsafe(`DROP INDEX ${name}`)
  return async () => {
    for (const { definition } of indexes) await sql.unsafe(definition)
    for (const constraint of [...keys, ...foreign]) await sql.unsafe(addition(constraint))
    for (const table of all) await sql.unsafe(`ALTER TABLE ${table} ENABLE TRIGGER USER`)
  }
}

const addition = ({ table, name, definition }: Aside): string => `ALTER TABLE ${table} ADD CONSTRAINT ${identifier(name)} ${definition}`

/** Those of the tables themselves; what a monthly piece has of its parent stays. */
const constraints = (sql: Sql, tables: readonly string[], kinds: string[]): Promise<Aside[]> =>
  sql<Aside[]>`
    SELECT format('%I.%I', n.nspname, c.relname) AS table, x.conname AS name, pg_get_constraintdef(x.oid) AS definition
    FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE x.contype = ANY (${kinds}::"char"[]) AND x.conparentid = 0
      AND c.oid IN (SELECT name::regclass FROM unnest(${tables as string[]}::text[]) AS t (name))
    ORDER BY x.conname`

const indexesOf = (sql: Sql, tables: readonly string[]): Promise<Aside[]> =>
  sql<Aside[]>`
    SELECT '' AS table, format('%I.%I', n.nspname, i.relname) AS name, pg_get_indexdef(i.oid) AS definition
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
    WHERE x.indrelid IN (SELECT name::regclass FROM unnest(${tables as string[]}::text[]) AS t (name))
    ORDER BY i.relname`

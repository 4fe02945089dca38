import type { Connection } from '#src/platform/database-url'
import { BackupFault } from './faults'
import type { TableOfBackup } from './manifest'
import { type Part, PartWriter } from './part'
import { libpqEnvironment, requireTool } from './postgres-tools'
import { quoted, type Snapshot } from './snapshot'
import type { Writing } from './writing'

const DUMP = 'database.dump.zst'
/** Which migrations there are is known by whoever restores: they make the schema. */
const OURS_ALONE = ['--exclude-table-data=public.schema_migrations', '--exclude-table-data=graphile_worker.migrations']

/**
 * The whole database by pg_dump, of the same moment as our own count of each table. Its own compression is off: ours comes after it, with
 * our encryption.
 */
export async function writeDump(
  { sql, tables, server }: Snapshot,
  connection: Connection,
  writing: Writing,
): Promise<{ tables: TableOfBackup[]; dump: Part }> {
  const tool = await requireTool('pg_dump', server.major)
  const [exported] = await sql<{ id: string }[]>`SELECT pg_export_snapshot() AS id`
  const words = [...OURS_ALONE, '--format=custom', '--compress=0', '--no-password', `--snapshot=${exported!.id}`]
  const child = Bun.spawn([tool, ...words], {
    env: libpqEnvironment(connection),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(writing.signal && { signal: writing.signal }),
  })
  const complaint = new Response(child.stderr).text()
  const writer = await PartWriter.open(writing.place, DUMP, writing.nextIndex())
  try {
    for await (const bytes of child.stdout) await writer.write(bytes)
    if ((await child.exited) !== 0) throw new BackupFault('tool_failed', { tool: 'pg_dump', words: firstLine(await complaint) })
    const dump = await writer.finish()
    return { dump, tables: await counted(sql, tables, writing) }
  } catch (error) {
    child.kill()
    await writer.abandon()
    throw error
  }
}

async function counted(sql: Snapshot['sql'], tables: Snapshot['tables'], { wrote }: Writing): Promise<TableOfBackup[]> {
  const found: TableOfBackup[] = []
  for (const table of tables) {
    const [row] = await sql.unsafe<{ rows: bigint }[]>(`SELECT count(*) AS rows FROM ${quoted(table)}`)
    const rows = Number(row!.rows)
    wrote(rows)
    found.push({ ...table, rows, part: null })
  }
  return found
}

/** What a tool complains of, without the rest of its output. */
export const firstLine = (words: string): string => words.trim().split('\n')[0]!.slice(0, 300)

import { inArray } from 'drizzle-orm'
import { applications } from '#drizzle/schema'
import { bareId, type Uuid } from '#src/core/ids'
import { read } from '#src/platform/database'

/** The names of the games that some entries of the audit log speak of, by their id; the log itself keeps only ids. */
export async function namesOfGames(entries: readonly { details: Record<string, unknown> | null }[]): Promise<Record<Uuid, string>> {
  const ids = entries.flatMap(({ details }) => {
    const id = typeof details?.app_id === 'string' ? bareId(details.app_id) : undefined
    return id ? [id] : []
  })
  if (ids.length === 0) return {}
  const { id, appName } = applications
  const rows = await read()
    .select({ id, appName })
    .from(applications)
    .where(inArray(id, [...new Set(ids)]))
  return Object.fromEntries(rows.map((row) => [row.id, row.appName]))
}

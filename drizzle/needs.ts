import type { Sql } from 'postgres'

/** `-- needs: 0027_releases` in the head of a migration that takes away what older code uses. */
const MARK = /^-- needs: (\d{4}_\w+)$/m

/** The first migration of the code that can live with this one; undefined for one that only adds. */
export const neededBy = (text: string): string | undefined => MARK.exec(text)?.[1]

/**
 * Throws while code may run that is older than `needs`: what was released last, or could be rolled back to. A database that no release
 * was ever made on has no other code than the one that migrates it.
 */
export async function refuseBreaking(sql: Sql, id: string, needs: string): Promise<void> {
  const [kept] = await sql<{ version: string; head: string }[]>`
    SELECT to_version AS version, schema_head AS head FROM deploy_log
    WHERE id IN (SELECT id FROM deploy_log WHERE result = 'succeeded' ORDER BY started_at DESC LIMIT 3) AND schema_head < ${needs}
    LIMIT 1`
  if (!kept) return
  throw new Error(
    `${id} 需要所有保留版本至少包含 ${needs}，而 ${kept.version} 只到 ${kept.head}；请先再发布一次 / ` +
      `${id} needs ${needs} in every release that is kept, and ${kept.version} ends at ${kept.head}: release once more before it`,
  )
}

import { join } from 'node:path'
import type { Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { filesIn, isStale, removeFile } from '#src/platform/files'
import { exportFile, exportFolder, fileNameOf } from './place'

/** Finished files of one owner; older ones make room. */
const MOST_FILES = 20
/** All finished files together; the oldest make room. */
const MOST_BYTES = 4 * 1_073_741_824
/** A file without its row is what a dead worker left; nobody writes one for longer than this. */
const STALE_SECONDS = 3_600

/** Ends files whose time is over or that take too much room, and removes what dead workers left. The disk stays bounded. */
export async function expireExports({ now }: { now: Instant }): Promise<{ expired: number; removed: number }> {
  const expired = await rawSql()<{ id: Uuid; attempts: number }[]>`
    UPDATE exports SET status = 'expired' WHERE id IN (
      SELECT id FROM (
        SELECT id, expires_at, row_number() OVER (PARTITION BY operator_id, staff_id ORDER BY id DESC) AS place,
               sum(file_bytes) OVER (ORDER BY id DESC) AS bytes
        FROM exports WHERE status = 'ready'
      ) file WHERE expires_at <= ${iso(now)}::timestamptz OR place > ${MOST_FILES} OR bytes > ${MOST_BYTES}
      ORDER BY id LIMIT 1000)
    RETURNING id, attempts`
  for (const row of expired) await removeFile(await exportFile(row))
  return { expired: expired.length, removed: await removeStrays(now) }
}

async function removeStrays(now: Instant): Promise<number> {
  const folder = await exportFolder()
  const stale = (await filesIn(folder)).filter((file) => isStale(file, now, STALE_SECONDS))
  if (stale.length === 0) return 0
  const rows = await rawSql()<{ id: Uuid; attempts: number }[]>`SELECT id, attempts FROM exports WHERE status = 'ready'`
  const known = new Set(rows.map(fileNameOf))
  const strays = stale.filter(({ name }) => !known.has(name))
  for (const { name } of strays) await removeFile(join(folder, name))
  return strays.length
}

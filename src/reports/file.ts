import { join } from 'node:path'
import { showId } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { config } from '#src/platform/config'
import type { ListedReport } from './queries'

/** Paths are kept relative, so that the folder may move with its backup. */
export const placeOf = (path: string): string => join(config().DATA_DIR, 'reports', path)

/**
 * What a finished report's file holds. Throws REPORT_NOT_READY before it is finished, RESOURCE_NOT_FOUND when the disk has lost it, an
 * Error when the disk has something else.
 */
export async function reportFile(
  report: Pick<ListedReport, 'id' | 'status' | 'filePath' | 'fileSha256'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { id, status, filePath, fileSha256 } = report
  if (!filePath || !fileSha256) throw new Problem('REPORT_NOT_READY', { status })
  const file = Bun.file(placeOf(filePath))
  if (!(await file.exists())) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('report', id) }, 'resource')
  const bytes = await file.bytes()
  if (new Bun.CryptoHasher('sha256').update(bytes).digest('hex') !== Buffer.from(fileSha256).toString('hex'))
    throw new Error(`the file of report ${id} is not the one that was made`)
  return bytes
}

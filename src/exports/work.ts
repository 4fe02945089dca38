import type { Uuid } from '#src/core/ids'
import type { Language } from '#src/core/problem'
import type { Table } from '#src/core/table'
import { addSeconds, type Instant, iso, now, stopwatch } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { writeFileWhole } from '#src/platform/files'
import { log } from '#src/platform/log'
import { type ExportFormat, fileBytes } from './file'
import { ownerOf } from './owner'
import { exportFile } from './place'
import { sourceOf } from './source'
import type { FilterText } from './staff-export'

/** Who works on a file renews this with its progress; whoever died leaves it to the next. */
const LEASE_SECONDS = 30
/** A file that three workers could not make is not made. */
const MOST_ATTEMPTS = 3
/** A finished file waits this long for its owner. */
const KEEP_HOURS = 72
/** Progress is written this often at most. */
const PROGRESS_MS = 400

export type ClaimedExport = {
  id: Uuid
  operatorId: Uuid | null
  staffId: Uuid | null
  kind: string
  format: ExportFormat
  language: Language
  filter: FilterText
  attempts: number
  createdAt: Instant
}

/** Takes the oldest file that waits, or whose worker has died; undefined when there is none. One caller gets each. */
export async function claimExport(at: Instant): Promise<ClaimedExport | undefined> {
  await giveUp(at)
  const [claimed] = await rawSql()<ClaimedExport[]>`
    UPDATE exports SET status = 'running', attempts = attempts + 1, rows_done = 0, leased_until = ${iso(addSeconds(at, LEASE_SECONDS))}::timestamptz
    WHERE id = (SELECT id FROM exports WHERE status = 'queued' OR (status = 'running' AND leased_until < ${iso(at)}::timestamptz)
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, operator_id AS "operatorId", staff_id AS "staffId", kind, format, language, filter, attempts, created_at AS "createdAt"`
  return claimed
}

async function giveUp(at: Instant): Promise<void> {
  await rawSql()`
    UPDATE exports SET status = 'failed', error = 'abandoned', finished_at = ${iso(at)}::timestamptz, leased_until = NULL
    WHERE status = 'running' AND leased_until < ${iso(at)}::timestamptz AND attempts >= ${MOST_ATTEMPTS}`
}

/** Says that the lease was lost or that this process ends: the file is somebody else's from here on. */
class Interrupted extends Error {}

/** Makes a claimed file and writes down what came of it. Never throws for a file that cannot be made; that is an outcome. */
export async function makeExport(claimed: ClaimedExport, signal?: AbortSignal): Promise<'ready' | 'failed' | 'given back'> {
  try {
    const { table } = await sourceOf(ownerOf(claimed), claimed.kind, claimed.filter, claimed.language, claimed.createdAt)
    const progress = { rows: 0 }
    const file = await writeFileWhole(await exportFile(claimed), fileBytes(claimed.format, counted(table, claimed, progress, signal)))
    await finish(claimed, { ...file, rows: progress.rows })
    return 'ready'
  } catch (error) {
    if (error instanceof Interrupted) return giveBack(claimed)
    log('error', 'export failed', { operation: 'export', export_id: claimed.id, attempts: claimed.attempts, error })
    return fail(claimed)
  }
}

/** The table as it is, telling how far it has been read. */
function counted(table: Table, claimed: ClaimedExport, progress: { rows: number }, signal: AbortSignal | undefined): Table {
  async function* chunks() {
    let since = stopwatch()
    for await (const rows of table.chunks) {
      if (signal?.aborted) throw new Interrupted('this process ends')
      yield rows
      progress.rows += rows.length
      if (since() < PROGRESS_MS) continue
      await renew(claimed, progress.rows)
      since = stopwatch()
    }
  }
  return { ...table, chunks: chunks() }
}

async function renew({ id, attempts }: ClaimedExport, rows: number): Promise<void> {
  const held = await rawSql()`
    UPDATE exports SET rows_done = ${rows}, leased_until = ${iso(addSeconds(now(), LEASE_SECONDS))}::timestamptz
    WHERE id = ${id} AND status = 'running' AND attempts = ${attempts} RETURNING id`
  if (held.length === 0) throw new Interrupted('the lease was lost')
}

async function finish(
  { id, attempts }: ClaimedExport,
  { bytes, sha256, rows }: { bytes: number; sha256: string; rows: number },
): Promise<void> {
  const at = now()
  const done = await rawSql()`
    UPDATE exports SET status = 'ready', leased_until = NULL, rows_done = ${rows}, rows_total = ${rows}, file_bytes = ${bytes},
      file_sha256 = decode(${sha256}, 'hex'), finished_at = ${iso(at)}::timestamptz, expires_at = ${iso(addSeconds(at, KEEP_HOURS * 3_600))}::timestamptz
    WHERE id = ${id} AND status = 'running' AND attempts = ${attempts} RETURNING id`
  if (done.length === 0) throw new Interrupted('the lease was lost')
}

/** Another try, or the end of trying. */
async function fail({ id, attempts }: ClaimedExport): Promise<'failed' | 'given back'> {
  if (attempts < MOST_ATTEMPTS) return giveBack({ id, attempts })
  await rawSql()`
    UPDATE exports SET status = 'failed', error = 'error', finished_at = ${iso(now())}::timestamptz, leased_until = NULL
    WHERE id = ${id} AND status = 'running' AND attempts = ${attempts}`
  return 'failed'
}

async function giveBack({ id, attempts }: Pick<ClaimedExport, 'id' | 'attempts'>): Promise<'given back'> {
  await rawSql()`UPDATE exports SET status = 'queued', leased_until = NULL WHERE id = ${id} AND status = 'running' AND attempts = ${attempts}`
  return 'given back'
}

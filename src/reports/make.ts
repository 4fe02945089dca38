import { showId, type Uuid } from '#src/core/ids'
import type { Language } from '#src/core/problem'
import { addSeconds, type BusinessDay, type Instant, iso, now } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { errorCode, rawSql, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { removeFile, writeFileWhole } from '#src/platform/files'
import { log } from '#src/platform/log'
import { documentOf, type Figures } from './document'
import { placeOf } from './file'
import { queueMails } from './mails'
import { FORMATS, type ReportFormat, reportBytes } from './paper'
import type { ReportType } from './period'
import { REPORT_FAILED } from './request'
import type { Section } from './section'

/** Who makes a report keeps this alive; whoever died leaves the report to the next. */
const LEASE_SECONDS = 45
const BEAT_MS = 10_000
/** A report that three workers could not make is not made. */
const MOST_ATTEMPTS = 3
const STATEMENT_TIMED_OUT = '57014'

export type ClaimedReport = {
  id: Uuid
  reportType: ReportType
  first: BusinessDay
  last: BusinessDay
  format: ReportFormat
  language: Language
  sections: Section['key'][]
  recipients: string[]
  attempts: number
}

/** Takes the oldest report that waits, or whose worker has died; undefined when there is none. One caller gets each. */
export async function claimReport(at: Instant): Promise<ClaimedReport | undefined> {
  await giveUp(at)
  const [claimed] = await rawSql()<ClaimedReport[]>`
    UPDATE finance_reports SET attempts = attempts + 1, steps_done = 0, leased_until = ${iso(addSeconds(at, LEASE_SECONDS))}::timestamptz
    WHERE id = (SELECT id FROM finance_reports
                WHERE status = 'generating' AND (leased_until IS NULL OR leased_until < ${iso(at)}::timestamptz) AND attempts < ${MOST_ATTEMPTS}
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, report_type AS "reportType", to_char(start_date, 'YYYY-MM-DD') AS first, to_char(end_date, 'YYYY-MM-DD') AS last, format,
      language, sections, recipients, attempts`
  return claimed
}

async function giveUp(at: Instant): Promise<void> {
  const left = await rawSql()<{ id: Uuid; attempts: number }[]>`
    SELECT id, attempts FROM finance_reports
    WHERE status = 'generating' AND leased_until < ${iso(at)}::timestamptz AND attempts >= ${MOST_ATTEMPTS} ORDER BY id LIMIT 10`
  for (const report of left) await fail(report, 'abandoned')
}

/** Says that the lease was lost or that this process ends: the report is somebody else's from here on. */
class Interrupted extends Error {}

/** Makes a claimed report and writes down what came of it. Never throws for one that cannot be made; that is an outcome. */
export async function makeReport(claimed: ClaimedReport, signal?: AbortSignal): Promise<'completed' | 'failed' | 'given back'> {
  const beat = setInterval(() => renew(claimed).catch(() => {}), BEAT_MS)
  const path = pathOf(claimed, claimed.attempts)
  try {
    let done = 0
    const step = async () => {
      if (signal?.aborted) throw new Interrupted('this process ends')
      await renew(claimed, ++done)
    }
    const document = await documentOf({ ...claimed, number: showId('report', claimed.id) }, now(), step)
    const file = await writeFileWhole(placeOf(path), one(await reportBytes(claimed.format, document)))
    faultPoint('report:written')
    await finish(claimed, { path, ...file, figures: document.figures })
    // What workers left that died after they had written it.
    for (let attempt = 1; attempt < claimed.attempts; attempt++) await removeFile(placeOf(pathOf(claimed, attempt)))
    return 'completed'
  } catch (error) {
    // A connection that died at COMMIT may have finished the report all the same: then the file is its.
    if (await isFinishedWith(claimed, path)) return 'completed'
    await removeFile(placeOf(path))
    return await outcomeOf(claimed, error)
  } finally {
    clearInterval(beat)
  }
}

async function isFinishedWith({ id }: ClaimedReport, path: string): Promise<boolean> {
  const rows = await rawSql()`SELECT FROM finance_reports WHERE id = ${id} AND file_path = ${path}`
  return rows.length > 0
}

/** Each attempt has a file of its own, so that a worker that was thought dead overwrites nothing. */
const pathOf = ({ id, first, format }: ClaimedReport, attempt: number): string =>
  `${first.slice(0, 7).replace('-', '')}/${id}-${attempt}.${FORMATS[format].ending}`

async function outcomeOf(claimed: ClaimedReport, error: unknown): Promise<'failed' | 'given back'> {
  if (error instanceof Interrupted) return giveBack(claimed)
  log('error', 'report failed', { operation: 'report', report_id: claimed.id, attempts: claimed.attempts, error })
  // The same reading would take as long again.
  if (errorCode(error) === STATEMENT_TIMED_OUT) return fail(claimed, 'timeout')
  return claimed.attempts < MOST_ATTEMPTS ? giveBack(claimed) : fail(claimed, 'error')
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Keeps the lease, with the progress where there is some. */
async function renew({ id, attempts }: ClaimedReport, done?: number): Promise<void> {
  const held = await rawSql()`
    UPDATE finance_reports SET leased_until = ${iso(addSeconds(now(), LEASE_SECONDS))}::timestamptz,
      steps_done = coalesce(${done ?? null}::int, steps_done)
    WHERE id = ${id} AND status = 'generating' AND attempts = ${attempts} RETURNING id`
  if (held.length === 0) throw new Interrupted('the lease was lost')
}

type Made = { path: string; bytes: number; sha256: string; figures: Figures }

/** The report is there and its mails wait, or neither. */
const finish = (claimed: ClaimedReport, { path, bytes, sha256, figures }: Made): Promise<void> =>
  transaction(async (tx) => {
    const at = now()
    const done = await tx.sql`
      UPDATE finance_reports SET status = 'completed', leased_until = NULL, steps_done = steps_total, file_path = ${path},
        file_bytes = ${bytes}, file_sha256 = decode(${sha256}, 'hex'), figures = ${JSON.stringify(figures)}::text::jsonb,
        completed_at = ${iso(at)}::timestamptz
      WHERE id = ${claimed.id} AND status = 'generating' AND attempts = ${claimed.attempts} RETURNING id`
    if (done.length === 0) throw new Interrupted('the lease was lost')
    await queueMails(tx, claimed.id, claimed.recipients, at)
  })

/** The end of trying; finance is told. */
async function fail({ id, attempts }: Pick<ClaimedReport, 'id' | 'attempts'>, error: 'error' | 'timeout' | 'abandoned'): Promise<'failed'> {
  await transaction((tx) => failed(tx, { id, attempts }, error))
  return 'failed'
}

async function failed(tx: Transaction, { id, attempts }: { id: Uuid; attempts: number }, error: string): Promise<void> {
  const at = now()
  const [row] = await tx.sql<{ type: string; name: string }[]>`
    UPDATE finance_reports SET status = 'failed', error = ${error}, leased_until = NULL, completed_at = ${iso(at)}::timestamptz
    WHERE id = ${id} AND status = 'generating' AND attempts = ${attempts} RETURNING report_type AS type, file_name AS name`
  if (!row) return
  const details = { report_type: row.type, file_name: row.name, error }
  await raiseAlert(tx, { kind: REPORT_FAILED, subject: id, audience: 'finance', details }, at)
}

async function giveBack({ id, attempts }: Pick<ClaimedReport, 'id' | 'attempts'>): Promise<'given back'> {
  await rawSql()`UPDATE finance_reports SET leased_until = NULL WHERE id = ${id} AND status = 'generating' AND attempts = ${attempts}`
  return 'given back'
}

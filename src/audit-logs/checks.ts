import { newId, type Uuid } from '#src/core/ids'
import { brokenRule } from '#src/core/problem'
import { addSeconds, type Instant, iso, now, stopwatch } from '#src/core/time'
import { rawSql, type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { enqueue } from '#src/platform/outbox'
import { type PersonalAct, record } from './audit-log'
import { type ChainCheck, type ChainHead, checkAuditChain } from './chain'

/** One recomputation of the chain. */
export type AuditCheck = {
  id: Uuid
  status: 'running' | 'intact' | 'broken' | 'failed'
  requestedByName: string | null
  startedAt: Instant
  finishedAt: Instant | null
  rowsTotal: number
  rowsDone: number
  brokenAt: bigint | null
  fault: 'changed' | 'missing' | 'tail' | null
  headSeq: bigint | null
  headHash: string | null
}

/** A check that has not told its progress for so long has died with its process. */
const SILENT_SECONDS = 60
/** Progress is written this often at most. */
const PROGRESS_MS = 400

export const CHECK_TASK = 'audit_check'

/** The newest checks; the first is what the light on the pages shows. */
export const latestChecks = (limit: number): Promise<AuditCheck[]> =>
  rawSql()<AuditCheck[]>`
    SELECT c.id, c.status, a.name AS "requestedByName", c.started_at AS "startedAt", c.finished_at AS "finishedAt",
           c.rows_total::int AS "rowsTotal", c.rows_done::int AS "rowsDone", c.broken_at AS "brokenAt", c.fault,
           c.head_seq AS "headSeq", encode(c.head_hash, 'hex') AS "headHash"
    FROM audit_checks c LEFT JOIN admin_accounts a ON a.id = c.requested_by ORDER BY c.id DESC LIMIT ${limit}`

/** Asks for a check in the background. One at a time: throws INVALID_PARAMS (CHECK_UNDER_WAY) while another runs. */
export async function requestCheck(act: PersonalAct): Promise<Uuid> {
  return alone(() =>
    transaction(async (tx) => {
      const id = await openCheck(tx, act.actor.id, act.at)
      await enqueue(tx, CHECK_TASK, [{ key: `${CHECK_TASK}:${id}`, payload: { check_id: id } }])
      const { actor, origin, at } = act
      await record(tx, { actor, origin, operation: 'audit_check', target: { kind: 'audit_check', id } }, at)
      return id
    }),
  )
}

/** Does a check that was asked for. One that is done already, or given up, is left alone: undefined. */
export async function carryOutCheck(id: Uuid): Promise<ChainCheck | undefined> {
  const [open] = await rawSql()`SELECT id FROM audit_checks WHERE id = ${id} AND status = 'running'`
  return open && check(id)
}

/** The nightly check: opened and done at once. */
export async function checkByClock(at: Instant): Promise<ChainCheck> {
  return check(await alone(() => transaction((tx) => openCheck(tx, null, at))))
}

async function alone<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (violatedConstraint(error) === 'one_audit_check') throw brokenRule('CHECK_UNDER_WAY', 'check')
    throw error
  }
}

async function openCheck(tx: Transaction, requestedBy: Uuid | null, at: Instant): Promise<Uuid> {
  const id = newId()
  const moment = iso(at)
  await tx.sql`
    UPDATE audit_checks SET status = 'failed', finished_at = ${moment}::timestamptz, updated_at = ${moment}::timestamptz
    WHERE status = 'running' AND updated_at < ${iso(addSeconds(at, -SILENT_SECONDS))}::timestamptz`
  await tx.sql`
    INSERT INTO audit_checks (id, requested_by, started_at, updated_at, rows_total)
    SELECT ${id}, ${requestedBy}, ${moment}::timestamptz, ${moment}::timestamptz, coalesce(max(seq), 0) FROM audit_logs`
  return id
}

async function check(id: Uuid): Promise<ChainCheck> {
  let since = stopwatch()
  const progress = async (rows: number) => {
    if (since() < PROGRESS_MS) return
    await rawSql()`UPDATE audit_checks SET rows_done = ${rows}, updated_at = ${iso(now())}::timestamptz WHERE id = ${id} AND status = 'running'`
    since = stopwatch()
  }
  try {
    const outcome = await checkAuditChain({ known: await knownHead(), progress })
    await finish(id, outcome)
    return outcome
  } catch (error) {
    const moment = iso(now())
    await rawSql()`UPDATE audit_checks SET status = 'failed', finished_at = ${moment}::timestamptz, updated_at = ${moment}::timestamptz
      WHERE id = ${id} AND status = 'running'`
    throw error
  }
}

/** Where the newest good check saw the chain end. */
async function knownHead(): Promise<ChainHead | null> {
  const [row] = await rawSql()<ChainHead[]>`
    SELECT head_seq AS seq, encode(head_hash, 'hex') AS hash FROM audit_checks WHERE status = 'intact' AND head_seq IS NOT NULL ORDER BY id DESC LIMIT 1`
  return row ?? null
}

async function finish(id: Uuid, { rows, brokenAt, fault, head }: ChainCheck): Promise<void> {
  const moment = iso(now())
  await rawSql()`
    UPDATE audit_checks SET status = ${brokenAt === null ? 'intact' : 'broken'}, rows_done = ${rows}, rows_total = greatest(rows_total, ${rows}),
      broken_at = ${brokenAt === null ? null : String(brokenAt)}::bigint, fault = ${fault}, head_seq = ${head ? String(head.seq) : null}::bigint,
      head_hash = decode(${head?.hash ?? null}, 'hex'), finished_at = ${moment}::timestamptz, updated_at = ${moment}::timestamptz
    WHERE id = ${id} AND status = 'running'`
}

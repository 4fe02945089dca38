import type { DEPLOY_KINDS, DEPLOY_RESULTS } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { rawSql, type Transaction, transaction, violatedConstraint } from '#src/platform/database'

/** The eight steps in their order; a rollback goes through some of them. */
export const STEPS = ['preflight', 'backup', 'build', 'migrate', 'verify', 'beside', 'smoke', 'switch'] as const
export type Step = (typeof STEPS)[number]

export type StepOutcome = {
  step: Step
  startedAt: string
  seconds: number | null
  result: 'running' | 'done' | 'skipped' | 'failed'
  note: string
}
export type DeployKind = (typeof DEPLOY_KINDS)[number]
export type DeployResult = (typeof DEPLOY_RESULTS)[number]

/** A release or rollback as it stands at a moment: the same in its file and in its row. */
export type Deploy = {
  id: Uuid
  kind: DeployKind
  from: string | null
  to: string | null
  by: string
  /** Machine and folder. */
  place: string
  startedAt: string
  result: DeployResult
  steps: StepOutcome[]
  failure: string | null
  schemaHead: string | null
  overrideReason: string | null
}

/** One that should have ended by now; longer than every step may take that the machine waits for. */
const STUCK_SECONDS = 600

/** There is none before the migration that brings it, which a first release has still to run. */
export async function hasDeployLog(): Promise<boolean> {
  const [row] = await rawSql()<{ found: boolean }[]>`SELECT to_regclass('public.deploy_log') IS NOT NULL AS found`
  return row!.found
}

/** Another one is under way in the same database, on this machine or another. */
export class DeployUnderWay extends Error {}

/** Writes a deploy that is under way. Throws DeployUnderWay while another one is. */
export async function writeDeploy(deploy: Deploy): Promise<void> {
  try {
    await writeRow({ sql: rawSql() as unknown as Transaction['sql'] }, deploy, null)
  } catch (error) {
    if (violatedConstraint(error) === 'one_deploy_under_way') {
      throw new DeployUnderWay(
        '这个数据库的另一次发布正在进行，本次未做任何事 / another release of this database is under way, nothing was done',
      )
    }
    throw error
  }
}

/**
 * Closes what is still open of a place whose lock the caller holds: its process is gone, and the database was away when its end should
 * have been written. Gives how many there were.
 */
export async function closeLeftOpen(place: string, at: Instant): Promise<number> {
  const closed = await rawSql()`
    UPDATE deploy_log SET result = 'failed', finished_at = greatest(started_at, ${iso(at)}::timestamptz), failure = '中断 / cut off'
    WHERE place = ${place} AND result = 'running'`
  return closed.count
}

/** Closes a deploy in its row alone, where the alert or the audit entry cannot be written. */
export const closeRow = (deploy: Deploy, at: Instant): Promise<void> =>
  writeRow({ sql: rawSql() as unknown as Transaction['sql'] }, deploy, at)

/** Closes a deploy, with the audit entry and, where it failed, the alert; one that succeeded settles the alerts of those before it. */
export async function closeDeploy(deploy: Deploy, act: Act): Promise<void> {
  await transaction(async (tx) => {
    await writeRow(tx, deploy, act.at)
    await tellOutcome(tx, deploy, act.at)
    const { kind, from, to, result, failure, overrideReason } = deploy
    const details = { from, to, result, ...(failure && { failure }), ...(overrideReason && { without_backup: overrideReason }) }
    await record(tx, { actor: act.actor, origin: act.origin, operation: kind, target: { kind: 'deploy', id: deploy.id }, details }, act.at)
  })
}

async function writeRow({ sql }: Pick<Transaction, 'sql'>, deploy: Deploy, finishedAt: Instant | null): Promise<void> {
  const { id, kind, from, to, by, place, startedAt, result, steps, failure, schemaHead, overrideReason } = deploy
  await sql`
    INSERT INTO deploy_log (id, kind, from_version, to_version, started_by, place, started_at, finished_at, result, steps, failure, schema_head, override_reason)
    VALUES (${id}, ${kind}, ${from}, ${to}, ${by}, ${place}, ${startedAt}, ${finishedAt && iso(finishedAt)}, ${result}, ${JSON.stringify(steps)}::text::jsonb,
      ${failure}, ${schemaHead}, ${overrideReason})
    ON CONFLICT (id) DO UPDATE SET to_version = excluded.to_version, finished_at = excluded.finished_at, result = excluded.result,
      steps = excluded.steps, failure = excluded.failure, schema_head = excluded.schema_head, override_reason = excluded.override_reason`
}

/** The subject of the alerts about releases: there is one product, and it has one present release. */
const SUBJECT = 'release'

async function tellOutcome(tx: Transaction, { kind, to, result, failure }: Deploy, at: Instant): Promise<void> {
  await settleAlert(tx, { kind: 'release_stuck', subject: SUBJECT }, at)
  if (result === 'succeeded') return settleAlert(tx, { kind: 'release_failed', subject: SUBJECT }, at)
  const details = { version: to ?? '–', kind, result, error: (failure ?? '').slice(0, 300) }
  await raiseAlert(tx, { kind: 'release_failed', subject: SUBJECT, audience: 'operations', details }, at)
}

/** The dead man's look, from the running workers: a deploy that began and never ended is told even when its own process is gone. */
export async function watchDeploys({ now }: { now: Instant }): Promise<{ stuck: number }> {
  return transaction(async (tx) => {
    const stuck = await tx.sql<{ version: string | null; startedBy: string; startedAt: Instant }[]>`
      SELECT to_version AS version, started_by AS "startedBy", started_at AS "startedAt" FROM deploy_log
      WHERE result = 'running' AND started_at < ${iso(addSeconds(now, -STUCK_SECONDS))}::timestamptz`
    for (const { version, startedBy, startedAt } of stuck) {
      const details = { version: version ?? '–', started_by: startedBy, started_at: iso(startedAt) }
      await raiseAlert(tx, { kind: 'release_stuck', subject: SUBJECT, audience: 'operations', details }, now)
    }
    if (stuck.length === 0) await settleAlert(tx, { kind: 'release_stuck', subject: SUBJECT }, now)
    return { stuck: stuck.length }
  })
}

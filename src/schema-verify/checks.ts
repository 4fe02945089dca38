import type { SCHEMA_CHECK_CAUSES, schemaChecks } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import { addDays, type Instant, iso } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { rawSql, type Transaction } from '#src/platform/database'
import { version } from '../../package.json'
import type { SchemaFinding, Verification } from './verify'

/** Checks stay this long; an hourly job makes nine thousand a year. */
const KEEP_DAYS = 90
/** Findings kept of a check: a database of another product would have thousands. */
const MOST_FINDINGS = 500
const ABOUT = { kind: 'schema_drift', subject: 'schema' } as const

export type Cause = (typeof SCHEMA_CHECK_CAUSES)[number]

/** What is wrong is an alert until a verification comes out sound. Apart from `keepCheck`, whose table may be what is missing. */
export async function tellCheck(tx: Transaction, { findings }: Verification, at: Instant): Promise<void> {
  const [first] = findings
  if (first === undefined) return settleAlert(tx, ABOUT, at)
  const details = { findings: String(findings.length), first: first.slice(0, 300) }
  await raiseAlert(tx, { ...ABOUT, audience: 'operations', details }, at)
}

/** Keeps what a verification came to, and for how long. */
export async function keepCheck(tx: Transaction, cause: Cause, found: Verification, startedAt: Instant, at: Instant): Promise<void> {
  const { details, migration, fingerprint, objects, probes } = found
  await tx.sql`
    INSERT INTO schema_checks (id, cause, status, release, migration, fingerprint, objects, probes, findings, started_at, finished_at)
    VALUES (${newId()}, ${cause}, ${details.length === 0 ? 'sound' : 'drift'}, ${version}, ${migration}, decode(${fingerprint}, 'hex'), ${objects}, ${probes},
      ${JSON.stringify(details.slice(0, MOST_FINDINGS))}::text::jsonb, ${iso(startedAt)}::timestamptz, ${iso(at)}::timestamptz)`
  await tx.sql`DELETE FROM schema_checks WHERE finished_at < ${iso(addDays(at, -KEEP_DAYS))}::timestamptz`
}

type Row = typeof schemaChecks.$inferSelect
export type SchemaCheck = Pick<
  Row,
  'id' | 'cause' | 'status' | 'release' | 'migration' | 'objects' | 'probes' | 'startedAt' | 'finishedAt'
> & {
  findings: SchemaFinding[]
}

const columns = () =>
  rawSql()`id, cause, status, release, migration, objects, probes, findings, started_at AS "startedAt", finished_at AS "finishedAt"`

/** The newest check; undefined before the first. */
export async function lastCheck(): Promise<SchemaCheck | undefined> {
  const [check] = await rawSql()<SchemaCheck[]>`SELECT ${columns()} FROM schema_checks ORDER BY id DESC LIMIT 1`
  return check
}

export async function findCheck(id: Uuid): Promise<SchemaCheck | undefined> {
  const [check] = await rawSql()<SchemaCheck[]>`SELECT ${columns()} FROM schema_checks WHERE id = ${id}`
  return check
}

export type CheckSummary = Omit<SchemaCheck, 'findings'> & { count: number }

/** Checks from the newest on, before a given one; one more than `size` tells that there are others. */
export function listChecks(
  { drift }: { drift: boolean },
  { size, before }: { size: number; before?: Uuid | undefined },
): Promise<CheckSummary[]> {
  const sql = rawSql()
  return sql<CheckSummary[]>`
    SELECT id, cause, status, release, migration, objects, probes, jsonb_array_length(findings) AS count, started_at AS "startedAt", finished_at AS "finishedAt"
    FROM schema_checks WHERE true ${drift ? sql`AND status = 'drift'` : sql``} ${before ? sql`AND id < ${before}::uuid` : sql``}
    ORDER BY id DESC LIMIT ${size + 1}`
}

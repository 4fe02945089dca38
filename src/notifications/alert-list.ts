import * as v from 'valibot'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { reason } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { brokenRule, Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { rawSql, type Transaction } from '#src/platform/database'
import { ALERT_KINDS, type AlertAudience, type AlertKind } from './alert-kinds'
import { queueEnd } from './alerts'

/** Which alerts a console shows: administrators see what concerns the machine as well. */
export type AlertDesk = 'admin' | 'finance'
const AUDIENCES: Record<AlertDesk, readonly string[]> = { admin: ['admin', 'operations'], finance: ['finance'] }

/** The kinds that can come up at a desk. */
export const deskKinds = (desk: AlertDesk): AlertKind[] =>
  (Object.keys(ALERT_KINDS) as AlertKind[]).filter((kind) => AUDIENCES[desk].includes(ALERT_KINDS[kind].audience))

export type AlertRow = {
  id: Uuid
  kind: string
  subject: string
  audience: AlertAudience
  details: Record<string, string>
  occurrences: number
  firstAt: Instant
  lastAt: Instant
  closedAt: Instant | null
  closedByName: string | null
  note: string | null
}

export const ALERT_STATES = ['open', 'settled', 'all'] as const
export type AlertFilter = { state: (typeof ALERT_STATES)[number]; kind?: string | undefined }

/** One page of a desk's alerts, newest first. */
export async function alertsPage(desk: AlertDesk, { state, kind }: AlertFilter, keyset: Keyset): Promise<Slice<AlertRow>> {
  const sql = rawSql()
  const step = keyset.after ? sql`AND l.id < ${keyset.after}::uuid` : keyset.before ? sql`AND l.id > ${keyset.before}::uuid` : sql``
  const order = isBackwards(keyset) ? sql`ORDER BY l.id` : sql`ORDER BY l.id DESC`
  const byState = state === 'all' ? sql`` : state === 'open' ? sql`AND l.closed_at IS NULL` : sql`AND l.closed_at IS NOT NULL`
  const rows = await sql<AlertRow[]>`
    SELECT ${columns()} WHERE l.audience = ANY (${[...AUDIENCES[desk]]}) ${byState} ${kind ? sql`AND l.kind = ${kind}` : sql``}
      ${step} ${order} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ id }) => id)
}

/** What waits for somebody at a desk: how many alerts, since when, and of which kinds. */
export async function openAlerts(desk: AlertDesk): Promise<{ count: number; oldestAt: Instant | null; kinds: string[] }> {
  const [row] = await rawSql()<{ count: number; oldestAt: Instant | null; kinds: string[] | null }[]>`
    SELECT count(*)::int AS count, min(first_at) AS "oldestAt", array_agg(DISTINCT kind ORDER BY kind) AS kinds
    FROM alerts WHERE audience = ANY (${[...AUDIENCES[desk]]}) AND closed_at IS NULL`
  return { ...row!, kinds: row!.kinds ?? [] }
}

/** What a notice tells of, oldest first. */
export const alertsOfNotice = async (noticeId: Uuid): Promise<AlertRow[]> => [
  ...(await rawSql()<AlertRow[]>`
    SELECT ${columns()} JOIN alert_notice_alerts told ON told.alert_id = l.id WHERE told.notice_id = ${noticeId} ORDER BY l.id`),
]

/** One alert of a desk. Throws RESOURCE_NOT_FOUND. */
export async function requireAlert(desk: AlertDesk, id: Uuid): Promise<AlertRow> {
  const [row] = await rawSql()<AlertRow[]>`SELECT ${columns()} WHERE l.id = ${id} AND l.audience = ANY (${[...AUDIENCES[desk]]})`
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return row
}

const columns = () => rawSql()`
  l.id, l.kind, l.subject, l.audience, l.details, l.occurrences, l.first_at AS "firstAt", l.last_at AS "lastAt", l.closed_at AS "closedAt",
  a.name AS "closedByName", l.note
  FROM alerts l LEFT JOIN admin_accounts a ON a.id = l.closed_by`

export const AlertSettlement = v.strictObject({ reason })

/** Closes an alert by hand, with a reason; when it happens again a new one opens. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function closeAlert(
  tx: Transaction,
  desk: AlertDesk,
  id: Uuid,
  why: string,
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  type Locked = { kind: string; subject: string; occurrences: number; isOpen: boolean; wasTold: boolean }
  const [alert] = await tx.sql<Locked[]>`
    SELECT kind, subject, occurrences, closed_at IS NULL AS "isOpen", told_at IS NOT NULL AS "wasTold" FROM alerts
    WHERE id = ${id} AND audience = ANY (${[...AUDIENCES[desk]]}) FOR UPDATE`
  if (!alert) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  if (!alert.isOpen) throw brokenRule('ALREADY_PROCESSED', 'reason')
  await tx.sql`UPDATE alerts SET closed_at = ${iso(at)}::timestamptz, closed_by = ${actor.id}, note = ${why} WHERE id = ${id}`
  const { kind, subject, occurrences, wasTold } = alert
  await queueEnd(tx, { id, kind, wasTold })
  await record(
    tx,
    { actor, origin, operation: 'alert_settle', target: { kind: 'alert', id }, details: { kind, subject, occurrences, reason: why } },
    at,
  )
}

import { addSeconds, businessDay, type Instant, iso, startOfDay } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** A game whose end nobody reported is taken for over after this long. */
const LONGEST_LIVE_SECONDS = 4 * 3_600

type Row = {
  operators: number
  newToday: number
  active: number
  inactive: number
  liveGames: number
  livePlayers: number
  requests: number
  requestsOldest: Instant | null
  locked: number
  lockedOldest: Instant | null
  alerts: number
  alertsOldest: Instant | null
  chain: 'running' | 'intact' | 'broken' | 'failed' | null
  chainAt: Instant | null
  schema: 'sound' | 'drift' | null
  schemaAt: Instant | null
  /** Operators whose books an audit of the last minutes or the night found wrong, as long as nobody settled it. */
  ledgerAlerts: number
}

/** What the administrators' first page counts, in one statement: accounts, games under way, what waits, the lights of the audit chain and the schema. */
export async function adminFacts(now: Instant) {
  const [row] = await rawSql()<Row[]>`
    SELECT o.*, a.*, u.*, r.*, l.*, c.chain, c."chainAt", s.schema, s."schemaAt"
    FROM (SELECT count(*)::int AS operators, (count(*) FILTER (WHERE created_at >= ${iso(startOfDay(businessDay(now)))}::timestamptz))::int AS "newToday",
                 (count(*) FILTER (WHERE is_locked))::int AS locked, min(locked_at) AS "lockedOldest"
          FROM operator_accounts WHERE deactivated_at IS NULL) o,
         (SELECT (count(*) FILTER (WHERE is_active))::int AS active, (count(*) FILTER (WHERE NOT is_active))::int AS inactive FROM applications) a,
         (SELECT count(*)::int AS "liveGames", coalesce(sum(player_count), 0)::int AS "livePlayers" FROM usage_records
          WHERE started_at > ${iso(addSeconds(now, -LONGEST_LIVE_SECONDS))}::timestamptz AND started_at <= ${iso(now)}::timestamptz AND ended_at IS NULL) u,
         (SELECT count(*)::int AS requests, min(created_at) AS "requestsOldest" FROM application_authorization_requests WHERE status = 'pending') r,
         (SELECT count(*)::int AS alerts, min(first_at) AS "alertsOldest", (count(*) FILTER (WHERE kind = 'ledger_findings'))::int AS "ledgerAlerts" FROM alerts
          WHERE audience IN ('admin', 'operations') AND closed_at IS NULL) l
    LEFT JOIN LATERAL (
      SELECT status AS chain, coalesce(finished_at, started_at) AS "chainAt" FROM audit_checks ORDER BY id DESC LIMIT 1) c ON true
    LEFT JOIN LATERAL (SELECT status AS schema, finished_at AS "schemaAt" FROM schema_checks ORDER BY id DESC LIMIT 1) s ON true`
  return row!
}

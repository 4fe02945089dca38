import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { holdsKey, lockOperators } from '#src/ledger/lock'
import type { Querying, Transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import type { Application, Call, Grant, Site, Usage, World } from './decide'

/** How long to wait for an account that somebody holds: not at all, for as long as another batch takes, or as long as the pool allows. */
export type Patience = 'none' | 'short' | 'long'

/** Far more than a batch of another process takes, far less than a caller notices. */
const SHORT_WAIT_MS = '200'

/**
 * Locks the operators of these calls, then reads what their decisions depend on, one query each. All of it is sent in one go; the
 * connection keeps the order and each query sees what was committed when it starts. So everything is read after the lock, and a twin
 * that another process has just committed is already a known session here.
 */
export async function readWorld(tx: Transaction, calls: Call[], now: Instant, patience: Patience): Promise<World> {
  const apiKeys = distinct(calls.map((call) => call.apiKeySha256))
  const applicationIds = distinct(calls.map((call) => call.start.applicationId))
  const siteIds = distinct(calls.map((call) => call.start.siteId))
  // A query of the driver starts when it is first awaited, unless it is told to: these two must come before all others, in this order.
  const limiting = patience === 'short' ? tx.sql`SELECT set_config('lock_timeout', ${SHORT_WAIT_MS}, true)`.execute() : undefined
  const locking = lockOperators(tx, { apiKeys }, { skipHeld: patience === 'none' }).execute()
  const [, operators, buckets, sessions, sites, applications, grants] = await Promise.all([
    limiting,
    locking,
    readBuckets(tx, apiKeys),
    readSessions(tx, calls),
    readSites(tx, siteIds),
    readApplications(tx, applicationIds),
    readGrantsByKey(tx, apiKeys, applicationIds),
  ])
  return {
    now,
    operators,
    buckets,
    sessions,
    sites,
    applications,
    grants,
    limit: { perMinute: setting('rate_limit_per_minute'), burst: setting('rate_limit_burst') },
    sessionSkewSeconds: setting('session_id_max_skew_seconds'),
  }
}

const distinct = <T>(values: T[]): T[] => [...new Set(values)]

async function readBuckets(tx: Transaction, apiKeys: string[]): Promise<Map<Uuid, Instant>> {
  const rows = await tx.sql<{ operatorId: Uuid; fullAt: Instant }[]>`
    SELECT operator_id AS "operatorId", full_at AS "fullAt" FROM operator_accounts JOIN rate_limit_buckets ON operator_id = id
    WHERE ${holdsKey(tx, apiKeys)}`
  return new Map(rows.map((row) => [row.operatorId, row.fullAt]))
}

const readGrantsByKey = (tx: Transaction, apiKeys: string[], applicationIds: Uuid[]): Promise<Grant[]> =>
  tx.sql<Grant[]>`
    SELECT g.operator_id AS "operatorId", g.application_id AS "applicationId", g.expires_at AS "expiresAt"
    FROM operator_accounts o
    JOIN operator_app_authorizations g ON g.operator_id = o.id AND g.application_id = ANY (${applicationIds}::uuid[]) AND g.revoked_at IS NULL
    WHERE ${holdsKey(tx, apiKeys)}`

/**
 * Sessions of these calls that were charged before. Each is one step into the unique index: asked for as "the first from here on",
 * because only that index gives the order. Asked for by equality alone, a plan made while the table was small may walk all games of
 * the operator instead, and stays.
 */
export async function readSessions({ sql }: Querying, calls: Call[]): Promise<Usage[]> {
  const wanted = calls.flatMap(({ session }) => (session ? [session] : []))
  if (wanted.length === 0) return []
  return sql<Usage[]>`
    SELECT u.id, u.operator_id AS "operatorId", u.site_id AS "siteId", u.application_id AS "applicationId", u.session_id AS "sessionId",
           encode(u.request_hash, 'hex') AS "requestHash", u.app_name AS "appName", u.player_count AS "playerCount",
           u.unit_price_fen AS "unitPrice", u.total_fen AS total, u.authorization_token AS "authorizationToken",
           u.ledger_seq AS "ledgerSeq", u.balance_after_fen AS "balanceAfter", u.client_ip AS "clientIp", u.started_at AS "startedAt"
    FROM unnest(${wanted.map((one) => one.operatorId)}::uuid[], ${wanted.map((one) => one.text)}::text[]) AS wanted (operator_id, session_id)
    CROSS JOIN LATERAL (
      SELECT * FROM usage_records WHERE operator_id = wanted.operator_id AND session_id >= wanted.session_id COLLATE "C"
      ORDER BY session_id LIMIT 1
    ) u
    WHERE u.session_id = wanted.session_id COLLATE "C"`
}

export const readSites = ({ sql }: Querying, ids: Uuid[]): Promise<Site[]> =>
  sql<Site[]>`
    SELECT id, operator_id AS "operatorId", name, deleted_at AS "deletedAt" FROM operation_sites WHERE id = ANY (${ids}::uuid[])`

export const readApplications = ({ sql }: Querying, ids: Uuid[]): Promise<Application[]> =>
  sql<Application[]>`
    SELECT id, app_name AS name, unit_price_fen AS "unitPrice", min_players AS "minPlayers", max_players AS "maxPlayers",
           is_active AS "isActive"
    FROM applications WHERE id = ANY (${ids}::uuid[])`

export const readGrants = ({ sql }: Querying, operatorIds: Uuid[], applicationIds: Uuid[]): Promise<Grant[]> =>
  sql<Grant[]>`
    SELECT operator_id AS "operatorId", application_id AS "applicationId", expires_at AS "expiresAt" FROM operator_app_authorizations
    WHERE operator_id = ANY (${operatorIds}::uuid[]) AND application_id = ANY (${applicationIds}::uuid[]) AND revoked_at IS NULL`

import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import type { Querying, Transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import type { Application, Call, Grant, Site, Usage, World } from './decide'

/**
 * Locks the operators of these calls, then reads what their decisions depend on, one query each. Everything is read after the lock,
 * so a twin that another process has just committed is already a known session here.
 */
export async function readWorld(tx: Transaction, calls: Call[], now: Instant): Promise<World> {
  const operators = await lockOperators(tx, { apiKeys: distinct(calls.map((call) => call.apiKeySha256)) })
  const ids = operators.map((operator) => operator.id)
  const applicationIds = distinct(calls.map((call) => call.start.applicationId))
  const siteIds = distinct(calls.map((call) => call.start.siteId))
  const [buckets, sessions, sites, applications, grants] = await Promise.all([
    readBuckets(tx, ids),
    readSessions(tx, calls, operators),
    readSites(tx, siteIds),
    readApplications(tx, applicationIds),
    readGrants(tx, ids, applicationIds),
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

async function readBuckets({ sql }: Transaction, operatorIds: Uuid[]): Promise<Map<Uuid, Instant>> {
  const rows = await sql<{ operatorId: Uuid; fullAt: Instant }[]>`
    SELECT operator_id AS "operatorId", full_at AS "fullAt" FROM rate_limit_buckets WHERE operator_id = ANY (${operatorIds}::uuid[])`
  return new Map(rows.map((row) => [row.operatorId, row.fullAt]))
}

/** Sessions of these calls that were charged before. Pairs of operator and session, so each is one step into the unique index. */
export async function readSessions(
  { sql }: Querying,
  calls: Call[],
  operators: Pick<LockedOperator, 'id' | 'apiKeySha256'>[],
): Promise<Usage[]> {
  const owner = new Map(operators.map((operator) => [operator.apiKeySha256, operator.id]))
  const wanted = calls.flatMap((call) => {
    const operatorId = owner.get(call.apiKeySha256)
    return call.session && operatorId === call.session.operatorId ? [{ operatorId, session: call.session.text }] : []
  })
  if (wanted.length === 0) return []
  return sql<Usage[]>`
    SELECT u.id, u.operator_id AS "operatorId", u.site_id AS "siteId", u.application_id AS "applicationId", u.session_id AS "sessionId",
           encode(u.request_hash, 'hex') AS "requestHash", u.app_name AS "appName", u.player_count AS "playerCount",
           u.unit_price_fen AS "unitPrice", u.total_fen AS total, u.authorization_token AS "authorizationToken",
           u.ledger_seq AS "ledgerSeq", u.balance_after_fen AS "balanceAfter", u.client_ip AS "clientIp", u.started_at AS "startedAt"
    FROM unnest(${wanted.map((one) => one.operatorId)}::uuid[], ${wanted.map((one) => one.session)}::text[]) AS wanted (operator_id, session_id)
    JOIN usage_records u ON u.operator_id = wanted.operator_id AND u.session_id = wanted.session_id COLLATE "C"`
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

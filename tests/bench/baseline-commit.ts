import type { Outcome } from '#src/authorize/commit-batch'
import { type Call, type Decision, decide, type Usage, type World } from '#src/authorize/decide'
import type { GroupCommit } from '#src/authorize/group-commit'
import { Problem } from '#src/core/problem'
import { type Instant, now, stopwatch } from '#src/core/time'
import type { JournalRow } from '#src/ledger/chain'
import { type LockedOperator, lockedColumns } from '#src/ledger/lock'
import { isDatabaseLost, rawSql, type Transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'

/**
 * The baseline: what `group-commit.ts` is replaced by in `baseline-server.ts`. One transaction and one SELECT … FOR UPDATE per request,
 * with the same ladder, the same rows, the same hash chain. Written as well as that can be: single-row prepared statements, all reads
 * sent together and all writes sent together without waiting in between.
 */
export function groupCommit(): GroupCommit<Call, Outcome> {
  const submit = async (call: Call): Promise<Outcome> => {
    try {
      return await commitOne(call)
    } catch (error) {
      return { verdict: 'failed', error: isDatabaseLost(error) ? new Problem('SERVICE_UNAVAILABLE', { retry_after: 1 }) : error }
    }
  }
  return { submit }
}

/**
 * Two round trips: BEGIN, lock and reads go out together, then all writes and COMMIT. A write that fails aborts the transaction, so
 * the COMMIT behind it rolls back.
 */
async function commitOne(call: Call): Promise<Decision> {
  const elapsed = stopwatch()
  const sql = await rawSql().reserve()
  const tx = { sql } as unknown as Transaction
  try {
    const begun = sql.unsafe('BEGIN').execute()
    const [, world] = await Promise.all([begun, readWorld(tx, call)])
    const { decisions, buckets } = decide([call], world)
    const decision = decisions[0]!
    const writes: Promise<unknown>[] = []
    if (decision.verdict === 'charged') writes.push(insertUsage(tx, decision.usage), insertJournal(tx, decision.journal))
    for (const [operatorId, fullAt] of buckets) writes.push(saveBucket(tx, operatorId, fullAt))
    writes.push(insertLog(tx, call, decision, world.now, Math.round(elapsed() * 1000)), sql.unsafe('COMMIT'))
    await Promise.all(writes)
    return decision
  } catch (error) {
    await sql.unsafe('ROLLBACK').catch(() => {})
    throw error
  } finally {
    sql.release()
  }
}

type Read = {
  fullAt: Instant | null
  siteId: string | null
  siteOwner: string
  siteName: string
  siteDeletedAt: Instant | null
  applicationId: string | null
  appName: string
  unitPrice: Usage['unitPrice']
  minPlayers: number
  maxPlayers: number
  isActive: boolean
  grantId: string | null
  grantExpiresAt: Instant | null
}

/**
 * The lock goes first on the connection, so what follows it is read after the lock is held. Bucket, site, application and grant come
 * in one row; the session is a statement of its own because a receipt needs all its columns.
 */
async function readWorld(tx: Transaction, call: Call): Promise<World> {
  const at = now()
  const [operators, sessions, [read]] = await Promise.all([lockOperator(tx, call), readSession(tx, call), readPlace(tx, call)])
  const operator = operators[0]
  const { siteId, applicationId } = call.start
  return {
    now: at,
    operators,
    buckets: new Map(operator && read?.fullAt ? [[operator.id, read.fullAt]] : []),
    sessions,
    sites: read?.siteId ? [{ id: siteId, operatorId: read.siteOwner, name: read.siteName, deletedAt: read.siteDeletedAt }] : [],
    applications: read?.applicationId
      ? [
          {
            id: applicationId,
            name: read.appName,
            unitPrice: read.unitPrice,
            minPlayers: read.minPlayers,
            maxPlayers: read.maxPlayers,
            isActive: read.isActive,
          },
        ]
      : [],
    grants: operator && read?.grantId ? [{ operatorId: operator.id, applicationId, expiresAt: read.grantExpiresAt }] : [],
    limit: { perMinute: setting('rate_limit_per_minute'), burst: setting('rate_limit_burst') },
    sessionSkewSeconds: setting('session_id_max_skew_seconds'),
  }
}

const lockOperator = (tx: Transaction, call: Call): Promise<LockedOperator[]> =>
  tx.sql<LockedOperator[]>`
    SELECT ${lockedColumns(tx)} FROM operator_accounts WHERE api_key_sha256 = decode(${call.apiKeySha256}, 'hex') FOR NO KEY UPDATE`

async function readSession({ sql }: Transaction, call: Call): Promise<Usage[]> {
  if (!call.session) return []
  return sql<Usage[]>`
    SELECT u.id, u.operator_id AS "operatorId", u.site_id AS "siteId", u.application_id AS "applicationId", u.session_id AS "sessionId",
           encode(u.request_hash, 'hex') AS "requestHash", u.app_name AS "appName", u.player_count AS "playerCount",
           u.unit_price_fen AS "unitPrice", u.total_fen AS total, u.authorization_token AS "authorizationToken",
           u.ledger_seq AS "ledgerSeq", u.balance_after_fen AS "balanceAfter", u.client_ip AS "clientIp", u.started_at AS "startedAt"
    FROM (
      SELECT * FROM usage_records WHERE operator_id = ${call.session.operatorId} AND session_id >= ${call.session.text} ORDER BY session_id LIMIT 1
    ) u
    WHERE u.session_id = ${call.session.text}`
}

const readPlace = ({ sql }: Transaction, call: Call): Promise<Read[]> =>
  sql<Read[]>`
    SELECT b.full_at AS "fullAt", s.id AS "siteId", s.operator_id AS "siteOwner", s.name AS "siteName", s.deleted_at AS "siteDeletedAt",
           a.id AS "applicationId", a.app_name AS "appName", a.unit_price_fen AS "unitPrice", a.min_players AS "minPlayers",
           a.max_players AS "maxPlayers", a.is_active AS "isActive", g.id AS "grantId", g.expires_at AS "grantExpiresAt"
    FROM operator_accounts o
    LEFT JOIN rate_limit_buckets b ON b.operator_id = o.id
    LEFT JOIN operation_sites s ON s.id = ${call.start.siteId}
    LEFT JOIN applications a ON a.id = ${call.start.applicationId}
    LEFT JOIN operator_app_authorizations g ON g.operator_id = o.id AND g.application_id = ${call.start.applicationId} AND g.revoked_at IS NULL
    WHERE o.api_key_sha256 = decode(${call.apiKeySha256}, 'hex')`

const insertUsage = ({ sql }: Transaction, usage: Usage): Promise<unknown> => sql`
  INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen,
    total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at)
  VALUES (${usage.id}, ${usage.operatorId}, ${usage.siteId}, ${usage.applicationId}, ${usage.sessionId}, decode(${usage.requestHash}, 'hex'),
    ${usage.appName}, ${usage.playerCount}, ${usage.unitPrice}, ${usage.total}, ${usage.authorizationToken}, ${usage.ledgerSeq},
    ${usage.balanceAfter}, ${usage.clientIp}, ${usage.startedAt})`

const insertJournal = ({ sql }: Transaction, row: JournalRow): Promise<unknown> => sql`
  INSERT INTO transaction_records (operator_id, seq, id, type, debit_account, credit_account, amount_fen, balance_before_fen,
    balance_after_fen, usage_id, description, created_at, prev_hash, hash)
  VALUES (${row.operatorId}, ${row.seq}, ${row.id}, ${row.type}, ${row.debitAccount}, ${row.creditAccount}, ${row.amount},
    ${row.balanceBefore}, ${row.balanceAfter}, ${row.usageId}, ${row.description}, ${row.createdAt}, decode(${row.prevHash}, 'hex'),
    decode(${row.hash}, 'hex'))`

const saveBucket = ({ sql }: Transaction, operatorId: string, fullAt: Instant): Promise<unknown> => sql`
  INSERT INTO rate_limit_buckets (operator_id, full_at) VALUES (${operatorId}, ${fullAt})
  ON CONFLICT (operator_id) DO UPDATE SET full_at = excluded.full_at`

const RESULTS = { charged: 'accepted', replayed: 'replayed', refused: 'refused' } as const

const insertLog = ({ sql }: Transaction, call: Call, decision: Decision, at: Instant, durationUs: number): Promise<unknown> => sql`
  INSERT INTO api_key_usage_logs (at, request_id, operation, key_sha256, operator_id, site_id, application_id, session_id, result, code,
    ip, user_agent, duration_us)
  VALUES (${at}, ${call.requestId}, 'authorize', decode(${call.apiKeySha256}, 'hex'), ${decision.operatorId ?? null}, ${call.start.siteId},
    ${call.start.applicationId}, ${call.session?.text ?? null}, ${RESULTS[decision.verdict]},
    ${decision.verdict === 'refused' ? decision.problem.code : null}, ${call.ip}, ${call.userAgent}, ${durationUs})`

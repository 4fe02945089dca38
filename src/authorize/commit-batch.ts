import { findByApiKey } from '#src/accounts/api-keys'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { type Instant, now, stopwatch } from '#src/core/time'
import { appendRows } from '#src/ledger/transfer'
import { isDatabaseLost, rawSql, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { type Call, type Decision, decide, type Usage } from './decide'
import { insertRequestLogs, type RequestLogRow } from './request-log'
import { readSessions, readWorld } from './world'

/** What a caller is answered: a decision that is committed, or the failure that kept us from one. */
export type Outcome =
  | { verdict: 'charged' | 'replayed'; usage: Usage }
  | { verdict: 'refused'; problem: Problem }
  | { verdict: 'failed'; error: unknown }

/**
 * Decides and charges a batch in one transaction; the outcomes stand in the order of the calls and only after COMMIT. When the batch
 * as a whole fails, its calls run one by one, so that one bad call never fails its neighbours.
 */
export async function commitBatch(calls: Call[]): Promise<Outcome[]> {
  const since = now()
  try {
    return await decideAndCharge(calls)
  } catch (error) {
    if (isDatabaseLost(error)) return settleUnknown(calls, since, error)
    log('error', 'batch failed', { operation: 'authorize', calls: calls.length, error })
    if (calls.length === 1) return [{ verdict: 'failed', error }]
    const outcomes: Outcome[] = []
    for (const call of calls) outcomes.push(...(await commitBatch([call])))
    return outcomes
  }
}

async function decideAndCharge(calls: Call[]): Promise<Decision[]> {
  const elapsed = stopwatch()
  const decisions = await transaction(async (tx) => {
    faultPoint('begun')
    const at = now()
    const decided = decide(calls, await readWorld(tx, calls, at))
    faultPoint('decided')
    const charged = decided.decisions.flatMap((decision) => (decision.verdict === 'charged' ? [decision] : []))
    const durationUs = Math.round(elapsed() * 1000)
    // One after the other on one connection, without waiting in between: the order is the order of the foreign keys.
    await Promise.all([
      insertUsages(
        tx,
        charged.map((decision) => decision.usage),
      ).then(() => faultPoint('usage_written')),
      appendRows(
        tx,
        charged.map((decision) => decision.journal),
      ).then(() => faultPoint('ledger_written')),
      saveBuckets(tx, decided.buckets),
      insertRequestLogs(
        tx.sql,
        calls.map((call, index) => logRow(call, decided.decisions[index]!, at, durationUs)),
      ),
    ])
    faultPoint('before_commit')
    return decided.decisions
  })
  faultPoint('after_commit')
  return decisions
}

async function insertUsages({ sql }: Transaction, usages: Usage[]): Promise<void> {
  if (usages.length === 0) return
  const column = <T>(pick: (usage: Usage) => T): T[] => usages.map(pick)
  await sql`
    INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen,
      total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at)
    SELECT id, operator_id, site_id, application_id, session_id, decode(request_hash, 'hex'), app_name, players, price, total, token, seq,
      balance, ip, at
    FROM unnest(${column((usage) => usage.id)}::uuid[], ${column((usage) => usage.operatorId)}::uuid[],
      ${column((usage) => usage.siteId)}::uuid[], ${column((usage) => usage.applicationId)}::uuid[],
      ${column((usage) => usage.sessionId)}::text[], ${column((usage) => usage.requestHash)}::text[],
      ${column((usage) => usage.appName)}::text[], ${column((usage) => usage.playerCount)}::int[],
      ${column((usage) => String(usage.unitPrice))}::bigint[], ${column((usage) => String(usage.total))}::bigint[],
      ${column((usage) => usage.authorizationToken)}::uuid[], ${column((usage) => String(usage.ledgerSeq))}::bigint[],
      ${column((usage) => String(usage.balanceAfter))}::bigint[], ${column((usage) => usage.clientIp)}::text[],
      ${column((usage) => usage.startedAt.toISOString())}::timestamptz[])
      AS t (id, operator_id, site_id, application_id, session_id, request_hash, app_name, players, price, total, token, seq, balance, ip, at)`
}

async function saveBuckets({ sql }: Transaction, buckets: Map<Uuid, Instant>): Promise<void> {
  if (buckets.size === 0) return
  await sql`
    INSERT INTO rate_limit_buckets (operator_id, full_at)
    SELECT * FROM unnest(${[...buckets.keys()]}::uuid[], ${[...buckets.values()].map((at) => at.toISOString())}::timestamptz[])
    ON CONFLICT (operator_id) DO UPDATE SET full_at = excluded.full_at`
}

/**
 * The connection died, perhaps at COMMIT: nobody knows whether the batch counts. The sessions are looked up on a new connection;
 * what is there is answered from its row, the rest is told to come again with the same session id.
 */
async function settleUnknown(calls: Call[], since: Instant, error: unknown): Promise<Outcome[]> {
  log('warn', 'connection lost under a batch', { operation: 'authorize', calls: calls.length, error })
  const found = await foundSessions(calls)
  return calls.map((call, index) => {
    const usage = found[index]
    if (usage && usage.requestHash === call.requestHash) return { verdict: usage.startedAt < since ? 'replayed' : 'charged', usage }
    return { verdict: 'failed', error: new Problem('SERVICE_UNAVAILABLE', { retry_after: 1 }) }
  })
}

/** What is stored of each call's session, if it is the session of the key's owner: no decision has compared them yet. */
async function foundSessions(calls: Call[]): Promise<(Usage | undefined)[]> {
  try {
    const keys = [...new Set(calls.map((call) => call.apiKeySha256))]
    const [usages, owners] = await Promise.all([readSessions({ sql: rawSql() }, calls), Promise.all(keys.map(findByApiKey))])
    const ownerOf = new Map(keys.map((key, index) => [key, owners[index]?.id]))
    const stored = new Map(usages.map((usage) => [usage.sessionId, usage]))
    return calls.map((call) => {
      const usage = call.session && stored.get(call.session.text)
      return usage?.operatorId === ownerOf.get(call.apiKeySha256) ? usage : undefined
    })
  } catch {
    return calls.map(() => undefined)
  }
}

const RESULTS = { charged: 'accepted', replayed: 'replayed', refused: 'refused' } as const

function logRow(call: Call, decision: Decision, at: Instant, durationUs: number): RequestLogRow {
  return {
    at,
    requestId: call.requestId,
    operation: 'authorize',
    keySha256: call.apiKeySha256,
    operatorId: decision.operatorId ?? null,
    siteId: call.start.siteId,
    applicationId: call.start.applicationId,
    sessionId: call.session?.text ?? null,
    result: RESULTS[decision.verdict],
    code: decision.verdict === 'refused' ? decision.problem.code : null,
    ip: call.ip,
    userAgent: call.userAgent,
    durationUs,
  }
}

import { findByApiKey } from '#src/accounts/api-keys'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { type Instant, now, stopwatch } from '#src/core/time'
import { appendRows } from '#src/ledger/transfer'
import { errorCode, isDatabaseLost, LOCK_NOT_AVAILABLE, rawSql, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { type Call, type Decided, type Decision, decide, type Usage, type World } from './decide'
import { insertRequestLogs, type RequestLogRow } from './request-log'
import { type Patience, readSessions, readWorld } from './world'

/** What a caller is answered: a decision that is committed, or the failure that kept us from one. */
export type Outcome =
  | { verdict: 'charged' | 'replayed'; usage: Usage }
  | { verdict: 'refused'; problem: Problem }
  | { verdict: 'failed'; error: unknown }

type Postpone = (call: Call) => Promise<Outcome>

/**
 * Decides and charges a batch in one transaction; the outcomes stand in the order of the calls and only after COMMIT. An account that
 * somebody holds is not waited for: `postpone` takes its calls and the others are answered.
 */
export async function commitBatch(calls: Call[], postpone: Postpone): Promise<(Outcome | Promise<Outcome>)[]> {
  const since = now()
  try {
    return await decideAndCharge(calls, 'short')
  } catch (error) {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) return afterFailure(calls, since, error)
    return await commitFree(calls, since, postpone)
  }
}

/** The calls whose accounts are free now; the others are postponed. */
async function commitFree(calls: Call[], since: Instant, postpone: Postpone): Promise<(Outcome | Promise<Outcome>)[]> {
  try {
    const decisions = await decideAndCharge(calls, 'none')
    return decisions.map((decision, index) => decision ?? postpone(calls[index]!))
  } catch (error) {
    return afterFailure(calls, since, error)
  }
}

/** Calls of one account that was held: waits for it as long as the pool allows, then says to come again. */
export async function commitWaiting(calls: Call[]): Promise<Outcome[]> {
  const since = now()
  try {
    return await decideAndCharge(calls, 'long')
  } catch (error) {
    return afterFailure(calls, since, error)
  }
}

/** When a batch as a whole fails, its calls run one by one: one bad call never fails its neighbours. */
async function afterFailure(calls: Call[], since: Instant, error: unknown): Promise<Outcome[]> {
  if (isDatabaseLost(error)) return settleUnknown(calls, since, error)
  log('error', 'batch failed', { operation: 'authorize', calls: calls.length, error })
  if (calls.length === 1) return [{ verdict: 'failed', error }]
  const outcomes: Outcome[] = []
  for (const call of calls) outcomes.push(...(await commitWaiting([call])))
  return outcomes
}

/** One transaction. With no patience the calls of held accounts are left undecided: undefined stands in their place. */
async function decideAndCharge(calls: Call[], patience: 'short' | 'long'): Promise<Decision[]>
async function decideAndCharge(calls: Call[], patience: Patience): Promise<(Decision | undefined)[]>
async function decideAndCharge(calls: Call[], patience: Patience): Promise<(Decision | undefined)[]> {
  const elapsed = stopwatch()
  const decisions = await transaction((tx) => decideAndWrite(tx, calls, patience, elapsed), { waitsForLocks: patience === 'long' })
  faultPoint('after_commit')
  return calls.map((call) => decisions.get(call))
}

/**
 * Everything between BEGIN and COMMIT: reads under the operators' locks, decides, writes games, journal, buckets and log rows. Gives the
 * decision of each call; with no patience the calls of held accounts are left out.
 */
export async function decideAndWrite(
  tx: Transaction,
  calls: Call[],
  patience: Patience,
  elapsed = stopwatch(),
): Promise<Map<Call, Decision>> {
  faultPoint('begun')
  const at = now()
  const world = await readWorld(tx, calls, at, patience)
  const free = patience === 'none' ? freeCalls(calls, world) : calls
  const decided = decide(free, world)
  faultPoint('decided')
  await write(tx, free, decided, at, Math.round(elapsed() * 1000))
  faultPoint('before_commit')
  return new Map(free.map((call, index) => [call, decided.decisions[index]!]))
}

const freeCalls = (calls: Call[], { operators }: World): Call[] => {
  const locked = new Set(operators.flatMap((operator) => [operator.apiKeySha256, operator.previousApiKeySha256]))
  return calls.filter((call) => locked.has(call.apiKeySha256))
}

/** One statement after the other on one connection, without waiting in between: the order is the order of the foreign keys. */
async function write(tx: Transaction, calls: Call[], { decisions, buckets }: Decided, at: Instant, durationUs: number): Promise<void> {
  const charged = decisions.flatMap((decision) => (decision.verdict === 'charged' ? [decision] : []))
  const usages = charged.map((decision) => decision.usage)
  const journal = charged.map((decision) => decision.journal)
  const logs = calls.map((call, index) => logRow(call, decisions[index]!, at, durationUs))
  await Promise.all([
    insertUsages(tx, usages).then(() => faultPoint('usage_written')),
    appendRows(tx, journal).then(() => faultPoint('ledger_written')),
    saveBuckets(tx, buckets),
    insertRequestLogs(tx.sql, logs),
  ])
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
    const [usages, owners] = await Promise.all([
      readSessions({ sql: rawSql() }, calls),
      Promise.all(keys.map((key) => findByApiKey(key, now()))),
    ])
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

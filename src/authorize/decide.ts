import { newId, showId, type Uuid } from '#src/core/ids'
import { type Money, minus, times, yuan } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import type { JournalRow } from '#src/ledger/chain'
import { goodKeys, type LockedOperator } from '#src/ledger/lock'
import { headAfter, journalRow, type LedgerHead } from '#src/ledger/transfer'
import { isListed } from '#src/platform/address-list'
import { type Limit, takeToken } from '#src/platform/rate-limit'
import type { GameStart } from './input'
import type { SessionId } from './session-id'

/** One signed and well-formed call that waits for its decision. */
export type Call = {
  apiKeySha256: string
  /** As sent; `session` is undefined when it cannot be parsed. */
  sessionText: string
  session: SessionId | undefined
  start: GameStart
  requestHash: string
  ip: string
  userAgent: string
  requestId: Uuid
}

/** A game start as it is stored. Receipts and replays are built from this row alone. */
export type Usage = {
  id: Uuid
  operatorId: Uuid
  siteId: Uuid
  applicationId: Uuid
  sessionId: string
  requestHash: string
  appName: string
  playerCount: number
  unitPrice: Money
  total: Money
  authorizationToken: Uuid
  ledgerSeq: bigint
  balanceAfter: Money
  clientIp: string
  startedAt: Instant
}

export type Site = { id: Uuid; operatorId: Uuid; name: string; deletedAt: Instant | null }
export type Application = { id: Uuid; name: string; unitPrice: Money; minPlayers: number; maxPlayers: number; isActive: boolean }
export type Grant = { operatorId: Uuid; applicationId: Uuid; expiresAt: Instant | null }

/** Everything a batch of decisions depends on, read under the operators' locks. */
export type World = {
  now: Instant
  operators: LockedOperator[]
  /** When each operator's bucket is full again; absent means full. */
  buckets: Map<Uuid, Instant>
  sessions: Usage[]
  sites: Site[]
  applications: Application[]
  grants: Grant[]
  limit: Limit
  sessionSkewSeconds: number
}

export type Decision =
  | { verdict: 'charged'; operatorId: Uuid; usage: Usage; journal: JournalRow }
  | { verdict: 'replayed'; operatorId: Uuid; usage: Usage }
  | { verdict: 'refused'; operatorId: Uuid | undefined; problem: Problem }

export type Decided = { decisions: Decision[]; buckets: Map<Uuid, Instant> }

/** One operator while its calls are decided: each decision sees what the earlier ones of the batch left over. */
type Account = { operator: LockedOperator; head: LedgerHead; sessions: Map<string, Usage> }

type Index = {
  accounts: Map<string, Account>
  sites: Map<Uuid, Site>
  applications: Map<Uuid, Application>
  grants: Map<string, Grant>
}

/** Decides calls first come, first served. Pure: the same calls in the same world give the same decisions, ids and tokens aside. */
export function decide(calls: Call[], world: World): Decided {
  const index = indexWorld(world)
  const buckets = new Map<Uuid, Instant>()
  const decisions = calls.map((call) => {
    const account = index.accounts.get(call.apiKeySha256)
    if (!account) return refuse(undefined, 'INVALID_API_KEY')
    // A key that is good elsewhere only is told like no key at all; the log alone knows whose it is.
    if (!isListed(account.operator.apiKeyAddresses, call.ip)) return refuse(account.operator.id, 'INVALID_API_KEY')
    const decision = decideOne(call, account, index, world, buckets)
    if (decision.verdict === 'charged') {
      account.head = headAfter(decision.journal)
      account.sessions.set(decision.usage.sessionId, decision.usage)
    }
    return decision
  })
  return { decisions, buckets }
}

/** The order of the guards is the order of the codes (API 1.3, rungs 5–12). */
function decideOne(call: Call, account: Account, index: Index, world: World, buckets: Map<Uuid, Instant>): Decision {
  const { operator } = account
  const refused = refuseAccount(operator) ?? refuseRate(operator, world, buckets)
  if (refused) return refused

  const known = call.session && account.sessions.get(call.session.text)
  if (known) return replay(call, known)

  const session = call.session
  if (!session)
    return refuse(operator.id, 'INVALID_SESSION_ID_FORMAT', { session_id: call.sessionText.slice(0, 128), expected: SESSION_FORMAT })
  if (session.operatorId !== operator.id) return refuse(operator.id, 'SESSION_ID_OPERATOR_MISMATCH')
  if (Math.abs(world.now.getTime() - session.time.getTime()) > world.sessionSkewSeconds * 1000)
    return refuseStale(operator.id, session, world)

  const place = {
    site: index.sites.get(call.start.siteId),
    application: index.applications.get(call.start.applicationId),
    grant: index.grants.get(`${operator.id}/${call.start.applicationId}`),
  }
  const problem = placeProblem(operator.id, call.start, place, world.now)
  if (problem || !place.application) return { verdict: 'refused', operatorId: operator.id, problem: problem as Problem }
  return charge(call, session, account, place.application, world.now)
}

const SESSION_FORMAT = '{operatorId}_{timestamp}_{16位字母数字}'

function refuseAccount(operator: LockedOperator): Decision | undefined {
  const refused = accountProblem(operator)
  return refused && { verdict: 'refused', operatorId: operator.id, problem: refused }
}

/** Rung 5, for every headset call: why this account may not be used, if so. */
export function accountProblem(
  operator: Pick<LockedOperator, 'isLocked' | 'lockedAt' | 'lockedReason' | 'deactivatedAt'>,
): Problem | undefined {
  if (operator.isLocked)
    return new Problem('ACCOUNT_LOCKED', { locked_at: operator.lockedAt && iso(operator.lockedAt), reason: operator.lockedReason })
  if (operator.deactivatedAt) return new Problem('ACCOUNT_DEACTIVATED', undefined, 'use')
  return undefined
}

function refuseRate(operator: LockedOperator, world: World, buckets: Map<Uuid, Instant>): Decision | undefined {
  const limit = { perMinute: operator.rateLimitPerMinute ?? world.limit.perMinute, burst: operator.rateLimitBurst ?? world.limit.burst }
  const taken = takeToken(buckets.get(operator.id) ?? world.buckets.get(operator.id), limit, world.now)
  if (taken.ok) {
    buckets.set(operator.id, taken.fullAt)
    return undefined
  }
  const details = { scope: 'operator', limit: limit.perMinute, window_seconds: 60, retry_after: taken.retryAfterSeconds }
  return { verdict: 'refused', operatorId: operator.id, problem: new Problem('RATE_LIMIT_EXCEEDED', details, 'operator') }
}

function replay(call: Call, known: Usage): Decision {
  if (known.requestHash === call.requestHash) return { verdict: 'replayed', operatorId: known.operatorId, usage: known }
  const differs = [
    known.applicationId !== call.start.applicationId && 'app_id',
    known.siteId !== call.start.siteId && 'site_id',
    known.playerCount !== call.start.playerCount && 'player_count',
  ].filter(Boolean)
  return refuse(known.operatorId, 'SESSION_ID_CONFLICT', { session_id: known.sessionId, differs })
}

function refuseStale(operatorId: Uuid, session: SessionId, world: World): Decision {
  return refuse(operatorId, 'SESSION_ID_EXPIRED', {
    server_time: iso(world.now),
    session_time: iso(session.time),
    max_diff_seconds: world.sessionSkewSeconds,
  })
}

/** Where and what a game would be, as far as it was found. */
export type Place = { site: Site | undefined; application: Application | undefined; grant: Grant | undefined }

/** Rungs 9–11: site, application and grant, players. Also asked by pre-authorize, which charges nothing. */
export function placeProblem(operatorId: Uuid, start: GameStart, { site, application, grant }: Place, now: Instant): Problem | undefined {
  if (!site || site.operatorId !== operatorId) return new Problem('SITE_NOT_FOUND', { site_id: showId('site', start.siteId) })
  if (site.deletedAt) return new Problem('SITE_INACTIVE', { site_id: showId('site', site.id), site_name: site.name })
  if (!application) return new Problem('APP_NOT_FOUND', { app_id: showId('application', start.applicationId) })
  const named = { app_id: showId('application', application.id), app_name: application.name }
  if (!application.isActive) return new Problem('APP_INACTIVE', named)
  if (!grant) return new Problem('APP_NOT_AUTHORIZED', named)
  if (grant.expiresAt && grant.expiresAt <= now) return new Problem('AUTHORIZATION_EXPIRED', { ...named, expires_at: iso(grant.expiresAt) })
  const { minPlayers, maxPlayers } = application
  if (start.playerCount >= minPlayers && start.playerCount <= maxPlayers) return undefined
  return new Problem('PLAYER_COUNT_OUT_OF_RANGE', {
    min_players: minPlayers,
    max_players: maxPlayers,
    requested_players: start.playerCount,
  })
}

/** Rung 12, then the charge itself: players × the price read in this world. */
function charge(call: Call, session: SessionId, { operator, head }: Account, application: Application, now: Instant): Decision {
  const total = times(application.unitPrice, call.start.playerCount)
  if (total > head.balance) {
    return refuse(operator.id, 'INSUFFICIENT_BALANCE', {
      current_balance: yuan(head.balance),
      required_amount: yuan(total),
      shortage: yuan(minus(total, head.balance)),
    })
  }
  const usageId = newId()
  const description = `${application.name} ${call.start.playerCount}人`
  const journal = journalRow(head, { kind: 'consumption', amount: total, usageId, description }, now)
  const usage: Usage = {
    id: usageId,
    operatorId: operator.id,
    siteId: call.start.siteId,
    applicationId: application.id,
    sessionId: session.text,
    requestHash: call.requestHash,
    appName: application.name,
    playerCount: call.start.playerCount,
    unitPrice: application.unitPrice,
    total,
    authorizationToken: crypto.randomUUID(),
    ledgerSeq: journal.seq,
    balanceAfter: journal.balanceAfter,
    clientIp: call.ip,
    startedAt: now,
  }
  return { verdict: 'charged', operatorId: operator.id, usage, journal }
}

function refuse(operatorId: Uuid | undefined, ...problem: ConstructorParameters<typeof Problem>): Decision {
  return { verdict: 'refused', operatorId, problem: new Problem(...problem) }
}

function indexWorld({ now, operators, sessions, sites, applications, grants }: World): Index {
  // One account for all of an operator's keys: two calls of one batch under different keys spend the same balance.
  const accounts = new Map(
    operators.flatMap((operator) => {
      const account: Account = { operator, head: operator, sessions: new Map<string, Usage>() }
      return goodKeys(operator, now).map((digest) => [digest, account] as const)
    }),
  )
  const byId = new Map([...accounts.values()].map((account) => [account.operator.id, account]))
  for (const usage of sessions) byId.get(usage.operatorId)?.sessions.set(usage.sessionId, usage)
  return {
    accounts,
    sites: new Map(sites.map((site) => [site.id, site])),
    applications: new Map(applications.map((application) => [application.id, application])),
    grants: new Map(grants.map((grant) => [`${grant.operatorId}/${grant.applicationId}`, grant])),
  }
}

import { lowBalanceNotices as lowBalances, messageNotifications, operatorMessageReads } from '#drizzle/schema'
import { type AuditEntry, recordAll, SYSTEM } from '#src/audit-logs/audit-log'
import { insertRequestLogs, type RequestLogRow } from '#src/authorize/request-log'
import type { Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { addDays, addMs, addSeconds, businessDay, formatDateTime, formatMinute, type Instant, startOfMonth } from '#src/core/time'
import { apiKeyDigest } from '#src/platform/client-signature'
import type { Transaction } from '#src/platform/database'
import { accountActs } from './account-acts'
import { demoApiKey, SIMULATOR_OPERATORS, SIMULATOR_RATE_LIMIT } from './accounts'
import type { DemoRefund } from './extras'
import { PRICE_CHANGE } from './games'
import type { History, PlayedGame } from './history'
import { announcementMessages, plannedPriceNotices } from './plans'
import { type Random, randomFrom } from './random'
import type { World, WorldOperator } from './world'
import { deskEntries } from './write-desk'

/** Calls of headset servers are kept for the last days only: they are a log, not the books. */
const LOG_DAYS = 3
const HEADSET_AGENT = 'MR-Headset-Server/3.2'
/** A call like a game's own that was refused; the share of games that one comes before. */
const REFUSED_SHARE = 0.06
const REFUSALS = [
  'PLAYER_COUNT_OUT_OF_RANGE',
  'INVALID_SIGNATURE',
  'TIMESTAMP_EXPIRED',
  'SITE_NOT_FOUND',
  'SESSION_ID_EXPIRED',
  'AUTHORIZATION_EXPIRED',
]

/** The request log of the last days: every game's call, some ends and set-up calls, and a believable share of refusals. */
export async function writeRequestLog(tx: Transaction, world: World, histories: History[]): Promise<void> {
  const random = randomFrom('request-log')
  const since = addDays(world.now, -LOG_DAYS)
  const rows = world.operators.flatMap((operator, index) => {
    const recent = histories[index]!.games.filter((game) => game.startedAt > since)
    return recent.flatMap((game) => callsAround(operator, game, random))
  })
  for (let hours = 5; hours < 60; hours += 17) rows.push(strangerCall(addMs(addDays(world.now, -LOG_DAYS), hours * 3_600_000), random))
  rows.sort((a, b) => a.at.getTime() - b.at.getTime())
  // Rows in DEFAULT would keep these months from ever getting a partition of their own.
  for (const month of new Set([since, world.now].map((at) => businessDay(startOfMonth(at)))))
    await tx.sql`SELECT make_request_log_partition(${month}::date)`
  await insertRequestLogs(tx.sql, rows)
}

function callsAround(operator: WorldOperator, game: PlayedGame, random: Random): RequestLogRow[] {
  const call = (at: Instant, more: Partial<RequestLogRow> = {}): RequestLogRow => ({
    at,
    requestId: random.id(at),
    operation: 'authorize',
    keySha256: apiKeyDigest(demoApiKey(operator.username)),
    operatorId: operator.id,
    siteId: game.siteId,
    applicationId: game.applicationId,
    sessionId: game.sessionId,
    result: 'accepted',
    code: null,
    ip: game.clientIp,
    userAgent: HEADSET_AGENT,
    durationUs: random.whole(1_400, 7_800),
    ...more,
  })
  const calls = [call(game.startedAt)]
  if (random.chance(REFUSED_SHARE))
    calls.push(call(addSeconds(game.startedAt, -random.whole(8, 50)), { result: 'refused', code: random.pick(REFUSALS), sessionId: null }))
  if (random.chance(0.02)) calls.push(call(addMs(game.startedAt, random.whole(900, 2_500)), { result: 'replayed' }))
  if (game.endedAt) calls.push(call(game.endedAt, { operation: 'session_end', applicationId: null, siteId: null }))
  return calls
}

/** Somebody who tries a key that does not exist. */
const strangerCall = (at: Instant, random: Random): RequestLogRow => ({
  at,
  requestId: random.id(at),
  operation: 'authorize',
  keySha256: apiKeyDigest(`unknown ${random.digits(8)}`),
  operatorId: null,
  siteId: null,
  applicationId: null,
  sessionId: null,
  result: 'refused',
  code: 'INVALID_API_KEY',
  ip: '198.51.100.77',
  userAgent: 'curl/8.5.0',
  durationUs: random.whole(300, 900),
})

type Message = typeof messageNotifications.$inferInsert
/** Messages older than this have been read, by whoever they were for. */
const READ_AFTER_DAYS = 7

/** What operators were told: announcements, the price change, authorisations that end, balances that ran low. */
export async function writeMessages(tx: Transaction, world: World): Promise<void> {
  const messages = [
    ...announcementMessages(world),
    ...plannedPriceNotices(world),
    ...priceNotices(world),
    ...expiryNotices(world),
    ...lowBalanceNotices(world),
  ]
  await tx.db.insert(messageNotifications).values(messages)
  const readBefore = addDays(world.now, -READ_AFTER_DAYS)
  const reads = messages
    .filter((message) => message.createdAt < readBefore)
    .flatMap((message) =>
      world.operators
        .filter(
          (operator) => operator.createdAt < message.createdAt && (message.target === 'all' || message.targetOperatorId === operator.id),
        )
        .map((operator) => ({ operatorId: operator.id, messageId: message.id, readAt: addMs(message.createdAt, 5 * 3_600_000) })),
    )
  await tx.db.insert(operatorMessageReads).values(reads)
  // The job that looks for low balances does not say again what the demo has said.
  const low = messages.flatMap(({ type, targetOperatorId: operatorId, createdAt: notifiedAt }) =>
    type === 'balance_low' && operatorId ? [{ operatorId, notifiedAt }] : [],
  )
  if (low.length > 0) await tx.db.insert(lowBalances).values(low)
}

function priceNotices({ operators, games, priceChangedAt }: World): Message[] {
  const random = randomFrom('price-notices')
  const game = games.find((one) => one.key === PRICE_CHANGE.game)!
  const { oldPrice, newPrice, reason } = PRICE_CHANGE
  return operators
    .filter((operator) => operator.createdAt < priceChangedAt && operator.grants.some((grant) => grant.applicationId === game.id))
    .map((operator) => ({
      id: random.id(priceChangedAt),
      type: 'price_change',
      title: `${game.name}价格调整`,
      content: `${game.name}的单价由每人 ${oldPrice} 元调整为 ${newPrice} 元，即时生效。原因：${reason}。`,
      target: 'specific',
      targetOperatorId: operator.id,
      relatedId: game.id,
      relatedKind: 'application',
      createdAt: priceChangedAt,
    }))
}

function expiryNotices({ operators, games, now }: World): Message[] {
  const random = randomFrom('expiry-notices')
  return operators.flatMap((operator) =>
    operator.grants.flatMap((grant): Message[] => {
      if (!grant.expiresAt) return []
      const name = games.find((game) => game.id === grant.applicationId)!.name
      const createdAt = addDays(grant.expiresAt, -7)
      return [
        {
          id: random.id(createdAt),
          type: 'authorization',
          title: `${name}授权即将到期`,
          content: `${name}的授权将于 ${formatMinute(grant.expiresAt)} 到期，到期后无法开局。如需继续使用，请提前申请续期。`,
          priority: grant.expiresAt > now ? 'high' : 'normal',
          target: 'specific',
          targetOperatorId: operator.id,
          relatedId: grant.applicationId,
          relatedKind: 'application',
          createdAt,
        },
      ]
    }),
  )
}

const LOW_BALANCE = { normal: 100, trial: 50, vip: 1000 }

function lowBalanceNotices({ operators, now }: World): Message[] {
  const random = randomFrom('low-balance')
  return operators
    .filter((operator) => operator.endsAt < LOW_BALANCE[operator.category])
    .map((operator) => {
      const createdAt = addMs(now, -random.whole(40, 200) * 60_000)
      return {
        id: random.id(createdAt),
        type: 'balance_low',
        title: '余额不足提醒',
        content: `账户余额已低于 ${LOW_BALANCE[operator.category]}.00 元，请及时充值，以免影响游戏启动。`,
        priority: 'high',
        target: 'specific',
        targetOperatorId: operator.id,
        createdAt,
      }
    })
}

/** The audit log's beginning, in the order of time; the demo itself is the last entry. */
export async function writeAudit(tx: Transaction, world: World, histories: History[], refunds: DemoRefund[]): Promise<void> {
  const acts = [...setUpEntries(world), ...refundEntries(refunds), ...accountActs(world), ...deskEntries(world, histories)]
  const entries = acts.sort((a, b) => a.at.getTime() - b.at.getTime())
  const details = {
    operators: world.operators.length,
    until: formatDateTime(world.now),
    rate_overrides: { operators: SIMULATOR_OPERATORS, per_minute: SIMULATOR_RATE_LIMIT },
  }
  await recordAll(tx, [
    ...entries.map((entry) => ({ actor: SYSTEM, origin: null, ...entry })),
    { actor: SYSTEM, origin: null, operation: 'demo_seed', details, at: world.now },
  ])
}

type DatedEntry = Omit<AuditEntry, 'actor' | 'origin'> & { at: Instant }

function setUpEntries({ now, staff, games, operators, priceChangedAt }: World): DatedEntry[] {
  const { game: key, oldPrice, newPrice, reason } = PRICE_CHANGE
  const changed = games.find((game) => game.key === key)!
  const prices = { app_name: changed.name, old_price: oldPrice, new_price: newPrice, reason }
  return [
    ...staff.map(({ createdAt: at, id, username, role }) => ({
      at,
      operation: 'staff_create',
      target: { kind: 'staff', id },
      details: { username, role },
    })),
    ...staff.flatMap(({ createdAt: at, id, username, granted, leftDaysAgo }) => [
      ...(granted ? [{ at, operation: 'staff_grant', target: { kind: 'staff', id }, details: grantOf(username, granted) }] : []),
      ...(leftDaysAgo === undefined ? [] : [{ at: addDays(now, -leftDaysAgo), operation: 'staff_disable', ...leftHouse(id, username) }]),
    ]),
    ...games.map(({ createdAt: at, id, name: app_name, price: unit_price }) => ({
      at,
      operation: 'application_create',
      target: { kind: 'application', id },
      details: { app_name, unit_price },
    })),
    ...operators.map(({ createdAt: at, id, username, category }) => ({
      at,
      operation: 'operator_create',
      target: { kind: 'operator', id },
      details: { username, category },
    })),
    {
      at: priceChangedAt,
      operation: 'application_price',
      target: { kind: 'application', id: changed.id },
      details: prices,
    },
  ]
}

const grantOf = (username: string, granted: readonly string[]) => ({ username, before: { granted: [] }, after: { granted } })
const leftHouse = (id: Uuid, username: string) => ({
  target: { kind: 'staff', id },
  details: { username, reason: '本人离职，已完成工作交接' },
})

const refundEntries = (refunds: DemoRefund[]): DatedEntry[] =>
  refunds.flatMap(({ id, amount, paid }) =>
    paid
      ? [
          {
            at: paid.reviewedAt,
            operation: 'refund_approve',
            target: { kind: 'refund', id },
            details: { actual: yuan(amount) },
          },
        ]
      : [],
  )

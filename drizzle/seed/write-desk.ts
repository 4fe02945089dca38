import { type Actor, type AuditEntry, SYSTEM } from '#src/audit-logs/audit-log'
import { insertRequestLogs, type RequestLogRow } from '#src/authorize/request-log'
import { showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { addDays, addMs, addSeconds, formatDateTime, type Instant, iso } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { apiKeyDigest } from '#src/platform/client-signature'
import type { Transaction } from '#src/platform/database'
import { demoApiKey } from './accounts'
import type { DemoRefund } from './extras'
import type { History } from './history'
import { randomFrom } from './random'
import type { World, WorldOperator } from './world'

/** Whose key somebody tries out: a small customer, so that the simulator and the demo's own account play on. */
const VICTIM = 'lingjing_vr'
const THIEF = { ip: '198.51.100.140', userAgent: 'python-requests/2.32' }
const TRIES = 23
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const REASON = `同一IP短时间内失败调用${TRIES}次，系统自动锁定`

type DatedEntry = Omit<AuditEntry, 'actor' | 'origin'> & { at: Instant; actor?: Actor; origin?: AuditEntry['origin'] }

const victimOf = ({ operators }: World): WorldOperator => operators.find(({ username }) => username === VICTIM)!

/** Some time ago, but after its last game: a locked account plays none. */
function lockedAt(world: World, histories: readonly History[]): Instant {
  const usual = addMs(world.now, -40 * MINUTE_MS)
  const last = histories[world.operators.indexOf(victimOf(world))]!.games.at(-1)?.startedAt
  return last && last > usual ? addMs(last, 1) : usual
}

/** Who hears of alerts by mail; on a developer's machine the mails are at /simulator/mails. */
const ALERT_MAILS = ['admin', 'finance', 'operations'].map((desk) => ({ key: `alert_mail_${desk}`, value: `${desk}@demo.example` }))

/** What waits on the desks of administrators and finance: an account that was locked by itself, and alerts. */
export async function writeDesk(
  tx: Transaction,
  world: World,
  histories: readonly History[],
  refunds: readonly DemoRefund[],
): Promise<void> {
  const at = lockedAt(world, histories)
  const { id } = victimOf(world)
  await insertRequestLogs(tx.sql, triesBefore(at, id))
  await tx.sql`
    UPDATE operator_accounts SET is_locked = true, locked_reason = ${REASON}, locked_at = ${iso(at)}::timestamptz, updated_at = ${iso(at)}::timestamptz WHERE id = ${id}`
  const content = `系统检测到异常调用，您的账户已于${formatDateTime(at)}自动锁定。锁定期间无法登录，也无法授权游戏，请联系管理员核实后解锁。`
  await notify(tx, [id], { type: 'security', title: '账户已自动锁定', content, priority: 'high' }, at)
  await raiseAlert(
    tx,
    {
      kind: 'anomaly_lock',
      subject: id,
      audience: 'admin',
      operatorId: id,
      details: { ip: THIEF.ip, cause: 'failures', seen: String(TRIES) },
    },
    at,
  )
  const waiting = refunds.filter(({ paid }) => !paid)
  for (const refund of waiting) {
    const { id: subject, operatorId, amount } = refund
    const details = { refund_id: showId('refund', subject), requested: yuan(amount) }
    await raiseAlert(tx, { kind: 'refund_pending', subject, audience: 'finance', operatorId, details }, refund.createdAt)
  }
  await tellOfRequests(tx)
  await writeSettled(tx, world)
  await tx.sql`
    INSERT INTO system_configs (key, value, type, updated_at)
    SELECT key, value, 'text', ${iso(world.now)}::timestamptz
    FROM unnest(${ALERT_MAILS.map(({ key }) => key)}::text[], ${ALERT_MAILS.map(({ value }) => value)}::text[]) AS t (key, value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`
}

async function tellOfRequests(tx: Transaction): Promise<void> {
  const waiting = await tx.sql<{ id: Uuid; operatorId: Uuid; application: string; reason: string; createdAt: Instant }[]>`
    SELECT r.id, r.operator_id AS "operatorId", a.app_name AS application, r.reason, r.created_at AS "createdAt"
    FROM application_authorization_requests r JOIN applications a ON a.id = r.application_id WHERE r.status = 'pending' ORDER BY r.id`
  for (const { id, operatorId, createdAt, ...details } of waiting) {
    await raiseAlert(tx, { kind: 'app_request_pending', subject: showId('request', id), audience: 'admin', operatorId, details }, createdAt)
  }
}

function triesBefore(at: Instant, operatorId: string): RequestLogRow[] {
  const random = randomFrom('anomaly')
  return Array.from({ length: TRIES + 2 }, (_, turn) => {
    const moment = addSeconds(at, -8 * (TRIES + 2 - turn))
    const isUnknown = turn < 2
    return {
      at: moment,
      requestId: random.id(moment),
      operation: 'authorize' as const,
      keySha256: apiKeyDigest(isUnknown ? `guess ${random.digits(8)}` : demoApiKey(VICTIM)),
      operatorId: isUnknown ? null : operatorId,
      siteId: null,
      applicationId: null,
      sessionId: null,
      result: 'refused' as const,
      code: isUnknown ? 'INVALID_API_KEY' : turn % 6 === 5 ? 'TIMESTAMP_EXPIRED' : 'INVALID_SIGNATURE',
      ...THIEF,
      durationUs: random.whole(300, 900),
    }
  })
}

/** One that somebody has dealt with, to show what that looks like. */
async function writeSettled(tx: Transaction, { now, staff }: World): Promise<void> {
  const at = addDays(now, -3)
  const clerk = staff.find(({ role }) => role === 'finance')!
  const alert = {
    kind: 'merchant_balance_low',
    subject: 'wechat',
    audience: 'finance',
    details: { channel: 'wechat', amount: '5000.00' },
  } as const
  await raiseAlert(tx, alert, at)
  await tx.sql`
    UPDATE alerts SET closed_at = ${iso(addMs(at, HOUR_MS))}::timestamptz, closed_by = ${clerk.id}, note = '已向微信商户号转入资金，退款已继续'
    WHERE kind = ${alert.kind} AND closed_at IS NULL`
}

/** What the audit log has of it, besides a setting that was tried and taken back. */
export function deskEntries(world: World, histories: readonly History[]): DatedEntry[] {
  const [admin] = world.staff
  const actor: Actor = { kind: 'staff', id: admin!.id, name: admin!.name, role: admin!.role }
  const target = { kind: 'config', id: 'anomaly_failures' }
  return [
    {
      at: addDays(world.now, -6),
      actor,
      operation: 'config_update',
      target,
      details: { before: '20', after: '40', reason: '合肥新店集中调试头显，避免误锁' },
    },
    {
      at: addDays(world.now, -5),
      actor,
      operation: 'config_update',
      target,
      details: { before: '40', after: '20', reason: '调试结束，恢复默认' },
    },
    {
      at: lockedAt(world, histories),
      actor: SYSTEM,
      operation: 'operator_lock',
      target: { kind: 'operator', id: victimOf(world).id },
      details: { reason: REASON, ip: THIEF.ip, cause: 'failures', seen: TRIES },
    },
  ]
}

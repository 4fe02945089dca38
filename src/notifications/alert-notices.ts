import * as v from 'valibot'
import { alertDeliveries, alertNoticeAlerts, alertNotices } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { bareUuid } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { brokenRule } from '#src/core/problem'
import { addDays, addSeconds, type Instant, iso } from '#src/core/time'
import { rawSql, type Transaction, transaction } from '#src/platform/database'
import { enqueue } from '#src/platform/outbox'
import { setting } from '#src/settings/settings'
import { type AlertChannel, AUDIENCES, type Recipient, recipientsOf, recipientsOn } from './alert-channels/channels'
import { type AlertAudience, WORK_KINDS } from './alert-kinds'

/** The queue's name of one notice to one recipient. */
export const ALERT_DELIVERY_TASK = 'alert_delivery'
/** What the queue keeps of telling about one alert (alerts.ts). */
export const AlertPayload = v.strictObject({ alert_id: bareUuid, occasion: v.picklist(['opened', 'settled']) })

/** Alerts are told one by one up to `alert_storm_per_minute` in this time; what is more waits for the clock. */
const PACE_SECONDS = 60
/** The clock takes what the queue has had time for. */
const GATHER_AFTER_SECONDS = 20
/** Of one notice at most; the rest comes with the next. */
const MOST = 500
/** Reminders come after 1, 2, 4 and then always 8 times the hours of the setting. */
const MOST_DOUBLINGS = 3
const KEPT_DAYS = 90

/** Tells the audience of one alert that it is there, or over, unless it was told or so much is told just now that it is gathered. */
export async function tellOfAlert({ alert_id: id, occasion }: v.InferOutput<typeof AlertPayload>, at: Instant): Promise<void> {
  const [alert] = await rawSql()<{ audience: AlertAudience }[]>`SELECT audience FROM alerts WHERE id = ${id}`
  if (!alert) return
  const { audience } = alert
  await transaction(async (tx) => {
    await oneTeller(tx, audience)
    if (await isStormy(tx, audience, at)) return
    const alertIds = occasion === 'opened' ? await markTold(tx, tx.sql`id = ${id}`, at) : await markEndTold(tx, tx.sql`id = ${id}`, at)
    await notice(tx, { occasion, audience, alertIds }, at)
  })
}

/** The clock's part: gathers what came too fast, reminds of what stays open, and forgets what was sent long ago. */
export async function tendAlertNotices({
  now,
}: {
  now: Instant
}): Promise<{ gathered: number; recovered: number; reminded: number; removed: number }> {
  const counts = { gathered: 0, recovered: 0, reminded: 0, removed: 0 }
  for (const audience of AUDIENCES) {
    await transaction(async (tx) => {
      await oneTeller(tx, audience)
      const before = iso(addSeconds(now, -GATHER_AFTER_SECONDS))
      const opened = await markTold(tx, tx.sql`audience = ${audience} AND first_at <= ${before}::timestamptz`, now)
      const settled = await markEndTold(tx, tx.sql`audience = ${audience} AND closed_at <= ${before}::timestamptz`, now)
      const reminded = await markReminded(tx, audience, now)
      await notice(tx, { occasion: 'opened', audience, alertIds: opened }, now)
      await notice(tx, { occasion: 'settled', audience, alertIds: settled }, now)
      await notice(tx, { occasion: 'reminder', audience, alertIds: reminded }, now)
      counts.gathered += opened.length
      counts.recovered += settled.length
      counts.reminded += reminded.length
    })
  }
  const { count } = await rawSql()`
    DELETE FROM alert_notices WHERE id IN (
      SELECT id FROM alert_notices WHERE created_at < ${iso(addDays(now, -KEPT_DAYS))}::timestamptz ORDER BY created_at LIMIT ${MOST})`
  return { ...counts, removed: count }
}

/** Of several processes one tells an audience at a time: the pace is counted exactly, and nothing is told twice. */
const oneTeller = (tx: Transaction, audience: AlertAudience) =>
  tx.sql`SELECT pg_advisory_xact_lock(hashtext('alert_notices'), hashtext(${audience}))`

async function isStormy(tx: Transaction, audience: AlertAudience, at: Instant): Promise<boolean> {
  const [row] = await tx.sql<{ told: number }[]>`
    SELECT count(*)::int AS told FROM alert_notices
    WHERE audience = ${audience} AND occasion IN ('opened', 'settled') AND created_at > ${iso(addSeconds(at, -PACE_SECONDS))}::timestamptz`
  return row!.told >= setting('alert_storm_per_minute')
}

type Where = ReturnType<Transaction['sql']>

/** What was settled before anybody was told is told to nobody. */
const markTold = (tx: Transaction, where: Where, at: Instant): Promise<Uuid[]> =>
  marked(tx.sql`
    UPDATE alerts SET told_at = ${iso(at)}::timestamptz
    WHERE id IN (SELECT id FROM alerts WHERE ${where} AND closed_at IS NULL AND told_at IS NULL ORDER BY id LIMIT ${MOST})
      AND closed_at IS NULL AND told_at IS NULL
    RETURNING id`)

const markEndTold = (tx: Transaction, where: Where, at: Instant): Promise<Uuid[]> =>
  marked(tx.sql`
    UPDATE alerts SET end_told_at = ${iso(at)}::timestamptz
    WHERE id IN (
      SELECT id FROM alerts WHERE ${where} AND closed_at IS NOT NULL AND told_at IS NOT NULL AND end_told_at IS NULL
        AND NOT kind = ANY (${WORK_KINDS as string[]}) ORDER BY id LIMIT ${MOST})
    RETURNING id`)

function markReminded(tx: Transaction, audience: AlertAudience, at: Instant): Promise<Uuid[]> {
  const hours = tx.sql`CASE WHEN kind = ANY (${WORK_KINDS as string[]}) THEN ${setting('alert_work_reminder_hours')}::int
    ELSE ${setting('alert_reminder_hours')}::int END`
  return marked(tx.sql`
    UPDATE alerts SET reminded_at = ${iso(at)}::timestamptz, reminders = reminders + 1
    WHERE id IN (
      SELECT id FROM alerts WHERE audience = ${audience} AND closed_at IS NULL AND told_at IS NOT NULL AND ${hours} > 0
        AND greatest(told_at, reminded_at) + make_interval(hours => ${hours} * (2 ^ least(reminders, ${MOST_DOUBLINGS}::int))::int) <= ${iso(at)}::timestamptz
      ORDER BY id LIMIT ${MOST})
      AND closed_at IS NULL
    RETURNING id`)
}

async function marked(rows: PromiseLike<readonly unknown[]>): Promise<Uuid[]> {
  return ((await rows) as readonly { id: Uuid }[]).map(({ id }) => id).sort()
}

type Notice = { occasion: 'opened' | 'reminder' | 'settled'; audience: AlertAudience; alertIds: readonly Uuid[] }

/** Keeps a notice about alerts and queues it to everybody who is told; nothing without alerts. */
async function notice(tx: Transaction, { occasion, audience, alertIds }: Notice, at: Instant): Promise<void> {
  if (alertIds.length === 0) return
  const id = newId()
  await tx.db.insert(alertNotices).values({ id, occasion, audience, createdAt: at })
  await tx.db.insert(alertNoticeAlerts).values(alertIds.map((alertId) => ({ noticeId: id, alertId })))
  await queueDeliveries(tx, id, recipientsOf(audience), at)
}

async function queueDeliveries(tx: Transaction, noticeId: Uuid, recipients: readonly Recipient[], at: Instant): Promise<void> {
  if (recipients.length === 0) return
  const deliveries = recipients.map((recipient) => ({ id: newId(), noticeId, ...recipient, createdAt: at }))
  await tx.db.insert(alertDeliveries).values(deliveries)
  await enqueue(
    tx,
    ALERT_DELIVERY_TASK,
    deliveries.map(({ id }) => ({ key: id, payload: { delivery_id: id } })),
  )
}

/** Queues a test to everybody on a channel, and says so in the audit log. Throws INVALID_PARAMS (NOBODY_TO_TELL) where there is nobody. */
export async function requestTest(tx: Transaction, channel: AlertChannel, { actor, origin, at }: PersonalAct): Promise<void> {
  const recipients = recipientsOn(channel)
  if (recipients.length === 0) throw brokenRule('NOBODY_TO_TELL', 'channel')
  const id = newId()
  await tx.db.insert(alertNotices).values({ id, occasion: 'test', requestedBy: actor.id, createdAt: at })
  await queueDeliveries(tx, id, recipients, at)
  const details = { recipients: recipients.length }
  await record(tx, { actor, origin, operation: 'alert_test', target: { kind: 'alert_channel', id: channel }, details }, at)
}

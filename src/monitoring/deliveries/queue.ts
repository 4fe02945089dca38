import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { type Querying, rawSql, type Transaction, transaction } from '#src/platform/database'

/** `dead`: all attempts are used, nobody tries again by itself. `failing`: failed at least once and will be tried again. */
export const DELIVERY_STATES = ['dead', 'failing', 'waiting'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

type Payload = Record<string, string>
/** A piece of work in the queue of deliveries. */
export type Delivery = {
  id: bigint
  task: string
  payload: Payload
  attempts: number
  maxAttempts: number
  lastError: string | null
  createdAt: Instant
  triedAt: Instant
  nextAt: Instant
  isUnderWay: boolean
  /** Of a message by mail its title and its reader's name; of an alert's notice the channel and, by mail, the address. */
  about: string | null
  recipient: string | null
}

export type DeliveryCounts = { waiting: number; failing: number; dead: number; oldestAt: Instant | null }

/** What waits in the queue, what of it has failed before, and what nobody tries any more. */
export async function countDeliveries({ sql }: Querying = { sql: rawSql() }): Promise<DeliveryCounts> {
  const [row] = await sql<DeliveryCounts[]>`
    SELECT waiting::int, failing::int, dead::int, oldest_at AS "oldestAt" FROM count_work()`
  return row!
}

/** The newest deliveries of a state below an id, one more than `size` tells that there are others. */
export const listDeliveries = (
  state: DeliveryState,
  { before, size }: { before?: bigint | undefined; size: number },
): Promise<Delivery[]> =>
  rawSql()<Delivery[]>`
    SELECT w.id, w.task, w.payload, w.attempts, w.max_attempts AS "maxAttempts", w.last_error AS "lastError", w.created_at AS "createdAt",
      w.tried_at AS "triedAt", w.run_at AS "nextAt", w.is_locked AS "isUnderWay", coalesce(m.title, a.channel) AS about, coalesce(o.name, a.recipient) AS recipient
    FROM list_work(${state}, ${before ?? null}::bigint, ${size + 1}) w
    LEFT JOIN message_notifications m ON m.id = ${idIn('mail', 'message_id')}
    LEFT JOIN operator_accounts o ON o.id = ${idIn('mail', 'operator_id')}
    LEFT JOIN alert_deliveries a ON a.id = ${idIn('alert_delivery', 'delivery_id')}
    ORDER BY w.id DESC`

/** Whatever stands in a payload: a page that shows faults must not fail over one. */
const idIn = (task: string, key: string) => rawSql()`
  CASE WHEN w.task = ${task} AND w.payload ->> ${key} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN (w.payload ->> ${key})::uuid END`

/** A delivery that has used all its attempts. Throws RESOURCE_NOT_FOUND for anything else. */
export async function requireDeadDelivery(id: bigint): Promise<Delivery> {
  const [found] = await listDeliveries('dead', { before: id + 1n, size: 1 })
  if (found?.id !== id) throw deliveryNotFound(id)
  return found
}

const deliveryNotFound = (id: bigint) => new Problem('RESOURCE_NOT_FOUND', { id: String(id) }, 'resource')

type Work = { id: bigint; task: string; payload: Payload }

/**
 * Tries a dead delivery again, with all its attempts, at once. Throws RESOURCE_NOT_FOUND when it is no more dead: somebody was quicker.
 */
export async function replayDelivery(tx: Transaction, id: bigint, act: PersonalAct): Promise<void> {
  const [work] = await replay(tx, [id])
  if (!work) throw deliveryNotFound(id)
  await finish(tx, 'delivery_replay', String(id), { task: work.task, ...work.payload }, act)
}

/** Replayed or dropped at once at most: one transaction holds them all. */
const MOST_AT_ONCE = 1_000

/** Tries every dead delivery again, up to a thousand; gives their number. */
export async function replayDeadDeliveries(tx: Transaction, act: PersonalAct): Promise<number> {
  const dead = await tx.sql<{ id: bigint }[]>`SELECT id FROM list_work('dead', NULL, ${MOST_AT_ONCE})`
  const works = await replay(
    tx,
    dead.map(({ id }) => id),
  )
  if (works.length > 0) await finish(tx, 'delivery_replay', 'all', { count: works.length }, act)
  return works.length
}

async function replay(tx: Transaction, ids: bigint[]): Promise<Work[]> {
  const works = await tx.sql<Work[]>`SELECT id, task, payload FROM replay_work(${ids.map(String)}::bigint[])`
  for (const [task, revive] of Object.entries(REVIVE)) {
    const payloads = works.filter((work) => work.task === task).map(({ payload }) => payload)
    if (payloads.length > 0) await revive(tx, payloads)
  }
  return works
}

const each = (payloads: Payload[], key: string): string[] => payloads.map((payload) => payload[key]!)

/** What keeps a row of its own for a delivery has written it off with the last attempt: the row waits again. */
const REVIVE: Record<string, (tx: Transaction, payloads: Payload[]) => Promise<unknown>> = {
  mail: (tx, payloads) => tx.sql`
    UPDATE mail_deliveries SET status = 'queued', finished_at = NULL
    WHERE status = 'failed' AND (message_id, operator_id) IN (
      SELECT * FROM unnest(${each(payloads, 'message_id')}::uuid[], ${each(payloads, 'operator_id')}::uuid[]))`,
  report_mail: (tx, payloads) => tx.sql`
    UPDATE report_mails SET status = 'queued', finished_at = NULL
    WHERE status = 'failed' AND (report_id, address) IN (
      SELECT * FROM unnest(${each(payloads, 'report_id')}::uuid[], ${each(payloads, 'address')}::text[]))`,
}

/** Takes a dead delivery out of the queue for good, with a reason. Throws RESOURCE_NOT_FOUND when it is no more dead. */
export async function dropDelivery(tx: Transaction, id: bigint, reason: string, act: PersonalAct): Promise<void> {
  const [work] = await tx.sql<(Work & { error: string | null })[]>`
    SELECT id, task, payload, last_error AS error FROM drop_work(${[String(id)]}::bigint[])`
  if (!work) throw deliveryNotFound(id)
  await finish(tx, 'delivery_drop', String(id), { task: work.task, ...work.payload, error: work.error, reason }, act)
}

async function finish(tx: Transaction, operation: string, id: string, details: Record<string, unknown>, act: PersonalAct): Promise<void> {
  await settleWhenNoneDead(tx, act.at)
  await record(tx, { actor: act.actor, origin: act.origin, operation, target: { kind: 'delivery', id }, details }, act.at)
}

const ABOUT = { kind: 'delivery_dead', subject: 'deliveries' } as const

async function settleWhenNoneDead(tx: Transaction, at: Instant): Promise<void> {
  if ((await countDeliveries(tx)).dead === 0) await settleAlert(tx, ABOUT, at)
}

/** Tells of deliveries that died since somebody was told last, and that none is left. */
export function watchDeliveries({ now }: { now: Instant }): Promise<{ waiting: number; dead: number }> {
  return transaction(async (tx) => {
    const { waiting, dead } = await countDeliveries(tx)
    if (dead === 0) await settleAlert(tx, ABOUT, now)
    else if (await diedSinceTold(tx)) await raiseAlert(tx, { ...ABOUT, audience: 'operations', details: { count: String(dead) } }, now)
    return { waiting, dead }
  })
}

async function diedSinceTold({ sql }: Transaction): Promise<boolean> {
  const [row] = await sql<{ died: boolean }[]>`
    SELECT EXISTS (SELECT FROM list_work('dead', NULL, ${MOST_AT_ONCE}) w WHERE w.tried_at > coalesce(
      (SELECT max(last_at) FROM alerts WHERE kind = ${ABOUT.kind} AND subject = ${ABOUT.subject}), '-infinity')) AS died`
  return row!.died
}

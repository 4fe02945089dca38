import { and, eq, sql } from 'drizzle-orm'
import { providerBills } from '#drizzle/schema'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { addDays, addMs, addSeconds, type BusinessDay, businessDay, daysBetween, type Instant, iso, startOfDay } from '#src/core/time'
import type { TickOrCall } from '#src/monitoring/tick'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { type Channel, type Gateway, GatewayRefused, GatewayUnknown } from '#src/payments/gateways/gateway'
import { configuredChannels, gateway } from '#src/payments/gateways/registry'
import { settlePayment } from '#src/payments/settle'
import { rawSql, read, type Transaction, transaction } from '#src/platform/database'
import { log } from '#src/platform/log'
import { BillFault } from './bill'
import { billOf, importBill, keepFile } from './import-bill'
import { type Matched, matchChannel } from './match'

/** Providers make a day's bill by about ten the next morning. */
const READY_SECONDS = 10 * 3_600
/** How far a late start looks back: providers keep bills about three months. */
const MOST_DAYS = 90
/** Asked about in one run; the rest is asked in the next. */
const MOST_ASKED = 200
/** Somebody should have dealt with a day's differences by the end of the second day after it. */
const OVERDUE_DAYS = 3

type Source = Pick<Gateway, 'channel' | 'downloadBill'>
type Counts = { imported: number; waiting: number; faulty: number; found: number; vanished: number; closed: number }
const NONE: Counts = { imported: 0, waiting: 0, faulty: 0, found: 0, vanished: 0, closed: 0 }

/** The job: every configured channel, every day whose bill should be there and is not imported yet. */
export async function reconcileBills({ now, signal }: TickOrCall): Promise<Counts> {
  const all = { ...NONE }
  for (const channel of configuredChannels()) {
    const counts = await reconcileChannel(gateway(channel)!, now, signal)
    for (const key of Object.keys(all) as (keyof Counts)[]) all[key] += counts[key]
  }
  return all
}

/** One channel: bills are fetched and matched day by day, then the provider is asked about what only it knows, and days are closed. */
export async function reconcileChannel(source: Source, at: Instant, signal?: AbortSignal): Promise<Counts> {
  const counts = { ...NONE }
  // Each match has a moment of its own: what it ties and finds is told by it from what was there before.
  let matches = 0
  for (const day of await dueDays(source.channel, at)) {
    signal?.throwIfAborted()
    const outcome = await fetchBill(source, day, at)
    counts[outcome]++
    if (outcome !== 'imported') continue
    const moment = addMs(at, matches++)
    add(counts, await transaction((tx) => matchChannel(tx, source.channel, moment)))
  }
  add(counts, await matchAgain(source.channel, addMs(at, matches)))
  counts.closed = await closeDays(source.channel, at)
  await alertOverdue(source.channel, at)
  return counts
}

const add = (counts: Counts, { found, vanished }: Matched): void => {
  counts.found += found
  counts.vanished += vanished
}

/**
 * Matches a channel and asks the provider about payments that its bill has and we do not: whoever paid is credited late, or the payment is
 * put apart. Gives what came of both.
 */
export async function matchAgain(channel: Channel, at: Instant): Promise<Matched> {
  const first = await transaction((tx) => matchChannel(tx, channel, at))
  if ((await settleLongs(channel, at)) === 0) return first
  // A moment later, so that what is tied now is told from what was tied before.
  const second = await transaction((tx) => matchChannel(tx, channel, addMs(at, 1)))
  return { linked: first.linked + second.linked, found: first.found + second.found, vanished: first.vanished + second.vanished }
}

/** The days that should have a bill, oldest first, from the first on which the channel was used. */
async function dueDays(channel: Channel, at: Instant): Promise<BusinessDay[]> {
  const last = addDays(startOfDay(businessDay(addSeconds(at, -READY_SECONDS))), -1)
  const [used] = await rawSql()<{ since: Instant | null }[]>`
    SELECT min(created_at) AS since FROM recharge_orders WHERE payment_method = ${channel}`
  if (!used?.since) return []
  const days = daysBetween(used.since, last).slice(-MOST_DAYS)
  const done = await read()
    .select({ day: providerBills.billDate })
    .from(providerBills)
    .where(and(eq(providerBills.channel, channel), sql`${providerBills.state} <> 'waiting'`))
  const known = new Set(done.map(({ day }) => day))
  return days.filter((day) => !known.has(day))
}

/** Fetches one bill, outside any transaction, and imports it. A file that is not right is kept, named and told; nothing of it is used. */
export async function fetchBill(source: Source, day: BusinessDay, at: Instant): Promise<'imported' | 'waiting' | 'faulty'> {
  const { channel } = source
  const bill = await billOf(channel, day, at)
  if (bill.state !== 'waiting') return 'imported'
  try {
    const answer = await source.downloadBill(day)
    if (answer.state === 'wait') return await notYet(bill.id, { channel, day, answer: answer.code }, at)
    // "No such bill" may still mean "not made yet" on the first day; after it, the day was empty.
    if (answer.state === 'none' && at < addDays(startOfDay(day), 2))
      return await notYet(bill.id, { channel, day, answer: 'NO_STATEMENT_EXIST' }, at)
    const file = answer.state === 'none' ? null : { kept: await keepFile(channel, day, answer.name, answer.bytes), bytes: answer.bytes }
    await transaction(async (tx) => {
      await importBill(tx, bill.id, file, at)
      for (const kind of ['bill_missing', 'bill_faulty'] as const) await settleAlert(tx, { kind, subject: `${channel} ${day}` }, at)
    })
    return 'imported'
  } catch (error) {
    if (error instanceof BillFault) return await tellFault(bill.id, { channel, day, fault: error.message }, at)
    if (error instanceof GatewayUnknown || error instanceof GatewayRefused)
      return await notYet(bill.id, { channel, day, answer: error instanceof GatewayRefused ? error.code : 'UNKNOWN' }, at)
    throw error
  }
}

async function notYet(id: Uuid, { channel, day, answer }: { channel: Channel; day: BusinessDay; answer: string }, at: Instant) {
  await noteAttempt(id, answer, at)
  if (at >= addDays(startOfDay(day), OVERDUE_DAYS))
    await transaction((tx) =>
      raiseAlert(tx, { kind: 'bill_missing', subject: `${channel} ${day}`, audience: 'finance', details: { channel, day, answer } }, at),
    )
  return 'waiting' as const
}

async function tellFault(id: Uuid, { channel, day, fault }: { channel: Channel; day: BusinessDay; fault: string }, at: Instant) {
  await noteAttempt(id, fault, at)
  log('error', 'a bill is faulty', { operation: 'provider-bill', channel, day, fault })
  await transaction((tx) =>
    raiseAlert(tx, { kind: 'bill_faulty', subject: `${channel} ${day}`, audience: 'finance', details: { channel, day, fault } }, at),
  )
  return 'faulty' as const
}

async function noteAttempt(id: Uuid, lastAnswer: string, at: Instant): Promise<void> {
  await read()
    .update(providerBills)
    .set({ attempts: sql`attempts + 1`, lastAnswer: lastAnswer.slice(0, 300), attemptedAt: at })
    .where(eq(providerBills.id, id))
}

/** Payments that the bill has and nobody here knows the end of; what was put apart before is in other hands already. */
async function settleLongs(channel: Channel, at: Instant): Promise<number> {
  const longs = await rawSql()<{ providerNo: string }[]>`
    SELECT l.provider_no AS "providerNo"
    FROM bill_differences d JOIN provider_bill_lines l ON l.bill_id = d.bill_id AND l.line_no = d.line_no AND l.kind = 'payment'
    WHERE d.channel = ${channel} AND d.state = 'open' AND d.kind IN ('long', 'duplicate')
      AND NOT EXISTS (SELECT FROM payment_quarantine q WHERE q.channel = d.channel AND q.provider_txn_id = l.provider_no)
      AND NOT EXISTS (SELECT FROM recharge_orders o WHERE o.payment_method = d.channel AND o.provider_txn_id = l.provider_no)
    ORDER BY d.id DESC LIMIT ${MOST_ASKED}`
  let settled = 0
  for (const { providerNo } of longs) if (await isSettled(channel, providerNo, at)) settled++
  return settled
}

async function isSettled(channel: Channel, providerNo: string, at: Instant): Promise<boolean> {
  try {
    const { outcome } = await settlePayment(channel, providerNo, at)
    return outcome === 'credited' || outcome === 'quarantined'
  } catch (error) {
    if (error instanceof GatewayUnknown || error instanceof GatewayRefused) return false
    throw error
  }
}

/** A matched day with nothing left to do is closed, and that is written down. */
export async function closeDays(channel: Channel, at: Instant): Promise<number> {
  return transaction((tx) => closeMatched(tx, channel, at))
}

/** The same in the transaction of what closed its last difference; the audit log comes last there too. */
export async function closeMatched(tx: Transaction, channel: Channel, at: Instant): Promise<number> {
  const closed = await tx.sql<{ id: Uuid; day: BusinessDay }[]>`
      UPDATE provider_bills b SET state = 'closed', closed_at = ${iso(at)}
      WHERE channel = ${channel} AND state = 'matched' AND NOT EXISTS (SELECT FROM bill_differences d WHERE d.bill_id = b.id AND d.closed_at IS NULL)
      RETURNING id, bill_date::text AS day`
  for (const { day } of closed)
    for (const kind of ['bill_difference', 'bill_difference_overdue'] as const)
      await settleAlert(tx, { kind, subject: `${channel} ${day}` }, at)
  for (const { id, day } of closed)
    await record(tx, { actor: SYSTEM, origin: null, operation: 'bill_close', target: { kind: 'bill', id }, details: { channel, day } }, at)
  return closed.length
}

async function alertOverdue(channel: Channel, at: Instant): Promise<void> {
  const days = await rawSql()<{ day: BusinessDay; open: number }[]>`
    SELECT bill_date::text AS day, count(*)::int AS open FROM bill_differences
    WHERE channel = ${channel} AND closed_at IS NULL AND bill_date <= ${businessDay(addDays(at, -OVERDUE_DAYS))}::date
      AND (state <> 'carried' OR due_on < ${businessDay(at)}::date)
    GROUP BY bill_date ORDER BY bill_date LIMIT ${MOST_DAYS}`
  if (days.length === 0) return
  await transaction(async (tx) => {
    for (const { day, open } of days) {
      const details = { channel, day, open: String(open) }
      await raiseAlert(tx, { kind: 'bill_difference_overdue', subject: `${channel} ${day}`, audience: 'finance', details }, at)
    }
  })
}

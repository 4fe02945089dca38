import { and, asc, eq, lte } from 'drizzle-orm'
import { applicationPriceSchedules } from '#drizzle/schema'
import { type PersonalAct, record, SYSTEM } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { type Money, yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { formatDateTime, type Instant, iso } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import { read, type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { type Application, lockApplication } from './applications'
import { holdersOf } from './grants'
import { putInForce, recordPrice, requireSeen } from './prices'

const schedules = applicationPriceSchedules
type Schedule = typeof schedules.$inferSelect

/** Prices put in force by one tick at most; the rest follow with the next one. */
const MOST_AT_ONCE = 100

type Plan = { newPrice: Money; effectiveAt: Instant; reason: string | null; seen?: Money | undefined }

/**
 * Plans a price for a later time and tells every operator who may start the game now, so that nobody is surprised. Throws APP_NOT_FOUND,
 * INVALID_PARAMS (PRICE_UNCHANGED, PRICE_MOVED, PRICE_SCHEDULED while another one waits, a time gone by).
 */
export async function schedulePrice(
  tx: Transaction,
  applicationId: Uuid,
  { newPrice, effectiveAt, reason, seen }: Plan,
  { actor, origin, at }: PersonalAct,
): Promise<{ id: Uuid; notified: number }> {
  const application = await lockApplication(tx, applicationId)
  requireSeen(application, seen)
  const { unitPrice: oldPrice } = application
  if (oldPrice === newPrice) throw brokenRule('PRICE_UNCHANGED', 'unit_price')
  if (effectiveAt <= at) throw invalidField('effective_at', '须晚于当前时间', 'must be in the future')
  const id = newId()
  await refusingTwin(() =>
    tx.db.insert(schedules).values({ id, applicationId, oldPrice, newPrice, reason, effectiveAt, scheduledBy: actor.id, scheduledAt: at }),
  )
  const from = formatDateTime(effectiveAt)
  const content = `游戏「${application.appName}」的单价将自${from}起由${yuan(oldPrice)}元调整为${yuan(newPrice)}元，此前的游戏仍按原价计费。`
  const notified = await tell(tx, application, { title: '游戏价格即将调整', content }, at)
  const details = {
    old_price: yuan(oldPrice),
    new_price: yuan(newPrice),
    effective_at: iso(effectiveAt),
    reason,
    notified_operators: notified,
    schedule_id: id,
  }
  const target = { kind: 'application', id: applicationId }
  await record(tx, { actor, origin, operation: 'application_price_schedule', target, details }, at)
  return { id, notified }
}

async function refusingTwin(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violatedConstraint(error) === 'one_scheduled_price') throw brokenRule('PRICE_SCHEDULED', 'unit_price')
    throw error
  }
}

async function tell(tx: Transaction, { id }: Application, words: { title: string; content: string }, at: Instant): Promise<number> {
  const holders = await holdersOf(tx, id, at)
  await notify(tx, holders, { type: 'price_change', ...words, relatedId: id }, at)
  return holders.length
}

/** Takes back a price before its time, and tells those who were told. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function cancelScheduledPrice(tx: Transaction, id: Uuid, { actor, origin, at }: PersonalAct): Promise<void> {
  const { application, schedule } = await lockSchedule(tx, id)
  if (schedule.status !== 'scheduled') throw brokenRule('ALREADY_PROCESSED', 'schedule_id')
  await tx.db.update(schedules).set({ status: 'cancelled', finishedAt: at, cancelledBy: actor.id }).where(eq(schedules.id, id))
  const { newPrice, effectiveAt } = schedule
  const from = formatDateTime(effectiveAt)
  const content = `游戏「${application.appName}」原定自${from}起调整为${yuan(newPrice)}元的调价已取消，单价仍为${yuan(application.unitPrice)}元。`
  const notified = await tell(tx, application, { title: '游戏调价已取消', content }, at)
  const details = {
    new_price: yuan(newPrice),
    effective_at: iso(effectiveAt),
    schedule_id: id,
    notified_operators: notified,
    before: { status: 'scheduled' },
    after: { status: 'cancelled' },
  }
  const target = { kind: 'application', id: application.id }
  await record(tx, { actor, origin, operation: 'application_price_cancel', target, details }, at)
}

/** The game first, then its plan: the order in which everybody locks the two. */
async function lockSchedule(tx: Transaction, id: Uuid): Promise<{ application: Application; schedule: Schedule }> {
  const [known] = await tx.db.select({ applicationId: schedules.applicationId }).from(schedules).where(eq(schedules.id, id))
  if (!known) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  const application = await lockApplication(tx, known.applicationId)
  const [schedule] = await tx.db.select().from(schedules).where(eq(schedules.id, id)).for('no key update')
  return { application, schedule: schedule! }
}

/**
 * Puts in force every price whose time has come, each in a transaction of its own: the row that says so, the price, its history and the
 * messages are there together or not at all, and whoever comes second finds nothing to do.
 */
export async function applyScheduledPrices({ now }: { now: Instant }): Promise<{ applied: number; unchanged: number }> {
  const due = await read()
    .select({ id: schedules.id })
    .from(schedules)
    .where(and(eq(schedules.status, 'scheduled'), lte(schedules.effectiveAt, now)))
    .orderBy(asc(schedules.effectiveAt), asc(schedules.id))
    .limit(MOST_AT_ONCE)
  const counts = { applied: 0, unchanged: 0 }
  for (const { id } of due) {
    const outcome = await transaction((tx) => applyOne(tx, id, now))
    if (outcome !== 'done before') counts[outcome]++
  }
  return counts
}

async function applyOne(tx: Transaction, id: Uuid, at: Instant): Promise<'applied' | 'unchanged' | 'done before'> {
  const { application, schedule } = await lockSchedule(tx, id)
  if (schedule.status !== 'scheduled') return 'done before'
  const act = { actor: SYSTEM, origin: null, at }
  const { newPrice, reason, scheduledBy: changedBy } = schedule
  // Somebody has set this very price by hand meanwhile: there is nothing to change and nobody to tell.
  if (application.unitPrice === newPrice) {
    await tx.db.update(schedules).set({ status: 'unchanged', finishedAt: at }).where(eq(schedules.id, id))
    const details = { new_price: yuan(newPrice), schedule_id: id, before: { status: 'scheduled' }, after: { status: 'unchanged' } }
    const target = { kind: 'application', id: application.id }
    await record(tx, { ...act, operation: 'application_price_unchanged', target, details }, at)
    return 'unchanged'
  }
  const { priceId, details } = await putInForce(tx, application, { newPrice, reason, changedBy }, at)
  await tx.db.update(schedules).set({ status: 'applied', finishedAt: at, priceId }).where(eq(schedules.id, id))
  await recordPrice(tx, application.id, { ...details, schedule_id: id, scheduled_by: changedBy }, act)
  return 'applied'
}

import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { applicationPrices, applications } from '#drizzle/schema'
import { type Act, type PersonalAct, record } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { type Money, yuan } from '#src/core/money'
import { brokenRule } from '#src/core/problem'
import { formatDateTime, type Instant } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import type { Transaction } from '#src/platform/database'
import { type Application, lockApplication, unitPrice } from './applications'
import { holdersOf } from './grants'

/** Money is in it, so unknown fields are refused. */
export const PriceChange = v.strictObject({ unit_price: unitPrice, reason: v.optional(text(0, 200)) })
export type PriceChange = v.InferOutput<typeof PriceChange>

/**
 * Changes the price of a game, in force with the COMMIT: decisions already taken keep the old one. Leaves a row of history and tells
 * every operator who may start the game. Who has looked at a price says which (`seen`). Throws APP_NOT_FOUND, INVALID_PARAMS
 * (PRICE_UNCHANGED, PRICE_MOVED when the price is no more the one that was seen).
 */
export async function changePrice(
  tx: Transaction,
  id: Uuid,
  { unit_price: newPrice, reason, seen }: PriceChange & { seen?: Money | undefined },
  act: PersonalAct,
): Promise<{ oldPrice: Money; newPrice: Money; notified: number }> {
  const application = await lockApplication(tx, id)
  requireSeen(application, seen)
  if (application.unitPrice === newPrice) throw brokenRule('PRICE_UNCHANGED', 'unit_price')
  const changed = await putInForce(tx, application, { newPrice, reason: reason || null, changedBy: act.actor.id }, act.at)
  await recordPrice(tx, id, changed.details, act)
  return { oldPrice: application.unitPrice, newPrice, notified: changed.notified }
}

/** What somebody decided by has to be what stands there. */
export function requireSeen({ unitPrice: price }: Application, seen: Money | undefined): void {
  if (seen !== undefined && seen !== price) throw brokenRule('PRICE_MOVED', 'unit_price')
}

/** The price of a locked game is another from this COMMIT on, with its history and its messages; the audit entry is the caller's. */
export async function putInForce(
  tx: Transaction,
  { id, appName, unitPrice: oldPrice }: Application,
  { newPrice, reason, changedBy }: { newPrice: Money; reason: string | null; changedBy: Uuid },
  at: Instant,
): Promise<{ priceId: Uuid; notified: number; details: Record<string, unknown> }> {
  const priceId = newId()
  await tx.db.update(applications).set({ unitPrice: newPrice, updatedAt: at }).where(eq(applications.id, id))
  await tx.db.insert(applicationPrices).values({ id: priceId, applicationId: id, oldPrice, newPrice, reason, changedBy, changedAt: at })
  const holders = await holdersOf(tx, id, at)
  const content = `游戏「${appName}」的单价自${formatDateTime(at)}起由${yuan(oldPrice)}元调整为${yuan(newPrice)}元，此前的游戏仍按原价计费。`
  await notify(tx, holders, { type: 'price_change', title: '游戏价格调整', content, relatedId: id }, at)
  const details = { old_price: yuan(oldPrice), new_price: yuan(newPrice), reason, notified_operators: holders.length }
  return { priceId, notified: holders.length, details }
}

/** A price that has come into force, in the audit log. */
export const recordPrice = (tx: Transaction, id: Uuid, details: Record<string, unknown>, { actor, origin, at }: Act): Promise<void> =>
  record(tx, { actor, origin, operation: 'application_price', target: { kind: 'application', id }, details }, at)

import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { applicationPrices, applications } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { type Money, yuan } from '#src/core/money'
import { brokenRule } from '#src/core/problem'
import { formatDateTime } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import type { Transaction } from '#src/platform/database'
import { lockApplication, unitPrice } from './applications'
import { holdersOf } from './grants'

/** Money is in it, so unknown fields are refused. */
export const PriceChange = v.strictObject({ unit_price: unitPrice, reason: v.optional(text(0, 200)) })
export type PriceChange = v.InferOutput<typeof PriceChange>

/**
 * Changes the price of a game, in force with the COMMIT: decisions already taken keep the old one. Leaves a row of history and tells
 * every operator who may start the game. Throws APP_NOT_FOUND, INVALID_PARAMS (PRICE_UNCHANGED).
 */
export async function changePrice(
  tx: Transaction,
  id: Uuid,
  { unit_price: newPrice, reason }: PriceChange,
  { actor, origin, at }: PersonalAct,
): Promise<{ oldPrice: Money; newPrice: Money; notified: number }> {
  const { appName, unitPrice: oldPrice } = await lockApplication(tx, id)
  if (oldPrice === newPrice) throw brokenRule('PRICE_UNCHANGED', 'unit_price')
  await tx.db.update(applications).set({ unitPrice: newPrice, updatedAt: at }).where(eq(applications.id, id))
  await tx.db
    .insert(applicationPrices)
    .values({ id: newId(), applicationId: id, oldPrice, newPrice, reason: reason || null, changedBy: actor.id, changedAt: at })
  const holders = await holdersOf(tx, id, at)
  const content = `游戏「${appName}」的单价自${formatDateTime(at)}起由${yuan(oldPrice)}元调整为${yuan(newPrice)}元，此前的游戏仍按原价计费。`
  await notify(tx, holders, { type: 'price_change', title: '游戏价格调整', content, relatedId: id }, at)
  const details = { old_price: yuan(oldPrice), new_price: yuan(newPrice), reason: reason ?? null, notified_operators: holders.length }
  await record(tx, { actor, origin, operation: 'application_price', target: { kind: 'application', id }, details }, at)
  return { oldPrice, newPrice, notified: holders.length }
}

import { addDays, addSeconds, businessDay, type Instant, startOfDay } from '#src/core/time'
import type { Order } from './orders'

/** Minutes until an order is asked about again, by how often it was asked already; the last step repeats. */
const STEPS_MINUTES = [1, 2, 5, 10, 20, 30, 60] as const

/** The bill of an order's day is there on the next one; by the end of that the reconciliation knows better than any question. */
const DAYS_UNTIL_BILLED = 2

/** When an order is asked about for the first time. */
export const firstCheck = (createdAt: Instant): Instant => addSeconds(createdAt, STEPS_MINUTES[0] * 60)

/**
 * When to ask the provider about an order again; null when nothing more can come. An order that may still end stays on the schedule
 * for ever, one that has ended without money until its day is billed: somebody may have paid in the last second.
 */
export function nextCheck(order: Pick<Order, 'status' | 'checks' | 'createdAt' | 'expiresAt'>, at: Instant): Instant | null {
  if (order.status === 'success') return null
  const isOpen = order.status === 'pending' || order.status === 'abnormal'
  if (!isOpen && at >= addDays(startOfDay(businessDay(order.createdAt)), DAYS_UNTIL_BILLED)) return null
  const step = STEPS_MINUTES[Math.min(order.checks, STEPS_MINUTES.length - 1)]!
  const next = addSeconds(at, step * 60)
  return isOpen && at < order.expiresAt && next > order.expiresAt ? order.expiresAt : next
}

import { showId, type Uuid } from '#src/core/ids'
import type { BusinessDay } from '#src/core/time'

/** Which games a figure is made of; every figure leads to them by this address. */
export type UsageQuery = {
  first?: BusinessDay | null | undefined
  /** Included. */
  last?: BusinessDay | null | undefined
  siteId?: Uuid | undefined
  applicationId?: Uuid | undefined
  players?: number | undefined
  weekday?: number | undefined
  hour?: number | undefined
}

/** The list of exactly the games that were counted. */
export function usageAddress({ first, last, siteId, applicationId, players, weekday, hour }: UsageQuery): string {
  const fields = {
    from: first,
    to: last,
    site: siteId && showId('site', siteId),
    app: applicationId && showId('application', applicationId),
    players,
    weekday,
    hour,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== null) query.set(name, String(value))
  const text = query.toString()
  return text ? `/operator/usage?${text}` : '/operator/usage'
}

/** The page of one game. */
export const usagePath = (id: Uuid): string => `/operator/usage/${showId('usage', id)}`

/** Why a call was answered as it was. */
export const explainPath = (words: string): string => `/operator/explain?q=${encodeURIComponent(words.toWellFormed())}`

import type { Money } from '#src/core/money'
import { sumOf } from '#src/usage/sums'
import { type Distribution, distributionOf, tenths } from './breakdowns'
import { platformSums, type ResolvedFilter } from './platform-sums'

/** Sizes of party as people speak of them (PRODUCT 3.4); the last is open. */
const GROUPS = [
  { name: '1', from: 1, to: 1 },
  { name: '2', from: 2, to: 2 },
  { name: '3-4', from: 3, to: 4 },
  { name: '5-8', from: 5, to: 8 },
  { name: '9+', from: 9, to: 100 },
] as const
export const GROUP_NAMES = GROUPS.map(({ name }) => name)
type GroupName = (typeof GROUPS)[number]['name']

type PlayerGroup = { name: GroupName; sessions: number; players: number; total: Money; percentage: number }
export type PlatformDistribution = Distribution & { groups: PlayerGroup[] }

/** How large the parties of the whole platform were: each size, and the sizes in five groups, with their shares of the games. */
export async function platformDistribution(filter: ResolvedFilter): Promise<PlatformDistribution> {
  const rows = await platformSums<{ playerCount: number }>(filter, ['playerCount'])
  const distribution = distributionOf(rows.sort((a, b) => a.playerCount - b.playerCount))
  const groups = GROUPS.map(({ name, from, to }) => ({
    name,
    ...sumOf(rows.filter((row) => row.playerCount >= from && row.playerCount <= to)),
  }))
  return {
    ...distribution,
    groups: groups.map((group) => ({ ...group, percentage: tenths(group.sessions * 100, distribution.total.sessions) })),
  }
}

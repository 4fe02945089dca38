import type { Uuid } from '#src/core/ids'
import { rawSql } from '#src/platform/database'
import type { UsageFilter } from '#src/usage/filter'
import { type Sums, sumOf, sumsByApplication, sumsByPlayers, sumsBySite } from '#src/usage/sums'

/** The sums of one site or application. */
export type NamedSums = Sums & { id: Uuid; name: string }

/** What each application was played, the most expensive first; ties by id. */
export async function byApplication(operatorId: Uuid, filter: UsageFilter): Promise<NamedSums[]> {
  const sums = await sumsByApplication(operatorId, filter)
  const names = await rawSql()<{ id: Uuid; name: string }[]>`
    SELECT id, app_name AS name FROM applications WHERE id = ANY (${sums.map((row) => row.applicationId)}::uuid[])`
  return ranked(
    sums.map(({ applicationId: id, ...rest }) => ({ id, ...rest })),
    new Map(names.map(({ id, name }) => [id, name])),
  )
}

/** What was played at each site, deleted ones included, the most expensive first; ties by id. */
export async function bySite(operatorId: Uuid, filter: UsageFilter): Promise<NamedSums[]> {
  const [sums, names] = await Promise.all([sumsBySite(operatorId, filter), siteNames(operatorId)])
  return ranked(
    sums.map(({ siteId: id, ...rest }) => ({ id, ...rest })),
    names,
  )
}

/** The names of an operator's sites, deleted ones included. */
export async function siteNames(operatorId: Uuid): Promise<Map<Uuid, string>> {
  const rows = await rawSql()<{ id: Uuid; name: string }[]>`SELECT id, name FROM operation_sites WHERE operator_id = ${operatorId}`
  return new Map(rows.map(({ id, name }) => [id, name]))
}

function ranked(rows: readonly (Sums & { id: Uuid })[], names: ReadonlyMap<Uuid, string>): NamedSums[] {
  return rows
    .map((row) => ({ ...row, name: names.get(row.id) ?? '' }))
    .sort((a, b) => (a.total === b.total ? (a.id < b.id ? -1 : 1) : a.total > b.total ? -1 : 1))
}

export type Distribution = {
  rows: (Sums & { playerCount: number; percentage: number })[]
  total: Sums
  /** The smaller one where two are as common; null without games. */
  mostCommon: number | null
}

/** How large the parties were: each size with its share of the games in percent, to one place. */
export async function playerDistribution(operatorId: Uuid, filter: UsageFilter): Promise<Distribution> {
  return distributionOf(await sumsByPlayers(operatorId, filter))
}

/** The same of sums that are there, smallest party first. */
export function distributionOf(rows: readonly (Sums & { playerCount: number })[]): Distribution {
  const total = sumOf(rows)
  const most = rows.reduce<(typeof rows)[number] | undefined>(
    (best, row) => (best && best.sessions >= row.sessions ? best : row),
    undefined,
  )
  return {
    rows: rows.map((row) => ({ ...row, percentage: tenths(row.sessions * 100, total.sessions) })),
    total,
    mostCommon: most?.playerCount ?? null,
  }
}

/** Players in a game on average, to one place; 0 without games. */
export const averagePlayers = ({ players, sessions }: Sums): number => tenths(players, sessions)

/** a ÷ b to one decimal place, half up, in whole numbers until the last step. */
export function tenths(a: number, b: number): number {
  return b === 0 ? 0 : Math.floor((20 * a + b) / (2 * b)) / 10
}

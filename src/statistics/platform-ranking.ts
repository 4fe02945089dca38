import type { Uuid } from '#src/core/ids'
import { rawSql } from '#src/platform/database'
import type { Sums } from '#src/usage/sums'
import { type PlatformKey, platformSums, type ResolvedFilter } from './platform-sums'

/** What games of the platform are ranked by. */
export const SUBJECTS = ['application', 'site', 'operator'] as const
export type Subject = (typeof SUBJECTS)[number]

export const SUBJECT_KEYS = { application: 'applicationId', site: 'siteId', operator: 'operatorId' } as const satisfies Record<
  Subject,
  PlatformKey
>

/** `detail` tells things of one name apart: a site's address, an operator's user name; `ownerName` is the operator of a site. */
type Named = { id: Uuid; name: string; detail: string; ownerId: Uuid | null; ownerName: string }
export type Ranked = Sums & Named

/** Applications, sites or operators that had games, the most expensive first; ties by id. */
export async function ranking(by: Subject, filter: ResolvedFilter): Promise<Ranked[]> {
  const rows = await sumsBySubject(by, filter)
  return named(rows, await namesOf(rows.map(({ id }) => id)))
}

/** The same without names. */
export async function sumsBySubject(by: Subject, filter: ResolvedFilter): Promise<(Sums & { id: Uuid })[]> {
  const rows = await platformSums<Record<string, Uuid>>(filter, [SUBJECT_KEYS[by]])
  return rows.map(({ sessions, players, total, ...keys }) => ({ id: keys[SUBJECT_KEYS[by]]!, sessions, players, total })).sort(byCost)
}

/** The most expensive first, ties by id. */
const byCost = (a: Sums & { id: Uuid }, b: Sums & { id: Uuid }): number =>
  a.total === b.total ? (a.id < b.id ? -1 : 1) : a.total > b.total ? -1 : 1

/** What operators, sites and applications are called, deleted ones included, of whatever kinds the ids are. */
export async function namesOf(ids: readonly Uuid[]): Promise<Map<Uuid, Named>> {
  if (ids.length === 0) return new Map()
  const rows = await rawSql()<Named[]>`
    SELECT id, name, detail, "ownerId", "ownerName" FROM (
      SELECT id, app_name AS name, '' AS detail, NULL::uuid AS "ownerId", '' AS "ownerName" FROM applications
      UNION ALL SELECT id, name, username, NULL, '' FROM operator_accounts
      UNION ALL SELECT s.id, s.name, s.address, o.id, o.name FROM operation_sites s JOIN operator_accounts o ON o.id = s.operator_id
    ) named WHERE id = ANY (${[...ids]}::uuid[])`
  return new Map(rows.map((row) => [row.id, row]))
}

/** Sums with their names; what has none is called by its id. */
export const named = (rows: readonly (Sums & { id: Uuid })[], names: ReadonlyMap<Uuid, Named>): Ranked[] =>
  rows.map((row) => ({ name: row.id, detail: '', ownerId: null, ownerName: '', ...names.get(row.id), ...row }))

import { and, asc, desc, eq, gt, inArray, isNull, lt } from 'drizzle-orm'
import { applications, type CATEGORIES, operatorAccounts, operatorAppAuthorizations } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { read } from '#src/platform/database'
import { namesOperator } from './grant-queries'
import { statusOf } from './grants'
import { isRenewable } from './requests'

const grants = operatorAppAuthorizations

/** Games side by side; more would not fit on a desk. */
const MOST_COLUMNS = 10

export type MatrixFilter = { keyword: string; category?: (typeof CATEGORIES)[number] | undefined; part: number }
type MatrixCell = { grantId: Uuid; state: 'active' | 'ending' | 'expired'; expiresAt: Instant | null }
type MatrixRow = {
  id: Uuid
  name: string
  username: string
  category: (typeof CATEGORIES)[number]
  /** By application; nothing where the operator may not start it and never might since it was last revoked. */
  cells: ReadonlyMap<Uuid, MatrixCell>
}
export type Matrix = {
  columns: { id: Uuid; name: string; isActive: boolean }[]
  /** Which ten of the games, from 0, and how many such parts there are. */
  part: number
  parts: number
  operators: Slice<MatrixRow>
}

/** Operators by games: one page of operators, newest first, against one part of the games, by name. */
export async function grantMatrix({ keyword, category, part }: MatrixFilter, keyset: Keyset, now: Instant): Promise<Matrix> {
  const [games, operators] = await Promise.all([allGames(), operatorsOf({ keyword, category }, keyset)])
  const parts = Math.max(1, Math.ceil(games.length / MOST_COLUMNS))
  const shown = Math.min(part, parts - 1)
  const columns = games.slice(shown * MOST_COLUMNS, (shown + 1) * MOST_COLUMNS)
  const cells = await cellsOf(
    operators.rows.map(({ id }) => id),
    columns.map(({ id }) => id),
    now,
  )
  const rows = operators.rows.map((operator) => ({ ...operator, cells: cells.get(operator.id) ?? new Map() }))
  return { columns, part: shown, parts, operators: { ...operators, rows } }
}

/** What may be started stands first. */
const allGames = () =>
  read()
    .select({ id: applications.id, name: applications.appName, isActive: applications.isActive })
    .from(applications)
    .orderBy(desc(applications.isActive), asc(applications.appName))

async function operatorsOf({ keyword, category }: Omit<MatrixFilter, 'part'>, keyset: Keyset) {
  const back = isBackwards(keyset)
  const { id, name, username, category: tier, deactivatedAt } = operatorAccounts
  const rows = await read()
    .select({ id, name, username, category: tier })
    .from(operatorAccounts)
    .where(
      and(
        isNull(deactivatedAt),
        category ? eq(tier, category) : undefined,
        namesOperator(keyword),
        keyset.after ? lt(id, keyset.after) : undefined,
        back ? gt(id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(id) : desc(id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

async function cellsOf(operatorIds: Uuid[], applicationIds: Uuid[], now: Instant): Promise<Map<Uuid, Map<Uuid, MatrixCell>>> {
  const cells = new Map<Uuid, Map<Uuid, MatrixCell>>()
  if (operatorIds.length === 0 || applicationIds.length === 0) return cells
  const held = await read()
    .select({
      id: grants.id,
      operatorId: grants.operatorId,
      applicationId: grants.applicationId,
      expiresAt: grants.expiresAt,
      revokedAt: grants.revokedAt,
    })
    .from(grants)
    .where(and(inArray(grants.operatorId, operatorIds), inArray(grants.applicationId, applicationIds), isNull(grants.revokedAt)))
  for (const { id, operatorId, applicationId, expiresAt, revokedAt } of held) {
    const own = cells.get(operatorId) ?? new Map<Uuid, MatrixCell>()
    const ended = statusOf({ revokedAt, expiresAt }, now) === 'expired'
    own.set(applicationId, { grantId: id, expiresAt, state: ended ? 'expired' : isRenewable(expiresAt, now) ? 'ending' : 'active' })
    cells.set(operatorId, own)
  }
  return cells
}

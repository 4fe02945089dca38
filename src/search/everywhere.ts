import type { Permission } from '#src/permissions/permissions'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import type { Found } from './own'
import type { FoundKind, Wanted } from './wanted'

/** What a member of staff needs to find things of a kind. */
const NEEDED: Partial<Record<FoundKind, Permission>> = { operator: 'operator:view', site: 'site:view', application: 'application:view' }

const MOST = 20

/** What our people find: operators, sites and applications of everybody, each kind for those who may view it. */
export async function findEverywhere(permissions: ReadonlySet<string>, wanted: Wanted): Promise<Found[]> {
  if (wanted.by === 'nothing') return []
  const found = await (wanted.by === 'id' ? anyById(wanted.id) : anyByWords(wanted.words))
  const kind = wanted.by === 'id' ? wanted.kind : undefined
  return found.filter((row) => permissions.has(NEEDED[row.kind] ?? '') && (kind === undefined || row.kind === kind))
}

const anyById = (id: string): Promise<Found[]> =>
  rawSql()<Found[]>`
    SELECT 'operator' AS kind, id, name, username AS detail, created_at AS at, balance_fen AS amount, true AS "isExact"
      FROM operator_accounts WHERE id = ${id}
    UNION ALL SELECT 'site', s.id, s.name, o.name || ' · ' || s.address, s.created_at, NULL, true
      FROM operation_sites s JOIN operator_accounts o ON o.id = s.operator_id WHERE s.id = ${id}
    UNION ALL SELECT 'application', id, app_name, coalesce(description, ''), created_at, unit_price_fen, true FROM applications WHERE id = ${id}`

function anyByWords(words: string): Promise<Found[]> {
  const pattern = likePattern(words)
  return rawSql()<Found[]>`
    (SELECT 'operator' AS kind, id, name, username AS detail, created_at AS at, balance_fen AS amount,
        lower(username) = lower(${words}) OR phone = ${words} AS "isExact"
      FROM operator_accounts WHERE name ILIKE ${pattern} OR username ILIKE ${pattern} OR phone = ${words} OR lower(email) = lower(${words})
      ORDER BY deactivated_at NULLS FIRST, id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'site', s.id, s.name, o.name || ' · ' || s.address, s.created_at, NULL, lower(s.name) = lower(${words})
      FROM operation_sites s JOIN operator_accounts o ON o.id = s.operator_id
      WHERE s.name ILIKE ${pattern} OR s.address ILIKE ${pattern} ORDER BY s.id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'application', id, app_name, coalesce(description, ''), created_at, unit_price_fen, lower(app_name) = lower(${words})
      FROM applications WHERE app_name ILIKE ${pattern} ORDER BY id DESC LIMIT ${MOST})`
}

import type { Permission } from '#src/permissions/permissions'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import type { Found } from './own'
import type { FoundKind, Wanted } from './wanted'

/** What a member of staff needs to find things of a kind. */
const NEEDED: Partial<Record<FoundKind, Permission>> = {
  operator: 'operator:view',
  site: 'site:view',
  application: 'application:view',
  order: 'transaction:view',
  refund: 'refund:view',
  invoice: 'invoice:view',
}

const MOST = 20

/** What our people find of everybody: operators, sites, applications, orders, refunds and invoices, each kind for those who may view it. */
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
    UNION ALL SELECT 'application', id, app_name, coalesce(description, ''), created_at, unit_price_fen, true FROM applications WHERE id = ${id}
    UNION ALL SELECT 'order', r.id, o.name, r.status, r.created_at, r.amount_fen, true
      FROM recharge_orders r JOIN operator_accounts o ON o.id = r.operator_id WHERE r.id = ${id}
    UNION ALL SELECT 'refund', r.id, o.name, r.status, r.created_at, r.requested_fen, true
      FROM refund_records r JOIN operator_accounts o ON o.id = r.operator_id WHERE r.id = ${id}
    UNION ALL SELECT 'invoice', i.id, o.name, i.status, i.created_at, i.amount_fen, true
      FROM invoice_records i JOIN operator_accounts o ON o.id = i.operator_id WHERE i.id = ${id}`

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
      FROM applications WHERE app_name ILIKE ${pattern} ORDER BY id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'order', r.id, o.name, r.status, r.created_at, r.amount_fen, true
      FROM recharge_orders r JOIN operator_accounts o ON o.id = r.operator_id
      WHERE r.payment_method = ANY (ARRAY['wechat', 'alipay', 'bank']) AND (r.provider_txn_id = ${words} OR r.out_trade_no = ${words})
      LIMIT ${MOST})
    UNION ALL
    (SELECT 'refund', r.id, o.name, r.status, r.created_at, r.requested_fen, true
      FROM refund_payouts p JOIN refund_records r ON r.id = p.refund_id JOIN operator_accounts o ON o.id = r.operator_id
      WHERE p.out_refund_no = ${words} OR p.provider_refund_id = ${words} LIMIT ${MOST})
    UNION ALL
    (SELECT 'invoice', i.id, o.name, i.status, i.created_at, i.amount_fen, true
      FROM invoice_records i JOIN operator_accounts o ON o.id = i.operator_id WHERE i.number = ${words} LIMIT ${MOST})`
}

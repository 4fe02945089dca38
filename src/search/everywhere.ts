import { parseSessionId } from '#src/authorize/session-id'
import type { Uuid } from '#src/core/ids'
import type { Permission } from '#src/permissions/permissions'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import type { Found as OwnFound } from './own'
import type { FoundKind, Wanted } from './wanted'

/** Something of somebody: with whose it is, and what is looked at in its stead: the right of a game, the journal row of a game start. */
export type Found = OwnFound & { operatorId: Uuid | null; shownBy?: Uuid | null }

/** What a member of staff needs to find things of a kind. */
const NEEDED: Partial<Record<FoundKind, Permission>> = {
  operator: 'operator:view',
  site: 'site:view',
  application: 'application:view',
  order: 'transaction:view',
  refund: 'refund:view',
  invoice: 'invoice:view',
  report: 'report:download',
  announcement: 'announcement:publish',
  adjustment: 'transaction:view',
  access_request: 'authorization:view',
  transaction: 'transaction:view',
  usage: 'transaction:view',
  call: 'operator:view',
  staff: 'staff:manage',
  finance_staff: 'finance_staff:manage',
}

const MOST = 20

/** What our people find of everybody, by any id, session, number or name; each kind for those who may view it. */
export async function findEverywhere(permissions: ReadonlySet<string>, wanted: Wanted): Promise<Found[]> {
  if (wanted.by === 'nothing') return []
  const found = await (wanted.by === 'id' ? anyById(wanted) : anyByWords(wanted.words))
  const kind = wanted.by === 'id' ? wanted.kind : undefined
  return found.filter((row) => permissions.has(NEEDED[row.kind] ?? '') && (kind === undefined || row.kind === kind))
}

const anyById = ({ id, madeWithin }: Extract<Wanted, { by: 'id' }>): Promise<Found[]> =>
  rawSql()<Found[]>`
    SELECT 'operator' AS kind, id, name, username AS detail, created_at AS at, balance_fen AS amount, true AS "isExact",
        id AS "operatorId", NULL::uuid AS "shownBy"
      FROM operator_accounts WHERE id = ${id}
    UNION ALL SELECT 'site', s.id, s.name, o.name || ' · ' || s.address, s.created_at, NULL, true, o.id, NULL
      FROM operation_sites s JOIN operator_accounts o ON o.id = s.operator_id WHERE s.id = ${id}
    UNION ALL SELECT 'application', id, app_name, coalesce(description, ''), created_at, unit_price_fen, true, NULL, NULL
      FROM applications WHERE id = ${id}
    UNION ALL SELECT 'application', a.id, a.app_name, o.name, g.authorized_at, a.unit_price_fen, true, o.id, g.id
      FROM operator_app_authorizations g JOIN applications a ON a.id = g.application_id JOIN operator_accounts o ON o.id = g.operator_id
      WHERE g.id = ${id}
    UNION ALL SELECT 'access_request', r.id, o.name, a.app_name, r.created_at, NULL, true, o.id, NULL
      FROM application_authorization_requests r JOIN applications a ON a.id = r.application_id
      JOIN operator_accounts o ON o.id = r.operator_id WHERE r.id = ${id}
    UNION ALL SELECT 'usage', u.id, o.name, u.app_name, u.started_at, u.total_fen, true, o.id, t.id
      FROM usage_records u JOIN operator_accounts o ON o.id = u.operator_id JOIN transaction_records t ON t.usage_id = u.id
      WHERE u.id = ${id}
    UNION ALL SELECT 'transaction', t.id, o.name, t.description, t.created_at, t.amount_fen, true, o.id, NULL
      FROM transaction_records t JOIN operator_accounts o ON o.id = t.operator_id WHERE t.id = ${id}
    UNION ALL SELECT 'order', r.id, o.name, r.status, r.created_at, r.amount_fen, true, o.id, NULL
      FROM recharge_orders r JOIN operator_accounts o ON o.id = r.operator_id WHERE r.id = ${id}
    UNION ALL SELECT 'refund', r.id, o.name, r.status, r.created_at, r.requested_fen, true, o.id, NULL
      FROM refund_records r JOIN operator_accounts o ON o.id = r.operator_id WHERE r.id = ${id}
    UNION ALL SELECT 'invoice', i.id, o.name, i.status, i.created_at, i.amount_fen, true, o.id, NULL
      FROM invoice_records i JOIN operator_accounts o ON o.id = i.operator_id WHERE i.id = ${id}
    UNION ALL SELECT 'adjustment', a.id, o.name, a.reason, a.created_at, a.amount_fen, true, o.id, NULL
      FROM balance_adjustments a JOIN operator_accounts o ON o.id = a.operator_id WHERE a.id = ${id}
    UNION ALL SELECT 'report', id, file_name, start_date || ' – ' || end_date, created_at, NULL, true, NULL, NULL FROM finance_reports WHERE id = ${id}
    UNION ALL SELECT 'announcement', id, title, content, created_at, NULL, true, NULL, NULL FROM announcements WHERE id = ${id}
    UNION ALL SELECT ${staffKind()}, id, name, username, created_at, NULL, true, NULL, NULL FROM admin_accounts WHERE id = ${id}
    UNION ALL SELECT 'call', l.request_id, l.operation, coalesce(l.code, l.result), l.at, NULL, true, l.operator_id, NULL
      FROM api_key_usage_logs l
      WHERE l.at >= ${madeWithin.from} AND l.at <= ${madeWithin.to} AND l.request_id = ${id} AND l.operator_id IS NOT NULL`

/** Finance has a door and managers of its own, so its people are a kind of their own. */
const staffKind = () => rawSql()`CASE WHEN role = 'finance' THEN 'finance_staff' ELSE 'staff' END`

/** A session names its operator; anything else is looked for by number and by name. */
async function anyByWords(words: string): Promise<Found[]> {
  const session = parseSessionId(words)
  if (!session) return byNumberOrName(words)
  return rawSql()<Found[]>`
    SELECT 'usage' AS kind, u.id, o.name, u.app_name AS detail, u.started_at AS at, u.total_fen AS amount, true AS "isExact",
           o.id AS "operatorId", t.id AS "shownBy"
    FROM usage_records u JOIN operator_accounts o ON o.id = u.operator_id JOIN transaction_records t ON t.usage_id = u.id
    WHERE u.operator_id = ${session.operatorId} AND u.session_id = ${session.text}`
}

function byNumberOrName(words: string): Promise<Found[]> {
  const pattern = likePattern(words)
  return rawSql()<Found[]>`
    (SELECT 'operator' AS kind, id, name, username AS detail, created_at AS at, balance_fen AS amount,
        lower(username) = lower(${words}) OR phone = ${words} AS "isExact", id AS "operatorId"
      FROM operator_accounts WHERE name ILIKE ${pattern} OR username ILIKE ${pattern} OR phone = ${words} OR lower(email) = lower(${words})
      ORDER BY deactivated_at NULLS FIRST, id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'site', s.id, s.name, o.name || ' · ' || s.address, s.created_at, NULL, lower(s.name) = lower(${words}), o.id
      FROM operation_sites s JOIN operator_accounts o ON o.id = s.operator_id
      WHERE s.name ILIKE ${pattern} OR s.address ILIKE ${pattern} ORDER BY s.id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'application', id, app_name, coalesce(description, ''), created_at, unit_price_fen, lower(app_name) = lower(${words}), NULL
      FROM applications WHERE app_name ILIKE ${pattern} ORDER BY id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT ${staffKind()}, id, name, username, created_at, NULL, lower(username) = lower(${words}) OR name = ${words}, NULL
      FROM admin_accounts WHERE name ILIKE ${pattern} OR username ILIKE ${pattern} ORDER BY is_active DESC, id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'order', r.id, o.name, r.status, r.created_at, r.amount_fen, true, o.id
      FROM recharge_orders r JOIN operator_accounts o ON o.id = r.operator_id
      WHERE r.payment_method = ANY (ARRAY['wechat', 'alipay', 'bank']) AND (r.provider_txn_id = ${words} OR r.out_trade_no = ${words})
      LIMIT ${MOST})
    UNION ALL
    (SELECT 'refund', r.id, o.name, r.status, r.created_at, r.requested_fen, true, o.id
      FROM refund_payouts p JOIN refund_records r ON r.id = p.refund_id JOIN operator_accounts o ON o.id = r.operator_id
      WHERE p.out_refund_no = ${words} OR p.provider_refund_id = ${words} LIMIT ${MOST})
    UNION ALL
    (SELECT 'invoice', i.id, o.name, i.status, i.created_at, i.amount_fen, true, o.id
      FROM invoice_records i JOIN operator_accounts o ON o.id = i.operator_id
      WHERE i.id IN (
        SELECT id FROM invoice_records WHERE number = ${words}
        UNION ALL SELECT invoice_id FROM invoice_reversals WHERE number = ${words}
        UNION ALL SELECT invoice_id FROM invoice_tax_files WHERE tax_number = ${words} AND replaced_at IS NULL) LIMIT ${MOST})`
}

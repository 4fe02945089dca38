import { parseSessionId } from '#src/authorize/session-id'
import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { addMs, type Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import type { FoundKind, Wanted } from './wanted'

/** Something that was found: enough to know it again in a list. */
export type Found = {
  kind: FoundKind
  id: Uuid
  name: string
  detail: string
  at: Instant | null
  amount: Money | null
  /** It is what was typed, not only like it. */
  isExact: boolean
  /** Its place in the operator's chain; of transactions alone. */
  seq?: bigint | null
}

/** Rows of a kind at most: whoever needs more says more. */
const MOST = 20
const MINUTES_MS = 900_000

/** What an operator finds among its own things; nothing else is looked at. */
export function findOwn(operatorId: Uuid, wanted: Wanted): Promise<Found[]> {
  if (wanted.by === 'nothing') return Promise.resolve([])
  return wanted.by === 'id' ? ownById(operatorId, wanted) : ownByWords(operatorId, wanted.words)
}

async function ownById(operatorId: Uuid, { id, kind, madeWithin }: Extract<Wanted, { by: 'id' }>): Promise<Found[]> {
  const found = await rawSql()<Found[]>`
    SELECT 'usage' AS kind, id, app_name AS name, session_id AS detail, started_at AS at, total_fen AS amount, true AS "isExact", NULL::bigint AS seq
      FROM usage_records WHERE id = ${id} AND operator_id = ${operatorId}
    UNION ALL SELECT 'site', id, name, address, created_at, NULL, true, NULL FROM operation_sites WHERE id = ${id} AND operator_id = ${operatorId}
    UNION ALL SELECT 'application', a.id, a.app_name, coalesce(a.description, ''), NULL, a.unit_price_fen, true, NULL
      FROM applications a WHERE a.id = ${id} AND (a.is_active OR ${isGranted(operatorId)})
    UNION ALL SELECT 'application', a.id, a.app_name, coalesce(a.description, ''), g.authorized_at, a.unit_price_fen, true, NULL
      FROM operator_app_authorizations g JOIN applications a ON a.id = g.application_id WHERE g.id = ${id} AND g.operator_id = ${operatorId}
    UNION ALL SELECT 'access_request', r.id, a.app_name, r.reason, r.created_at, NULL, true, NULL
      FROM application_authorization_requests r JOIN applications a ON a.id = r.application_id
      WHERE r.id = ${id} AND r.operator_id = ${operatorId}
    UNION ALL SELECT 'transaction', id, type, description, created_at, amount_fen, true, seq
      FROM transaction_records WHERE id = ${id} AND operator_id = ${operatorId} AND 'operator' IN (debit_account, credit_account)
    UNION ALL SELECT 'order', id, payment_method, status, created_at, amount_fen, true, NULL
      FROM recharge_orders WHERE id = ${id} AND operator_id = ${operatorId}
    UNION ALL SELECT 'refund', id, status, reason, created_at, requested_fen, true, NULL
      FROM refund_records WHERE id = ${id} AND operator_id = ${operatorId}
    UNION ALL SELECT 'invoice', id, coalesce(number, invoice_title), status, created_at, amount_fen, true, NULL
      FROM invoice_records WHERE id = ${id} AND operator_id = ${operatorId}
    UNION ALL SELECT 'call', request_id, operation, coalesce(code, result), at, NULL, true, NULL
      FROM api_key_usage_logs
      WHERE operator_id = ${operatorId} AND at >= ${madeWithin.from} AND at <= ${madeWithin.to} AND request_id = ${id}`
  return found.filter((row) => kind === undefined || row.kind === kind)
}

/** Whether the application `a` was ever this operator's: its name is no secret then, even when it is withdrawn. */
const isGranted = (operatorId: Uuid) =>
  rawSql()`EXISTS (SELECT FROM operator_app_authorizations g WHERE g.application_id = a.id AND g.operator_id = ${operatorId})`

async function ownByWords(operatorId: Uuid, words: string): Promise<Found[]> {
  const bySession = await ownBySession(operatorId, words)
  if (bySession.length > 0) return bySession
  const pattern = likePattern(words)
  return rawSql()<Found[]>`
    (SELECT 'site' AS kind, id, name, address AS detail, created_at AS at, NULL::bigint AS amount, lower(name) = lower(${words}) AS "isExact"
      FROM operation_sites WHERE operator_id = ${operatorId} AND (name ILIKE ${pattern} OR address ILIKE ${pattern})
      ORDER BY deleted_at NULLS FIRST, id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'application', a.id, a.app_name, coalesce(a.description, ''), NULL, a.unit_price_fen, lower(a.app_name) = lower(${words})
      FROM applications a WHERE a.app_name ILIKE ${pattern} AND (a.is_active OR ${isGranted(operatorId)}) ORDER BY a.id DESC LIMIT ${MOST})
    UNION ALL
    (SELECT 'order', id, payment_method, status, created_at, amount_fen, true
      FROM recharge_orders WHERE operator_id = ${operatorId} AND (provider_txn_id = ${words} OR out_trade_no = ${words}) LIMIT ${MOST})
    UNION ALL
    (SELECT DISTINCT 'refund', r.id, r.status, r.reason, r.created_at, r.requested_fen, true
      FROM refund_payouts p JOIN refund_records r ON r.id = p.refund_id AND r.operator_id = p.operator_id
      WHERE p.operator_id = ${operatorId} AND (p.out_refund_no = ${words} OR p.provider_refund_id = ${words}) LIMIT ${MOST})
    UNION ALL
    (SELECT 'invoice', id, number, status, created_at, amount_fen, true
      FROM invoice_records WHERE operator_id = ${operatorId} AND id IN (
        SELECT id FROM invoice_records WHERE number = ${words}
        UNION ALL SELECT invoice_id FROM invoice_reversals WHERE number = ${words}
        UNION ALL SELECT invoice_id FROM invoice_tax_files WHERE tax_number = ${words} AND replaced_at IS NULL) LIMIT ${MOST})`
}

/** The game of a session id; where there is none, what became of the calls that tried. */
async function ownBySession(operatorId: Uuid, words: string): Promise<Found[]> {
  const session = parseSessionId(words)
  if (!session) return []
  const { text, time } = session
  const [from, to] = [addMs(time, -MINUTES_MS), addMs(time, MINUTES_MS)]
  const found = await rawSql()<Found[]>`
    SELECT 'usage' AS kind, id, app_name AS name, session_id AS detail, started_at AS at, total_fen AS amount, true AS "isExact"
      FROM usage_records WHERE operator_id = ${operatorId} AND session_id = ${text}
    UNION ALL
    (SELECT 'call', request_id, operation, coalesce(code, result), at, NULL, true FROM api_key_usage_logs
      WHERE operator_id = ${operatorId} AND at >= ${from} AND at <= ${to} AND session_id = ${text} ORDER BY at DESC LIMIT ${MOST})`
  const games = found.filter(({ kind }) => kind === 'usage')
  return games.length > 0 ? games : found
}

import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { findLedgerRow, type LedgerRow } from './all-transactions'

/** What a row of the journal is about, and its place in the chain. */
export type LedgerSource = {
  prevHash: string
  hash: string
  correctsId: Uuid | null
  game: {
    sessionId: string
    siteId: Uuid
    siteName: string
    applicationName: string
    players: number
    unitPrice: Money
    total: Money
    startedAt: Instant
    durationSeconds: number | null
    clientIp: string
  } | null
  order: { outTradeNo: string; providerTxnId: string | null; status: string } | null
  refund: { status: string; requested: Money } | null
}

/** One row of any operator's journal with what it is about. Throws RESOURCE_NOT_FOUND. */
export async function requireLedgerRow(id: Uuid): Promise<{ row: LedgerRow; source: LedgerSource }> {
  const [row, source] = await Promise.all([findLedgerRow(id), sourceOf(id)])
  if (!row || !source) throw new Problem('RESOURCE_NOT_FOUND', { id })
  return { row, source }
}

async function sourceOf(id: Uuid): Promise<LedgerSource | undefined> {
  const [found] = await rawSql()<Found[]>`
    SELECT encode(t.prev_hash, 'hex') AS "prevHash", encode(t.hash, 'hex') AS hash, t.corrects_id AS "correctsId",
      u.session_id AS "sessionId", u.site_id AS "siteId", s.name AS "siteName", u.app_name AS "applicationName", u.player_count AS players,
      u.unit_price_fen AS "unitPrice", u.total_fen AS total, u.started_at AS "startedAt", u.duration_s AS "durationSeconds",
      u.client_ip AS "clientIp", r.out_trade_no AS "outTradeNo", r.provider_txn_id AS "providerTxnId", r.status AS "orderStatus",
      f.status AS "refundStatus", f.requested_fen AS requested
    FROM transaction_records t
    LEFT JOIN usage_records u ON u.id = t.usage_id
    LEFT JOIN operation_sites s ON s.id = u.site_id
    LEFT JOIN recharge_orders r ON r.id = t.order_id
    LEFT JOIN refund_records f ON f.id = t.refund_id
    WHERE t.id = ${id}`
  if (!found) return undefined
  const { prevHash, hash, correctsId, sessionId, outTradeNo, providerTxnId, orderStatus, refundStatus, requested, ...game } = found
  return {
    prevHash,
    hash,
    correctsId,
    game: sessionId === null ? null : { sessionId, ...game },
    order: orderStatus === null ? null : { outTradeNo: outTradeNo!, providerTxnId, status: orderStatus },
    refund: refundStatus === null ? null : { status: refundStatus, requested: requested! },
  }
}

type Found = Omit<NonNullable<LedgerSource['game']>, 'sessionId'> & {
  prevHash: string
  hash: string
  correctsId: Uuid | null
  sessionId: string | null
  outTradeNo: string | null
  providerTxnId: string | null
  orderStatus: string | null
  refundStatus: string | null
  requested: Money | null
}

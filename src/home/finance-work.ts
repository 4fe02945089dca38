import { addDays, type BusinessDay, businessDay, type Instant, instant, startOfDay } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** What waits for somebody of finance. */
const WORK_KINDS = [
  'refunds',
  'payouts',
  'invoices',
  'red_invoices',
  'bank_transfers',
  'adjustments',
  'quarantine',
  'abnormal_orders',
  'differences',
] as const
type WorkKind = (typeof WORK_KINDS)[number]
export type Work = { kind: WorkKind; count: number; oldestAt: Instant | null }

/** How much of each waits and since when, by the indexes of what is open. */
export async function openWork(): Promise<Work[]> {
  const rows = await rawSql()<Work[]>`
    SELECT 'refunds' AS kind, count(*)::int AS count, min(created_at) AS "oldestAt" FROM refund_records WHERE status = 'pending'
    UNION ALL SELECT 'payouts', count(*)::int, min(created_at) FROM refund_payouts
      WHERE status IN ('processing', 'abnormal') AND (status = 'abnormal' OR channel = 'bank')
    UNION ALL SELECT 'invoices', count(*)::int, min(created_at) FROM invoice_records WHERE status = 'pending'
    UNION ALL SELECT 'red_invoices', count(*)::int, min(opened_at) FROM invoice_red_tasks WHERE settled_at IS NULL
    UNION ALL SELECT 'bank_transfers', count(*)::int, min(b.created_at) FROM bank_transfers b JOIN recharge_orders o ON o.id = b.order_id
      WHERE b.decided_at IS NULL AND o.status = 'pending'
    UNION ALL SELECT 'adjustments', count(*)::int, min(submitted_at) FROM balance_adjustments WHERE status = 'waiting'
    UNION ALL SELECT 'quarantine', count(*)::int, min(created_at) FROM payment_quarantine WHERE status = 'open'
    UNION ALL SELECT 'abnormal_orders', count(*)::int, min(created_at) FROM recharge_orders WHERE status = 'abnormal' AND status IN ('pending', 'abnormal')
    UNION ALL SELECT 'differences', count(*)::int, min(found_at) FROM bill_differences WHERE closed_at IS NULL AND state IN ('open', 'proposed', 'carried')`
  return WORK_KINDS.map((kind) => rows.find((row) => row.kind === kind)!)
}

type BillLight = { channel: 'wechat' | 'alipay'; state: 'waiting' | 'imported' | 'matched' | 'closed'; open: number }
type ProofLight = { finishedAt: Instant; transactions: bigint; isClean: boolean } | null
export type Lights = { yesterday: BusinessDay; bills: BillLight[]; proof: ProofLight; lastClosed: BusinessDay | null; daysBehind: number }

type LightsRow = {
  bills: { channel: BillLight['channel']; state: BillLight['state']; open: number }[] | null
  proof: { at: number; rows: string; clean: boolean } | null
  lastClosed: BusinessDay | null
}

/** Whether yesterday's bills match, the ledger was proved and the days are closed: in one statement. */
export async function lightsOf(now: Instant): Promise<Lights> {
  const yesterday = businessDay(addDays(now, -1))
  const [row] = await rawSql()<LightsRow[]>`
    SELECT (SELECT json_agg(json_build_object('channel', b.channel, 'state', b.state, 'open', (
              SELECT count(*) FROM bill_differences d WHERE d.bill_id = b.id AND d.closed_at IS NULL)) ORDER BY b.channel DESC)
            FROM provider_bills b WHERE b.bill_date = ${yesterday}::date) AS bills,
           (SELECT json_build_object('at', extract(epoch FROM finished_at), 'rows', transactions::text,
                                     'clean', drift_fen = 0 AND jsonb_array_length(findings) = 0)
            FROM ledger_proofs WHERE scope = 'full' ORDER BY finished_at DESC LIMIT 1) AS proof,
           (SELECT max(day)::text FROM day_closings) AS "lastClosed"`
  const { bills, proof, lastClosed } = row!
  const days = lastClosed ? Math.round((startOfDay(yesterday).getTime() - startOfDay(lastClosed).getTime()) / 86_400_000) : 0
  return {
    yesterday,
    bills: bills ?? [],
    proof: proof && { finishedAt: instant(proof.at * 1000), transactions: BigInt(proof.rows), isClean: proof.clean },
    lastClosed,
    daysBehind: Math.max(0, days),
  }
}

import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** Places in an operator's chain; `to` is excluded. */
export type SeqRange = { from: bigint; to: bigint }

/** Servers' clocks differ by less than this; rows around the edges are looked at one by one. */
const SKEW_SECONDS = 3_600

/**
 * The part of a chain that can hold the rows of a stretch of time. The chain has no gaps and its times rise, but for the differences
 * between clocks: halving it finds an old month in twenty steps, where reading back from the head would read everything since.
 */
export async function seqRange(
  operatorId: Uuid,
  { from, to }: { from?: Instant | undefined; to?: Instant | undefined },
): Promise<SeqRange> {
  const [first, end] = await Promise.all([
    from ? firstSeqAt(operatorId, addSeconds(from, -SKEW_SECONDS)) : 1n,
    to ? firstSeqAt(operatorId, addSeconds(to, SKEW_SECONDS)) : seqAfterHead(operatorId),
  ])
  return { from: first, to: end }
}

async function seqAfterHead(operatorId: Uuid): Promise<bigint> {
  const [head] = await rawSql()<{ seq: bigint }[]>`SELECT ledger_seq AS seq FROM operator_accounts WHERE id = ${operatorId}`
  return (head?.seq ?? 0n) + 1n
}

/** The first place whose time is not before `at`; one behind the head where there is none. */
async function firstSeqAt(operatorId: Uuid, at: Instant): Promise<bigint> {
  const [found] = await rawSql()<{ seq: bigint | null }[]>`
    WITH RECURSIVE halving AS (
      SELECT 1::bigint AS low, ledger_seq + 1 AS high FROM operator_accounts WHERE id = ${operatorId}
      UNION ALL
      SELECT CASE WHEN t.created_at < ${at} THEN t.seq + 1 ELSE h.low END, CASE WHEN t.created_at < ${at} THEN h.high ELSE t.seq END
      FROM halving h JOIN transaction_records t ON t.operator_id = ${operatorId} AND t.seq = (h.low + h.high) / 2
      WHERE h.low < h.high
    )
    SELECT max(low) AS seq FROM halving`
  return found?.seq ?? 1n
}

import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { Finding } from './walk'

/** What the audits of the ledger came to last. */
export type LedgerState = {
  /** The newest proof of the whole ledger; null before the first. */
  whole: { at: Instant; rows: number; findings: number } | null
  /** Up to when new rows were audited; null before the first time. */
  touchedAt: Instant | null
  /** Of that proof and of new rows since then. */
  findings: Finding[]
}

/** Findings that are shown; a proof keeps a thousand at most. */
const MOST_SHOWN = 100

export async function ledgerState(): Promise<LedgerState> {
  const sql = rawSql()
  const [rows, [watch]] = await Promise.all([
    sql<{ scope: 'touched' | 'full'; transactions: bigint; findings: Finding[]; at: Instant }[]>`
      WITH whole AS (SELECT * FROM ledger_proofs WHERE scope = 'full' ORDER BY finished_at DESC LIMIT 1)
      (SELECT scope, transactions, findings, finished_at AS at FROM whole)
      UNION ALL
      (SELECT scope, transactions, findings, finished_at FROM ledger_proofs
       WHERE scope = 'touched' AND finished_at > coalesce((SELECT finished_at FROM whole), '-infinity') ORDER BY finished_at DESC LIMIT 20)`,
    sql<{ at: Instant }[]>`SELECT looked_at AS at FROM ledger_watch`,
  ])
  const whole = rows.find(({ scope }) => scope === 'full')
  return {
    whole: whole ? { at: whole.at, rows: Number(whole.transactions), findings: whole.findings.length } : null,
    touchedAt: watch?.at ?? null,
    findings: distinct(rows.flatMap(({ findings }) => findings)).slice(0, MOST_SHOWN),
  }
}

/** The same finding comes again with every audit until it is settled. */
const distinct = (findings: Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [`${finding.rule} ${finding.operatorId} ${finding.row}`, finding])).values(),
]

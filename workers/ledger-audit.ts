import { auditTouched, proveAndKeep } from '#src/ledger/audit-job'
import type { Finding } from '#src/ledger/walk'
import { askForRun } from '#src/monitoring/ask-for-run'
import { tellFindings, tellFullProof } from '#src/monitoring/ledger-alarms'
import type { Counts, Tick } from '#src/monitoring/tick'
import { log } from '#src/platform/log'

/** The whole ledger from its first row. What is wrong is an alert (ledger_findings) and stands in ledger_proofs; the job itself has done its work. */
export async function auditWholeLedger({ now, signal, progress }: Tick): Promise<Counts> {
  const onProgress = (done: number) => progress({ done })
  const { operators, transactions, drift, findings } = await proveAndKeep(now, { onProgress, signal }, tellFullProof)
  logFindings(findings)
  return { operators, transactions, drift_fen: Number(drift), findings: findings.length }
}

/** What is new since the last look. When somebody changed rows of the journal, the whole of it is proved at once, by a run of its own. */
export async function auditTouchedLedger({ now, signal }: Tick): Promise<Counts> {
  const { operators, transactions, findings } = await auditTouched(now, signal, async (tx, found, at) => {
    await tellFindings(tx, found, at)
    if (found.some(({ rule }) => rule === 'I11')) await askForRun(tx, 'ledger-audit', at)
  })
  logFindings(findings)
  return { operators, transactions, findings: findings.length }
}

function logFindings(findings: readonly Finding[]): void {
  const [first] = findings
  if (!first) return
  const { rule, row, text, operatorId } = first
  log('error', 'the ledger is not sound', {
    operation: 'ledger_audit',
    findings: findings.length,
    rule,
    row,
    text,
    user_id: operatorId,
    alert: true,
  })
}

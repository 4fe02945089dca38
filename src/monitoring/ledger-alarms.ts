import { showId, type Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import type { Finding } from '#src/ledger/walk'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import type { Transaction } from '#src/platform/database'

/** Alerts of one audit at most: when every operator's books are wrong, one cause is behind it. */
const MOST_ALERTS = 50
/** Who changed rows of the journal is for people to find out: this alert does not settle by itself. */
const TAMPERED = 'journal'
const KIND = 'ledger_findings' as const

/** Calls our people at once: one alert for each operator whose books are wrong, with the first finding and how many there are. Nothing is frozen. */
export async function tellFindings(tx: Transaction, findings: readonly Finding[], at: Instant): Promise<void> {
  const told = [...Map.groupBy(findings, subjectOf)].slice(0, MOST_ALERTS)
  const names = await namesOf(
    tx,
    told.flatMap(([, [first]]) => first?.operatorId ?? []),
  )
  for (const [subject, found] of told) {
    const { rule, row, text, operatorId } = found[0]!
    const about: Record<string, string> =
      operatorId === null ? {} : { operator: names.get(operatorId) ?? '', operator_id: showId('operator', operatorId) }
    const details = { ...about, rule, row, text: text.slice(0, 300), findings: String(found.length) }
    await raiseAlert(tx, { kind: KIND, subject, audience: 'operations', details }, at)
  }
}

/** After a proof of the whole ledger: what it found is told, and what it found no more is settled. */
export async function tellFullProof(tx: Transaction, findings: readonly Finding[], at: Instant): Promise<void> {
  await tellFindings(tx, findings, at)
  const unsound = new Set(findings.map(subjectOf))
  const open = await tx.sql<{ subject: string }[]>`SELECT subject FROM alerts WHERE kind = ${KIND} AND closed_at IS NULL`
  for (const { subject } of open) {
    if (subject !== TAMPERED && !unsound.has(subject)) await settleAlert(tx, { kind: KIND, subject }, at)
  }
}

async function namesOf({ sql }: Transaction, ids: Uuid[]): Promise<Map<Uuid, string>> {
  const rows = await sql<{ id: Uuid; name: string }[]>`SELECT id, name FROM operator_accounts WHERE id = ANY (${ids}::uuid[])`
  return new Map(rows.map(({ id, name }) => [id, name]))
}

const subjectOf = ({ rule, operatorId }: Pick<Finding, 'rule'> & { operatorId: Uuid | null }): string =>
  operatorId === null ? (rule === 'I11' ? TAMPERED : 'ledger') : showId('operator', operatorId)

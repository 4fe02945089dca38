import { desc, eq } from 'drizzle-orm'
import { ledgerProofs } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import { type Money, ZERO } from '#src/core/money'
import { type Instant, now } from '#src/core/time'
import { read, type Transaction, transaction } from '#src/platform/database'
import { ledgerDrift } from '#src/platform/metrics'
import { readAnchors, writeAnchors } from './anchor'
import { type Proof, type ProofOptions, proveLedger } from './prove'
import { proveTouched, type TouchedProof } from './prove-touched'
import type { Finding } from './walk'
import { saveWatch, saveWatermarks } from './watermarks'

/** What is done with the findings of an audit, in the transaction that keeps it. */
export type Tell = (tx: Transaction, findings: readonly Finding[], at: Instant) => Promise<void>
type Watching = Pick<ProofOptions, 'onProgress' | 'signal'>

/**
 * Proves the whole ledger, keeps the result in ledger_proofs and, when all is well, moves the anchors; the audit of each minute goes on
 * from here. A finding is for people to decide: nothing is ever corrected by itself.
 */
export async function proveAndKeep(startedAt: Instant, watching: Watching = {}, tell: Tell = async () => {}): Promise<Proof> {
  const proof = await proveLedger({ now: startedAt, anchors: await readAnchors(), ...watching })
  ledgerDrift.set(Number(proof.drift))
  const unsound = new Set(proof.findings.map(({ operatorId }) => operatorId))
  await transaction(async (tx) => {
    const at = now()
    await keep(tx, 'full', proof, startedAt, at)
    await saveWatermarks(
      tx,
      proof.marks.filter(({ operatorId }) => !unsound.has(operatorId)),
      at,
    )
    await tell(tx, proof.findings, at)
  })
  if (proof.findings.length === 0) await writeAnchors(proof.heads)
  return proof
}

/** The audit of each minute: what happened since the last one. Only one with findings is kept in ledger_proofs; how far it came always is. */
export async function auditTouched(at: Instant, signal: AbortSignal | undefined, tell: Tell): Promise<TouchedProof> {
  const proof = await proveTouched({ now: at, anchors: await readAnchors(), signal })
  const { operators, transactions, findings, marks, watch } = proof
  await transaction(async (tx) => {
    await saveWatermarks(tx, marks, at)
    await saveWatch(tx, watch)
    if (findings.length === 0) return
    await keep(tx, 'touched', { operators, transactions, drift: ZERO, findings }, at, now())
    await tell(tx, findings, at)
  })
  return proof
}

type Kept = { operators: number; transactions: number; drift: Money; findings: Finding[] }

async function keep(tx: Transaction, scope: 'full' | 'touched', kept: Kept, startedAt: Instant, finishedAt: Instant): Promise<void> {
  const { operators, transactions, drift, findings } = kept
  await tx.db
    .insert(ledgerProofs)
    .values({ id: newId(), scope, operators, transactions: BigInt(transactions), drift, findings, startedAt, finishedAt })
}

/** The newest proof of the whole ledger; undefined before the first. */
export async function lastProof() {
  const [proof] = await read()
    .select()
    .from(ledgerProofs)
    .where(eq(ledgerProofs.scope, 'full'))
    .orderBy(desc(ledgerProofs.finishedAt))
    .limit(1)
  return proof
}

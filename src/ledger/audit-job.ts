import { desc } from 'drizzle-orm'
import { ledgerProofs } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import { type Instant, now } from '#src/core/time'
import { read } from '#src/platform/database'
import { ledgerDrift } from '#src/platform/metrics'
import { readAnchors, writeAnchors } from './anchor'
import { type Proof, proveLedger } from './prove'

/**
 * Proves the whole ledger, keeps the result in ledger_proofs and, when all is well, moves the anchors. A finding is for people to
 * decide: nothing is ever corrected by itself.
 */
export async function proveAndKeep(startedAt: Instant, onProgress?: (transactions: number) => void): Promise<Proof> {
  const proof = await proveLedger({ now: startedAt, anchors: await readAnchors(), onProgress })
  ledgerDrift.set(Number(proof.drift))
  await read()
    .insert(ledgerProofs)
    .values({
      id: newId(),
      scope: 'full',
      operators: proof.operators,
      transactions: BigInt(proof.transactions),
      drift: proof.drift,
      findings: proof.findings,
      startedAt,
      finishedAt: now(),
    })
  if (proof.findings.length === 0) await writeAnchors(proof.heads)
  return proof
}

/** The newest proof; undefined before the first. */
export async function lastProof() {
  const [proof] = await read().select().from(ledgerProofs).orderBy(desc(ledgerProofs.finishedAt)).limit(1)
  return proof
}

import { lastProof } from '#src/ledger/audit-job'
import { poolUse, rawSql } from '#src/platform/database'
import { connectionsActive, jobLastSuccess, ledgerDrift, operatorBalance, registry } from '#src/platform/metrics'

/** The metrics of this process and, read from the database at this moment, of the product: balances, jobs, last proof. */
export async function scrape(): Promise<string> {
  connectionsActive.set(poolUse().active)
  await Promise.all([balances(), jobs(), drift()]).catch(() => undefined)
  return registry.metrics()
}

async function balances(): Promise<void> {
  const rows = await rawSql()<{ id: string; tier: string; fen: bigint }[]>`
    SELECT id, category AS tier, balance_fen AS fen FROM operator_accounts WHERE deactivated_at IS NULL`
  operatorBalance.reset()
  for (const { id, tier, fen } of rows) operatorBalance.set({ operator_id: `op_${id}`, tier }, Number(fen) / 100)
}

async function jobs(): Promise<void> {
  const rows = await rawSql()<
    { job: string; at: Date }[]
  >`SELECT job, max(finished_at) AS at FROM job_runs WHERE status = 'ok' GROUP BY job`
  for (const { job, at } of rows) jobLastSuccess.set({ job }, Math.floor(at.getTime() / 1000))
}

async function drift(): Promise<void> {
  const proof = await lastProof()
  if (proof) ledgerDrift.set(Number(proof.drift))
}

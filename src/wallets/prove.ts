import type { Uuid } from '#src/core/ids'
import { rawSql } from '#src/platform/database'
import { entryHash } from './statement'
import type { Currency, Entry, Purse } from './wallet'
import { STATEMENT_GENESIS } from './wallet'
import { entryColumns, type WalletRow, walletColumns, walletFrom } from './world'

/** Something in the wallets that cannot be: whose, which row, and what is wrong with it. */
type WalletFinding = { walletId: Uuid; row: string; text: string }

export type WalletProof = { wallets: number; transactions: number; findings: WalletFinding[] }

/** Rows read at a time: bounds memory whatever the length of the statements. */
const CHUNK = 5_000
const MAX_FINDINGS = 1_000

type Chain = { seq: bigint; hash: string; purses: Record<Currency, Purse> }
type Note = (finding: WalletFinding) => void

/**
 * Recomputes every statement from its first row, in one read-only snapshot, and holds the wallets against their ends: all of them, or one
 * platform's. Changes nothing.
 */
export async function proveWallets(platform: string | null = null): Promise<WalletProof> {
  return rawSql().begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (sql) => {
    const findings: WalletFinding[] = []
    const note: Note = (finding) => {
      if (findings.length < MAX_FINDINGS) findings.push(finding)
    }
    const chains = new Map<Uuid, Chain>()
    let transactions = 0
    const rows = sql<Entry[]>`
      SELECT ${entryColumns({ sql: sql as never })} FROM wallet_transactions
      WHERE ${platform}::text IS NULL OR wallet_id IN (SELECT id FROM wallets WHERE platform = ${platform})
      ORDER BY wallet_id, seq`
    await rows.cursor(CHUNK, (chunk) => {
      for (const entry of chunk) {
        const before = chains.get(entry.walletId) ?? emptyChain()
        checkEntry(entry, before, note)
        const purse = { available: entry.balanceAfter, frozen: entry.frozenAfter }
        chains.set(entry.walletId, { seq: entry.seq, hash: entry.hash, purses: { ...before.purses, [entry.currency]: purse } })
      }
      transactions += chunk.length
    })
    const wallets = await sql<
      WalletRow[]
    >`SELECT ${walletColumns({ sql: sql as never })} FROM wallets w WHERE ${platform}::text IS NULL OR w.platform = ${platform}`
    for (const row of wallets) checkWallet(row, chains.get(row.id) ?? emptyChain(), note)
    return { wallets: wallets.length, transactions, findings }
  })
}

const nothing = (): Purse => ({ available: 0n, frozen: 0n })
const emptyChain = (): Chain => ({
  seq: 0n,
  hash: STATEMENT_GENESIS,
  purses: { gameCoins: nothing(), cashBalance: nothing(), computingPower: nothing() },
})

/** A break is named where it is, not at every row after it. */
function checkEntry(entry: Entry, before: Chain, note: Note): void {
  const broken = (text: string) => note({ walletId: entry.walletId, row: `seq ${entry.seq} (${entry.id})`, text })
  const purse = before.purses[entry.currency]
  if (entry.seq !== before.seq + 1n) broken(`sequence jumps from ${before.seq} to ${entry.seq}`)
  else if (entry.prevHash !== before.hash) broken('does not continue the hash of the row before it')
  if (entryHash(entry) !== entry.hash) broken('its hash does not match its content')
  if (entry.balanceBefore !== purse.available || entry.frozenBefore !== purse.frozen)
    broken(
      `starts from ${entry.balanceBefore} and ${entry.frozenBefore} frozen, the row before it ended at ${purse.available} and ${purse.frozen}`,
    )
}

function checkWallet(row: WalletRow, end: Chain, note: Note): void {
  const wallet = walletFrom(row)
  const broken = (text: string) => note({ walletId: wallet.id, row: wallet.id, text })
  if (wallet.seq !== end.seq || wallet.hash !== end.hash) broken(`the wallet stands at seq ${wallet.seq}, its statement ends at ${end.seq}`)
  for (const [currency, { available, frozen }] of Object.entries(wallet.purses)) {
    const stated = end.purses[currency as Currency]
    if (available !== stated.available || frozen !== stated.frozen)
      broken(`${currency} ${available} and ${frozen} frozen, its statement says ${stated.available} and ${stated.frozen}`)
  }
}

import { eq } from 'drizzle-orm'
import { dayClosingAccounts, dayClosings } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { auditingRefusal } from '#src/audit-logs/refusals'
import { type Money, minus, yuan, ZERO } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import { type BusinessDay, type Instant, iso } from '#src/core/time'
import { read, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { type AccountDay, accountsOf, endOfDay, type MovedKind, movedKinds } from './accounts'
import { billsOf, checksOf, type DayBill, type Evidence, evidenceOf } from './checks'

/** One person closes at a time; held until COMMIT. */
const CLOSING_LOCK = 7_061_979
const GENESIS = '0'.repeat(64)

/**
 * Closes a day: its accounts are written down with what proved them, tied to the day before by a hash, and the journal takes no row of
 * that day any more. There is no way back; what is found later is booked on the day it is found. Of two persons at once one does it.
 * Throws INVALID_PARAMS (ALREADY_PROCESSED), OPEN_ITEMS naming what is not right yet.
 */
export const closeDay = (day: BusinessDay, act: PersonalAct): Promise<void> =>
  auditingRefusal({ operation: 'day_close', target: { kind: 'day_closing', id: day } }, act, () => transaction((tx) => close(tx, day, act)))

async function close(tx: Transaction, day: BusinessDay, act: PersonalAct): Promise<void> {
  await tx.sql`SELECT pg_advisory_xact_lock(${CLOSING_LOCK})`
  const [done] = await tx.db.select({ day: dayClosings.day }).from(dayClosings).where(eq(dayClosings.day, day))
  if (done) throw brokenRule('ALREADY_PROCESSED', 'day')
  const [accounts, evidence, bills, kinds] = [
    await accountsOf(day, tx),
    await evidenceOf(day, tx),
    await billsOf(day, tx),
    await movedKinds(day, tx),
  ]
  const wrong = checksOf({ day, accounts, evidence, bills, now: act.at }).filter(({ state }) => state !== 'ok')
  if (wrong.length > 0) throw new Problem('OPEN_ITEMS', { items: wrong.map(({ key }) => key) }, 'day')
  const proof = evidence.proof!
  const facts = closingFacts({ evidence, bills, kinds, proof })
  const hash = await writeClosing(tx, { day, accounts, facts, proofId: proof.id }, act)
  const owed = minus(ZERO, accounts.find(({ account }) => account === 'operator')!.closing)
  const details = { day, operator_balances: yuan(owed), hash, ...facts.games }
  const { actor, origin, at } = act
  await record(tx, { actor, origin, operation: 'day_close', target: { kind: 'day_closing', id: day }, details }, at)
  faultPoint('closing:before_commit')
}

/** What is kept with a closing as words: counts, bills, proof. Amounts in yuan. */
export type ClosingFacts = {
  games: { count: number; amount: string }
  kinds: { kind: string; direction: string; rows: number; amount: string }[]
  bills: { channel: string; state: string; ours: string; billed: string; open: number; carried: number }[]
  proof: { finished_at: string; transactions: string }
}

type Found = {
  evidence: Pick<Evidence, 'games' | 'gamesAmount'>
  bills: DayBill[]
  kinds: MovedKind[]
  proof: Pick<Proof, 'finishedAt' | 'transactions'>
}
type Proof = NonNullable<Evidence['proof']>

/** What was found about a day, in the words that are kept. */
export const closingFacts = ({ evidence, bills, kinds, proof }: Found): ClosingFacts => ({
  games: { count: evidence.games, amount: yuan(evidence.gamesAmount) },
  kinds: kinds.map((row) => ({ ...row, amount: yuan(row.amount) })),
  bills: bills.map((bill) => ({ ...bill, ours: yuan(bill.ours), billed: yuan(bill.billed) })),
  proof: { finished_at: iso(proof.finishedAt), transactions: String(proof.transactions) },
})

type Closing = { day: BusinessDay; accounts: readonly AccountDay[]; facts: ClosingFacts; proofId: string }

/** Writes a closing behind the last one. Gives its hash. */
export async function writeClosing(tx: Transaction, closing: Closing, { actor, at }: Pick<PersonalAct, 'actor' | 'at'>): Promise<string> {
  const [last] = await tx.sql<{ hash: string }[]>`SELECT encode(hash, 'hex') AS hash FROM day_closings ORDER BY day DESC LIMIT 1`
  const prevHash = last?.hash ?? GENESIS
  const { day, accounts, facts, proofId } = closing
  const hash = closingHash({ ...closing, prevHash, closedBy: actor.id, closedAt: at })
  await tx.db.insert(dayClosings).values({
    day,
    endsAt: endOfDay(day),
    facts,
    proofId,
    closedBy: actor.id,
    closedAt: at,
    prevHash: Buffer.from(prevHash, 'hex'),
    hash: Buffer.from(hash, 'hex'),
  })
  await tx.db.insert(dayClosingAccounts).values(accounts.map((account) => ({ day, ...account })))
  return hash
}

type HashedClosing = Closing & { prevHash: string; closedBy: string; closedAt: Instant }

/** SHA-256 over the hash of the day before, the day, each account in fen, and what proved it; lines joined by LF. */
function closingHash({ prevHash, day, accounts, facts, proofId, closedBy, closedAt }: HashedClosing): string {
  const fen = (amounts: Money[]) => amounts.map(String).join(' ')
  const lines = [
    prevHash,
    day,
    ...[...accounts]
      .sort((a, b) => (a.account < b.account ? -1 : 1))
      .map(({ account, opening, debit, credit, closing }) => `${account} ${fen([opening, debit, credit, closing])}`),
    JSON.stringify(sortedKeys(facts)),
    proofId,
    closedBy,
    iso(closedAt),
  ]
  return new Bun.CryptoHasher('sha256').update(lines.join('\n')).digest('hex')
}

/** jsonb does not keep the order of keys. */
function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortedKeys(inner)]))
}

/** Whether a closed day still is what it was closed as, by its own hash and that of the day before. */
export async function isIntact(day: BusinessDay, accounts: readonly AccountDay[]): Promise<boolean> {
  const [row] = await read().select().from(dayClosings).where(eq(dayClosings.day, day))
  if (!row) return false
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const facts = row.facts as ClosingFacts
  return closingHash({ ...row, accounts, facts, prevHash: hex(row.prevHash) }) === hex(row.hash)
}

import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { type Instant, now } from '#src/core/time'
import { isDatabaseLost, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { type Call, type Decision, decide, type Operation } from './decide'
import type { Entry } from './wallet'
import { readWorld } from './world'

/** What a caller is answered: a decision that is committed, or the failure that kept us from one. */
export type Outcome = Decision | { verdict: 'failed'; error: unknown }

/**
 * Decides and moves a batch in one transaction; the outcomes stand in the order of the calls and only after COMMIT. When a batch as a
 * whole fails, its calls run one by one: one bad call never fails its neighbours.
 */
export async function commitBatch(calls: Call[]): Promise<Outcome[]> {
  try {
    return await decideAndMove(calls)
  } catch (error) {
    if (isDatabaseLost(error)) return calls.map(() => unknown())
    log('error', 'wallet batch failed', { operation: 'wallet', calls: calls.length, error })
    if (calls.length === 1) return [{ verdict: 'failed', error }]
    const outcomes: Outcome[] = []
    for (const call of calls) outcomes.push(...(await commitBatch([call])))
    return outcomes
  }
}

/** Nobody knows whether it counts; the same key finds out. */
const unknown = (): Outcome => ({ verdict: 'failed', error: new Problem('SERVICE_UNAVAILABLE', { retry_after: 1 }) })

async function decideAndMove(calls: Call[]): Promise<Decision[]> {
  const decided = await transaction(async (tx) => {
    faultPoint('wallet:begun')
    const decisions = await decideAndWrite(tx, calls, now())
    faultPoint('wallet:before_commit')
    return decisions
  })
  faultPoint('wallet:after_commit')
  return decided
}

/** The same inside a transaction that is open: locks, decides, writes. */
export async function decideAndWrite(tx: Transaction, calls: Call[], at: Instant): Promise<Decision[]> {
  const decisions = decide(calls, await readWorld(tx, calls, at))
  const done = decisions.flatMap((decision) => (decision.verdict === 'done' ? [decision] : []))
  faultPoint('wallet:decided')
  await write(
    tx,
    done.map(({ operation }) => operation),
    done.flatMap(({ entries }) => entries),
  )
  return decisions
}

/** Both statements go out together, without waiting in between: operations first, their rows point at them. */
async function write(tx: Transaction, operations: Operation[], entries: Entry[]): Promise<void> {
  if (operations.length === 0) return
  await Promise.all([
    insertOperations(tx, operations).then(() => faultPoint('wallet:operation_written')),
    insertEntries(tx, entries).then(() => faultPoint('wallet:statement_written')),
  ])
}

async function insertOperations({ sql }: Transaction, operations: Operation[]): Promise<void> {
  const column = <T>(pick: (operation: Operation) => T): T[] => operations.map(pick)
  await sql`
    INSERT INTO wallet_operations (id, platform, idempotency_key, kind, request_hash, target_id, wallet_id, currency, amount, answer, created_at)
    SELECT id, platform, idempotency_key, kind, decode(hash, 'hex'), target, wallet, currency, amount, answer::jsonb, at
    FROM unnest(${column(({ id }) => id)}::uuid[], ${column(({ platform }) => platform)}::text[],
      ${column(({ idempotencyKey }) => idempotencyKey)}::text[], ${column(({ kind }) => kind)}::text[],
      ${column(({ requestHash }) => requestHash)}::text[], ${column(({ targetId }) => targetId)}::uuid[],
      ${column(({ walletId }) => walletId)}::uuid[], ${column(({ currency }) => currency)}::text[],
      ${column(({ amount }) => String(amount))}::bigint[], ${column(({ answer }) => JSON.stringify(answer))}::text[],
      ${column(({ createdAt }) => createdAt.toISOString())}::timestamptz[])
      AS t (id, platform, idempotency_key, kind, hash, target, wallet, currency, amount, answer, at)`
}

/** Rows of statements; the trigger on the table moves their wallets. Throws when they do not continue their chains. */
export async function insertEntries({ sql }: Transaction, entries: Entry[]): Promise<void> {
  const column = <T>(pick: (entry: Entry) => T): T[] => entries.map(pick)
  const numbers = (pick: (entry: Entry) => bigint) => column((entry) => String(pick(entry)))
  const ids = (pick: (entry: Entry) => Uuid | null) => column(pick)
  await sql`
    INSERT INTO wallet_transactions (wallet_id, seq, id, operation_id, kind, currency, direction, amount, balance_before, balance_after,
      frozen_before, frozen_after, reason, reference, created_at, prev_hash, hash)
    SELECT wallet, seq, id, operation, kind, currency, direction, amount, balance_before, balance_after, frozen_before, frozen_after, reason,
      reference, at, decode(prev_hash, 'hex'), decode(hash, 'hex')
    FROM unnest(${ids(({ walletId }) => walletId)}::uuid[], ${numbers(({ seq }) => seq)}::bigint[], ${ids(({ id }) => id)}::uuid[],
      ${ids(({ operationId }) => operationId)}::uuid[], ${column(({ kind }) => kind)}::text[],
      ${column(({ currency }) => currency)}::text[], ${column(({ direction }) => direction)}::text[],
      ${numbers(({ amount }) => amount)}::bigint[], ${numbers(({ balanceBefore }) => balanceBefore)}::bigint[],
      ${numbers(({ balanceAfter }) => balanceAfter)}::bigint[], ${numbers(({ frozenBefore }) => frozenBefore)}::bigint[],
      ${numbers(({ frozenAfter }) => frozenAfter)}::bigint[], ${column(({ reason }) => reason)}::text[],
      ${column(({ reference }) => reference)}::text[], ${column(({ createdAt }) => createdAt.toISOString())}::timestamptz[],
      ${column(({ prevHash }) => prevHash)}::text[], ${column(({ hash }) => hash)}::text[])
      AS t (wallet, seq, id, operation, kind, currency, direction, amount, balance_before, balance_after, frozen_before, frozen_after, reason,
        reference, at, prev_hash, hash)`
}

import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import type { Querying, Transaction } from '#src/platform/database'
import type { Act, Call, Operation, Target, World } from './decide'
import type { Currency, Wallet } from './wallet'

/** A row of wallets as SQL gives it. */
export type WalletRow = {
  id: Uuid
  platform: string
  userId: string
  gameCoins: bigint
  cashBalance: bigint
  computingPower: bigint
  frozenGameCoins: bigint
  frozenCashBalance: bigint
  frozenComputingPower: bigint
  seq: bigint
  hash: string
}

export const walletColumns = ({ sql }: Querying) => sql`
  w.id, w.platform, w.user_id AS "userId", w.game_coins AS "gameCoins", w.cash_balance AS "cashBalance", w.computing_power AS "computingPower",
  w.frozen_game_coins AS "frozenGameCoins", w.frozen_cash_balance AS "frozenCashBalance",
  w.frozen_computing_power AS "frozenComputingPower", w.statement_seq AS seq, encode(w.statement_hash, 'hex') AS hash`

/** A row of a statement as `Entry` has it. */
export const entryColumns = ({ sql }: Querying) => sql`
  id, wallet_id AS "walletId", seq, operation_id AS "operationId", kind, currency, direction, amount, balance_before AS "balanceBefore",
  balance_after AS "balanceAfter", frozen_before AS "frozenBefore", frozen_after AS "frozenAfter", reason, reference,
  created_at AS "createdAt", encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash`

export const walletFrom = (row: WalletRow): Wallet => ({
  id: row.id,
  platform: row.platform,
  userId: row.userId,
  purses: {
    gameCoins: { available: row.gameCoins, frozen: row.frozenGameCoins },
    cashBalance: { available: row.cashBalance, frozen: row.frozenCashBalance },
    computingPower: { available: row.computingPower, frozen: row.frozenComputingPower },
  },
  seq: row.seq,
  hash: row.hash,
})

/** Whose wallets an act names by the platform's own word. */
function usersOf(act: Act): string[] {
  if (act.kind === 'transfer') return [act.fromUserId, act.toUserId]
  return 'userId' in act ? [act.userId] : []
}

/** The row of a statement that an act names. */
function targetOf(act: Act): Uuid[] {
  if (act.kind === 'reversal') return [act.transactionId]
  if (act.kind === 'release') return [act.freezeId]
  return act.kind === 'transfer' && act.freezeId !== null ? [act.freezeId] : []
}

/**
 * Locks the wallets of these calls in the order of their ids, then reads what the decisions depend on. What a call names is read before:
 * those rows never change, and only they tell which wallets it is about.
 */
export async function readWorld(tx: Transaction, calls: Call[], at: Instant): Promise<World> {
  const named = [...new Set(calls.flatMap(({ act }) => targetOf(act)))]
  const targets = named.length > 0 ? await readTargets(tx, named) : new Map<Uuid, Target>()
  const owners = [...targets.values()].flatMap(({ rows }) => rows.map(({ walletId }) => walletId))
  const users = calls.flatMap(({ platform, act }) => usersOf(act).map((userId) => ({ platform, userId })))
  const about = [...new Set([...targets.values()].map(({ operation }) => operation.id))]
  // Sent together, in this order: what follows the lock is read while it is held.
  const locking = lockWallets(tx, [...new Set(owners)], users).execute()
  const [rows, operations, followers] = await Promise.all([
    locking,
    readOperations(tx, calls),
    about.length > 0 ? readFollowers(tx, about) : [],
  ])
  const releases = followers.filter(({ kind }) => kind !== 'reversal')
  return {
    now: at,
    wallets: rows.map(walletFrom),
    operations,
    targets,
    used: new Map(
      about.map((id) => [id, releases.filter(({ targetId }) => targetId === id).reduce((sum, { amount }) => sum + amount, 0n)]),
    ),
    reversed: new Set(followers.filter(({ kind }) => kind === 'reversal').map(({ targetId }) => targetId)),
  }
}

/** One step into an index for each wallet, whatever plan was made while the table was small. */
const lockWallets = (tx: Transaction, ids: Uuid[], users: { platform: string; userId: string }[]) =>
  tx.sql<WalletRow[]>`
    SELECT ${walletColumns(tx)} FROM wallets w
    WHERE w.id = ANY (ARRAY(
      SELECT found.id FROM unnest(${users.map(({ platform }) => platform)}::text[], ${users.map(({ userId }) => userId)}::text[]) AS u (platform, user_id)
      CROSS JOIN LATERAL (
        SELECT id FROM wallets WHERE platform = u.platform COLLATE "C" AND user_id = u.user_id COLLATE "C" LIMIT 1) found
      UNION SELECT unnest(${ids}::uuid[])))
    ORDER BY w.id FOR NO KEY UPDATE`

const readOperations = ({ sql }: Querying, calls: Call[]): Promise<Operation[]> =>
  sql<Operation[]>`
    SELECT o.id, o.platform, o.idempotency_key AS "idempotencyKey", o.kind, encode(o.request_hash, 'hex') AS "requestHash", o.target_id AS "targetId",
           o.wallet_id AS "walletId", o.currency, o.amount, o.answer, o.created_at AS "createdAt"
    FROM unnest(${calls.map(({ platform }) => platform)}::text[], ${calls.map(({ idempotencyKey }) => idempotencyKey)}::text[]) AS wanted (platform, key)
    CROSS JOIN LATERAL (
      SELECT * FROM wallet_operations WHERE platform = wanted.platform COLLATE "C" AND idempotency_key = wanted.key COLLATE "C" LIMIT 1) o`

const readFollowers = ({ sql }: Querying, ids: Uuid[]) =>
  sql<{ targetId: Uuid; kind: string; amount: bigint }[]>`
    SELECT target_id AS "targetId", kind, amount FROM wallet_operations WHERE target_id = ANY (${ids}::uuid[])`

type TargetRow = Target['rows'][number] & {
  id: Uuid
  operationId: Uuid
  platform: string
  operationKind: Operation['kind']
  operationWalletId: Uuid
  operationCurrency: Currency
  operationAmount: bigint
  named: Uuid
}

async function readTargets({ sql }: Querying, ids: Uuid[]): Promise<Map<Uuid, Target>> {
  const rows = await sql<TargetRow[]>`
    SELECT n.id AS named, t.id, t.wallet_id AS "walletId", t.kind, t.currency, t.direction, t.amount, o.id AS "operationId", o.platform,
           o.kind AS "operationKind", o.wallet_id AS "operationWalletId", o.currency AS "operationCurrency", o.amount AS "operationAmount"
    FROM wallet_transactions n
    JOIN wallet_operations o ON o.id = n.operation_id
    JOIN wallet_transactions t ON t.operation_id = o.id
    WHERE n.id = ANY (${ids}::uuid[]) ORDER BY t.id`
  const targets = new Map<Uuid, Target>()
  for (const row of rows) {
    const operation = {
      id: row.operationId,
      platform: row.platform,
      kind: row.operationKind,
      walletId: row.operationWalletId,
      currency: row.operationCurrency,
      amount: row.operationAmount,
    }
    const target = targets.get(row.named) ?? { operation, rows: [] }
    target.rows.push(row)
    targets.set(row.named, target)
  }
  return targets
}

import { newId } from '#src/core/ids'
import { type Instant, now } from '#src/core/time'
import { rawSql, type Transaction, transaction } from '#src/platform/database'
import { insertEntries } from './commit-batch'
import { nextEntry } from './statement'
import { emptyWallet, OPENING_GAME_COINS, type Wallet } from './wallet'
import { type WalletRow, walletColumns, walletFrom } from './world'

export type Opened = { wallet: Wallet; isNew: boolean }

/** A player's wallet; undefined before the first read. */
export async function findWallet(platform: string, userId: string): Promise<Wallet | undefined> {
  const sql = rawSql()
  const [row] = await sql<WalletRow[]>`
    SELECT ${walletColumns({ sql })} FROM wallets w WHERE w.platform = ${platform} AND w.user_id = ${userId}`
  return row && walletFrom(row)
}

/** A player's wallet, made with its opening coins at the first call. Of calls at the same time exactly one hears that it is new. */
export async function openWallet(platform: string, userId: string): Promise<Opened> {
  const known = await findWallet(platform, userId)
  if (known) return { wallet: known, isNew: false }
  const made = await transaction((tx) => makeWallet(tx, { platform, userId }, now()))
  return made ? { wallet: made, isNew: true } : { wallet: (await findWallet(platform, userId))!, isNew: false }
}

/** A new wallet with its opening coins; undefined when somebody else was faster: the insert waits for them and finds theirs. */
export async function makeWallet(
  tx: Transaction,
  { platform, userId }: Pick<Wallet, 'platform' | 'userId'>,
  at: Instant,
): Promise<Wallet | undefined> {
  const wallet = emptyWallet(newId(), platform, userId)
  const made = await tx.sql`
    INSERT INTO wallets (id, platform, user_id, created_at) VALUES (${wallet.id}, ${platform}, ${userId}, ${at})
    ON CONFLICT (platform, user_id) DO NOTHING RETURNING id`
  if (made.length === 0) return undefined
  const opening = nextEntry(wallet, {
    operationId: null,
    kind: 'opening',
    currency: 'gameCoins',
    direction: 'credit',
    amount: OPENING_GAME_COINS,
    reason: '开户赠送',
    reference: null,
    at,
  })
  await insertEntries(tx, [opening.entry])
  return opening.wallet
}

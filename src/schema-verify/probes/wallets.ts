import { WALLET_CURRENCIES } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import type { Transaction } from '#src/platform/database'
import { decideAndWrite } from '#src/wallets/commit-batch'
import type { Act, Decision } from '#src/wallets/decide'
import { requestHash } from '#src/wallets/input'
import { makeWallet } from '#src/wallets/open'
import { BY_CONSTRAINT, BY_GUARD, type Probe } from './probe'
import { unique, type World } from './samples'
import { insert } from './values'

/** Platforms whose players have no row anywhere: a foreign key on the player would refuse some of them (PRODUCT 11). */
const PLATFORMS = ['wechat', 'alipay', 'douyin', 'market_one', 'probe']

const words = { reason: '探针', reference: null }

/** Does as a partner asks; throws what refused it. */
async function ask(tx: Transaction, { at }: World, act: Act): Promise<Extract<Decision, { verdict: 'done' }>> {
  const call = { platform: 'probe', idempotencyKey: newId(), requestHash: requestHash(act), act }
  const [decision] = await decideAndWrite(tx, [call], at)
  if (decision!.verdict === 'done') return decision as Extract<Decision, { verdict: 'done' }>
  throw decision!.verdict === 'refused' ? decision!.problem : new Error('a new key was known')
}

/** Two players of one platform, each with the opening coins. */
async function players(tx: Transaction, { at }: World): Promise<[string, string]> {
  const users: [string, string] = [unique(), unique()]
  for (const userId of users) await makeWallet(tx, { platform: 'probe', userId }, at)
  return users
}

/** Whoever calls, and whatever moves: by the product's own code, on wallets that are rolled back. */
export const walletProbes = (world: World): Probe[] => [
  ...PLATFORMS.map(
    (platform): Probe => ({
      name: `a wallet of a player of ${platform} whom no table knows`,
      isDeferred: true,
      run: (tx) => makeWallet(tx, { platform, userId: unique() }, world.at),
    }),
  ),
  {
    name: 'a second wallet of a player',
    refusedBy: ['23505'],
    run: async (tx) => {
      const row = { platform: 'probe', user_id: unique(), created_at: world.at }
      await insert(tx, 'wallets', { ...row, id: newId() })
      await insert(tx, 'wallets', { ...row, id: newId() })
    },
  },
  {
    name: 'a wallet that starts with something in it',
    refusedBy: BY_CONSTRAINT,
    run: (tx) => insert(tx, 'wallets', { id: newId(), platform: 'probe', user_id: unique(), game_coins: 5, created_at: world.at }),
  },
  {
    name: 'a wallet changed without a row of its statement',
    refusedBy: BY_GUARD,
    run: async (tx) => {
      await tx.sql`SET LOCAL ROLE mr_app`
      await tx.sql`UPDATE wallets SET game_coins = game_coins + 1 WHERE id = ${world.wallet}`
    },
  },
  {
    name: 'a changed row of a statement',
    refusedBy: BY_GUARD,
    run: (tx) => tx.sql`UPDATE wallet_transactions SET amount = amount WHERE false`,
  },
  { name: 'a removed row of a statement', refusedBy: BY_GUARD, run: (tx) => tx.sql`DELETE FROM wallet_transactions WHERE false` },
  ...WALLET_CURRENCIES.map(
    (currency): Probe => ({
      name: `credit, debit, freeze, release, trade and reversal of ${currency}`,
      run: async (tx) => {
        const [one, other] = await players(tx, world)
        const amount = { currency, amount: 10n, ...words }
        for (const userId of [one, other]) await ask(tx, world, { kind: 'credit', userId, ...amount, amount: 100n })
        await ask(tx, world, { kind: 'debit', userId: one, ...amount })
        const frozen = await ask(tx, world, { kind: 'freeze', userId: one, ...amount })
        await ask(tx, world, { kind: 'release', freezeId: frozen.entries[0]!.id, amount: null, ...words })
        const inReturn = { currency, amount: 3n }
        const trade = await ask(tx, world, { kind: 'transfer', fromUserId: one, toUserId: other, ...amount, inReturn, freezeId: null })
        await ask(tx, world, { kind: 'reversal', transactionId: trade.entries[0]!.id, ...words })
      },
    }),
  ),
]

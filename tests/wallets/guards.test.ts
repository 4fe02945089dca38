import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { insertEntries } from '#src/wallets/commit-batch'
import { requestHash } from '#src/wallets/input'
import { move } from '#src/wallets/move'
import { findWallet, openWallet } from '#src/wallets/open'
import { proveWallets } from '#src/wallets/prove'
import { entryHash, nextEntry } from '#src/wallets/statement'
import type { Entry, Wallet } from '#src/wallets/wallet'
import { openTestDatabase } from '#tests/support/database'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

async function aWallet(platform = 'guards'): Promise<Wallet> {
  const user = `player-${newId().slice(-12)}`
  await openWallet(platform, user)
  const act = { kind: 'credit' as const, userId: user, currency: 'gameCoins' as const, amount: 50n, reason: '奖励', reference: null }
  await move({ platform, idempotencyKey: newId(), requestHash: requestHash(act), act })
  return (await findWallet(platform, user))!
}

/** The operation of the wallet's credit, so that a forged row has something to point at. */
async function forged(wallet: Wallet, change: Partial<Entry>): Promise<Entry> {
  const [row] = await database.owner<{ id: string }[]>`SELECT id FROM wallet_operations WHERE wallet_id = ${wallet.id}`
  const words = { operationId: row!.id, kind: 'credit', currency: 'gameCoins', direction: 'credit', amount: 5n } as const
  const { entry } = nextEntry(wallet, { ...words, reason: '伪造', reference: null, at: now() })
  const changed = { ...entry, ...change }
  return { ...changed, hash: change.hash ?? entryHash(changed) }
}
const insert = (entry: Entry) => transaction((tx) => insertEntries(tx, [entry]))

describe('the database itself', () => {
  const REFUSED: [string, Partial<Entry>][] = [
    ['leaves a gap', { seq: 4n }],
    ['repeats a number', { seq: 2n }],
    ['starts from another balance', { balanceBefore: 2_000n, balanceAfter: 2_005n }],
    ['starts from another frozen amount', { frozenBefore: 7n, frozenAfter: 7n }],
    ['does not continue the hash', { prevHash: 'ab'.repeat(32) }],
    ['does not add up', { balanceAfter: 9_999n }],
    ['freezes without saying so', { frozenAfter: 5n }],
    ['is of a currency that is none', { currency: 'yuan' as never }],
    ['moves nothing', { amount: 0n }],
  ]
  for (const [name, change] of REFUSED)
    test(`refuses a row that ${name}`, async () => {
      const wallet = await aWallet()
      await expect(insert(await forged(wallet, change))).rejects.toThrow()
      expect(await findWallet(wallet.platform, wallet.userId)).toEqual(wallet)
    })

  test('refuses to change, remove or cut the statement, for owners too', async () => {
    const { id } = await aWallet()
    for (const statement of [
      `UPDATE wallet_transactions SET amount = 1 WHERE wallet_id = '${id}'`,
      `DELETE FROM wallet_transactions WHERE wallet_id = '${id}'`,
      'TRUNCATE wallet_transactions CASCADE',
      `UPDATE wallet_operations SET answer = '{}' WHERE wallet_id = '${id}'`,
      `DELETE FROM wallets WHERE id = '${id}'`,
    ])
      await expect(database.owner.unsafe(statement).execute()).rejects.toThrow(/append-only/)
  })

  test('lets the application move no wallet but by its statement, and make none that is not empty', async () => {
    const { id } = await aWallet()
    await expect(transaction(async (tx) => tx.sql`UPDATE wallets SET game_coins = 1 WHERE id = ${id}`)).rejects.toThrow(/permission denied/)
    await expect(
      transaction(
        async (tx) =>
          tx.sql`INSERT INTO wallets (id, platform, user_id, game_coins, created_at) VALUES (${newId()}, 'guards', 'rich', 5, now())`,
      ),
    ).rejects.toThrow(/starts empty/)
  })
})

describe('the proof', () => {
  test('finds nothing in sound wallets', async () => {
    await aWallet('sound')
    expect(await proveWallets('sound')).toEqual({ wallets: 1, transactions: 2, findings: [] })
  })

  const CORRUPTIONS: [string, (id: string) => string, RegExp][] = [
    [
      'a changed amount',
      (id) => `UPDATE wallet_transactions SET amount = 51, balance_after = 1051 WHERE wallet_id = '${id}' AND seq = 2`,
      /hash does not match/,
    ],
    [
      'a changed reason',
      (id) => `UPDATE wallet_transactions SET reason = '改过' WHERE wallet_id = '${id}' AND seq = 2`,
      /hash does not match/,
    ],
    [
      'a cut end',
      (id) => `DELETE FROM wallet_transactions WHERE wallet_id = '${id}' AND seq = 2`,
      /stands at seq 2, its statement ends at 1/,
    ],
    ['a lost beginning', (id) => `DELETE FROM wallet_transactions WHERE wallet_id = '${id}' AND seq = 1`, /sequence jumps from 0 to 2/],
    ['a richer wallet', (id) => `UPDATE wallets SET game_coins = 9999 WHERE id = '${id}'`, /gameCoins 9999/],
    ['a freeze out of nowhere', (id) => `UPDATE wallets SET frozen_cash_balance = 5 WHERE id = '${id}'`, /cashBalance 0 and 5 frozen/],
  ]
  for (const [name, statement, told] of CORRUPTIONS)
    test(`finds ${name} and names the wallet`, async () => {
      const platform = `c${newId().slice(-12)}`
      const { id } = await aWallet(platform)
      await database.owner.begin(async (tx) => {
        await tx`SET LOCAL session_replication_role = replica`
        await tx.unsafe(statement(id))
      })
      const { findings } = await proveWallets(platform)
      expect(findings.map(({ walletId }) => walletId)).toContain(id)
      expect(findings.map(({ text }) => text).join('\n')).toMatch(told)
    })
})

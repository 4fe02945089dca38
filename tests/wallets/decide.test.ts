import { expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { type Call, decide, type World } from '#src/wallets/decide'
import { emptyWallet, LARGEST_BALANCE, type Wallet } from '#src/wallets/wallet'

const worldOf = (...wallets: Wallet[]): World => ({
  now: now(),
  wallets,
  operations: [],
  targets: new Map(),
  used: new Map(),
  reversed: new Set(),
})

function aWallet(userId: string, coins: bigint): Wallet {
  const wallet = emptyWallet(newId(), 'p', userId)
  return { ...wallet, purses: { ...wallet.purses, gameCoins: { available: coins, frozen: 0n } } }
}

const ask = (kind: 'credit' | 'debit', userId: string, amount: bigint): Call => ({
  platform: 'p',
  idempotencyKey: newId(),
  requestHash: newId(),
  act: { kind, userId, currency: 'gameCoins', amount, reason: '测试', reference: null },
})

test('a later call of a batch sees what the earlier one left', () => {
  const decisions = decide([ask('debit', 'a', 600n), ask('debit', 'a', 600n), ask('debit', 'a', 400n)], worldOf(aWallet('a', 1_000n)))
  expect(decisions.map(({ verdict }) => verdict)).toEqual(['done', 'refused', 'done'])
})

test('a refused call leaves nothing behind for the next one', () => {
  const [transfer] = decide(
    [
      {
        ...ask('debit', 'a', 1n),
        act: {
          kind: 'transfer',
          fromUserId: 'a',
          toUserId: 'b',
          currency: 'gameCoins',
          amount: 600n,
          inReturn: { currency: 'cashBalance', amount: 1n },
          freezeId: null,
          reason: '测试',
          reference: null,
        },
      },
    ],
    worldOf(aWallet('a', 1_000n), aWallet('b', 0n)),
  )
  expect(transfer).toMatchObject({ verdict: 'refused', problem: { code: 'INSUFFICIENT_BALANCE' } })
})

test('a wallet never holds more than a JSON number can say', () => {
  const full = aWallet('a', LARGEST_BALANCE - 5n)
  const [over, exact] = decide([ask('credit', 'a', 6n), ask('credit', 'a', 5n)], worldOf(full))
  expect(over).toMatchObject({ verdict: 'refused', problem: { wording: 'WALLET_FULL' } })
  expect(exact!.verdict).toBe('done')
})

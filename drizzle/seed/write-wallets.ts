import { partners } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import { addDays, addSeconds, type Instant } from '#src/core/time'
import { apiKeyDigest } from '#src/platform/client-signature'
import type { Transaction } from '#src/platform/database'
import { randomHex } from '#src/platform/secrets'
import { decideAndWrite } from '#src/wallets/commit-batch'
import type { Act, Call } from '#src/wallets/decide'
import { requestHash } from '#src/wallets/input'
import { makeWallet } from '#src/wallets/open'
import { OPEN_PLATFORM } from '#src/wallets/partner-call'
import type { World } from './world'

const SCOPES = ['wallet:read', 'wallet:credit', 'wallet:debit', 'wallet:transfer', 'wallet:freeze', 'wallet:reverse'] as const

/** Nobody knows these keys: a partner's page makes a new one. */
const PARTNERS = [
  { platform: 'market_one', name: '星光集市', origins: ['https://market.example'], scopes: [...SCOPES], disabled: false },
  { platform: OPEN_PLATFORM, name: '接入指南示例', origins: [], scopes: ['wallet:read' as const], disabled: false },
  { platform: 'cloud_club', name: '云端玩家社区', origins: [], scopes: [...SCOPES], disabled: true },
]

const PLAYERS = ['player-1001', 'player-1002', 'player-1003'] as const
const words = (reason: string, reference: string | null = null) => ({ reason, reference })
const coins = (amount: number) => ({ currency: 'gameCoins' as const, amount: BigInt(amount) })

/** What three players of one platform did in the last days. */
const STORY: readonly Act[] = [
  { kind: 'credit', userId: PLAYERS[0], ...coins(500), ...words('通关奖励', 'match-20418') },
  { kind: 'credit', userId: PLAYERS[1], currency: 'computingPower', amount: 40n, ...words('任务奖励', 'quest-77') },
  { kind: 'credit', userId: PLAYERS[2], currency: 'cashBalance', amount: 2_600n, ...words('活动返现', 'event-9') },
  { kind: 'debit', userId: PLAYERS[1], ...coins(120), ...words('开启宝箱', 'chest-5521') },
  {
    kind: 'transfer',
    fromUserId: PLAYERS[0],
    toUserId: PLAYERS[1],
    ...coins(300),
    inReturn: { currency: 'computingPower', amount: 25n },
    freezeId: null,
    ...words('集市成交', 'order-3107'),
  },
  { kind: 'freeze', userId: PLAYERS[0], ...coins(200), ...words('集市挂单', 'order-3120') },
]

/** Partner platforms and the wallets of some of their players. */
export async function writeWallets(tx: Transaction, { now }: World): Promise<void> {
  const made = addDays(now, -20)
  await tx.db.insert(partners).values(
    PARTNERS.map(({ disabled, ...partner }) => {
      const key = randomHex(32)
      return {
        ...{ id: newId(), ...partner, keySha256: Buffer.from(apiKeyDigest(key), 'hex'), keyHint: `${key.slice(0, 4)}…${key.slice(-4)}` },
        ...{ keyGeneratedAt: made, disabledAt: disabled ? addDays(now, -2) : null, createdAt: made, updatedAt: made },
      }
    }),
  )
  for (const userId of PLAYERS) await makeWallet(tx, { platform: 'market_one', userId }, addDays(now, -9))
  for (const [day, act] of STORY.entries()) await decideAndWrite(tx, [callFor(act)], momentOf(now, day))
}

const momentOf = (now: Instant, day: number): Instant => addSeconds(addDays(now, day - STORY.length), 37 * (day + 1))

const callFor = (act: Act): Call => ({ platform: 'market_one', idempotencyKey: newId(), requestHash: requestHash(act), act })

import { PARTNER_SCOPES, partners } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import { now, nowMs } from '#src/core/time'
import { apiKeyDigest, signRequest } from '#src/platform/client-signature'
import { read } from '#src/platform/database'
import { randomHex } from '#src/platform/secrets'

/** A partner platform's server in tests. */
export type TestPartner = { platform: string; key: string }

let counter = 0

export async function aPartner(options: Partial<typeof partners.$inferInsert> = {}): Promise<TestPartner> {
  const key = randomHex(32)
  const platform = options.platform ?? `p${(++counter).toString(36)}${Math.random().toString(36).slice(2, 8)}`
  await read()
    .insert(partners)
    .values({
      id: newId(),
      name: '集市',
      keySha256: Buffer.from(apiKeyDigest(key), 'hex'),
      keyHint: `${key.slice(0, 4)}…${key.slice(-4)}`,
      keyGeneratedAt: now(),
      scopes: [...PARTNER_SCOPES],
      rateLimitPerMinute: 10_000_000,
      createdAt: now(),
      updatedAt: now(),
      ...options,
      platform,
    })
  return { platform, key }
}

type Wallet = { id: string; userId: string; gameCoins: number; cashBalance: number; computingPower: number }
type Transaction = { id: string; currency: string; direction: string; amount: number; balanceBefore: number; balanceAfter: number }
type Part = { wallet: Wallet; transactions: Transaction[] }
/** Every field that some answer has; the test knows which it is about. */
type Body = {
  wallet: Wallet
  isNewWallet: boolean
  transaction: Transaction
  replayed: boolean
  from: Part
  to: Part
  wallets: Part[]
  items: Transaction[]
  error_code: string
  details: Record<string, unknown> & { field: string; reason: string }[]
}
export type PartnerAnswer = { status: number; headers: Headers; body: Body }
type Options = { body?: unknown; idempotencyKey?: string | null; headers?: Record<string, string>; method?: 'GET' | 'POST' }

/** A signed call of a partner, exactly as its server would send it. */
export async function partnerCall(url: string, { key }: TestPartner, path: string, options: Options = {}): Promise<PartnerAnswer> {
  const method = options.method ?? (options.body === undefined ? 'GET' : 'POST')
  const body = options.body === undefined ? '' : JSON.stringify(options.body)
  const full = `/api/shared/wallet/${path}`
  const timestamp = String(Math.floor(nowMs() / 1000))
  const response = await fetch(url + full, {
    method,
    headers: {
      'X-Partner-Key': key,
      'X-Timestamp': timestamp,
      'X-Signature': signRequest({ apiKey: key, timestamp, method, path: full, body: new TextEncoder().encode(body) }),
      'X-Forwarded-For': `10.9.${Number.parseInt(key.slice(0, 2), 16)}.${Number.parseInt(key.slice(2, 4), 16)}`,
      ...(method === 'POST' && options.idempotencyKey !== null ? { 'Idempotency-Key': options.idempotencyKey ?? newKey() } : {}),
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...options.headers,
    },
    ...(body ? { body } : {}),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
}

export const newKey = (): string => `key-${newId()}`
export const aUser = (): string => `player-${newId().slice(-12)}`

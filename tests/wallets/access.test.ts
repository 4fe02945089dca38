import { describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { partners } from '#drizzle/schema'
import { addSeconds, now, nowMs } from '#src/core/time'
import { apiKeyDigest, signRequest } from '#src/platform/client-signature'
import { read } from '#src/platform/database'
import { anAddress, withServer } from '#tests/support/api'
import { aPartner, aUser, newKey, partnerCall, type TestPartner } from './partner'

const { started } = withServer()
const call = (partner: TestPartner, path: string, options = {}) => partnerCall(started.url, partner, path, options)
const credit = { currency: 'gameCoins', amount: 5, reason: '通关奖励' }
const refused = ({ status, body }: { status: number; body: { error_code?: unknown } }) => [status, body.error_code]

/** A call as any client could send it, nothing filled in. */
async function raw(path: string, headers: Record<string, string>, method = 'GET', body?: string) {
  const response = await fetch(`${started.url}/api/shared/wallet/${path}`, {
    method,
    headers: { 'X-Forwarded-For': anAddress(), ...headers },
    ...(body ? { body } : {}),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, headers: response.headers }
}

describe('a key', () => {
  test('that nobody has, that is malformed or disabled is refused', async () => {
    const partner = await aPartner({ disabledAt: now() })
    for (const key of ['', 'x', '0'.repeat(64), partner.key.toUpperCase(), partner.key])
      expect(refused(await call({ ...partner, key }, aUser()))).toEqual([401, 'INVALID_PARTNER_KEY'])
  })

  test('that was replaced works during its overlap and not a moment longer', async () => {
    const partner = await aPartner()
    const [fresh] = [await aPartner()]
    const until = (seconds: number) => addSeconds(now(), seconds)
    await read()
      .update(partners)
      .set({
        previousKeySha256: Buffer.from(apiKeyDigest(partner.key), 'hex'),
        previousKeyValidUntil: until(60),
        keySha256: Buffer.from(apiKeyDigest('f'.repeat(64)), 'hex'),
      })
      .where(eq(partners.platform, partner.platform))
    expect((await call(partner, aUser())).status).toBe(200)
    expect((await call({ ...partner, key: 'f'.repeat(64) }, aUser())).status).toBe(200)
    await read()
      .update(partners)
      .set({ previousKeyValidUntil: until(-1) })
      .where(eq(partners.platform, partner.platform))
    await Bun.sleep(1_050)
    expect(refused(await call(partner, aUser()))).toEqual([401, 'INVALID_PARTNER_KEY'])
    expect((await call(fresh, aUser())).status).toBe(200)
  })

  test('that is revoked is refused within a second', async () => {
    const partner = await aPartner()
    expect((await call(partner, aUser())).status).toBe(200)
    await read().update(partners).set({ disabledAt: now() }).where(eq(partners.platform, partner.platform))
    await Bun.sleep(1_050)
    expect(refused(await call(partner, aUser()))).toEqual([401, 'INVALID_PARTNER_KEY'])
  })
})

describe('a signature', () => {
  const at = (seconds = 0) => String(Math.floor(nowMs() / 1_000) + seconds)
  const signed = (key: string, path: string, timestamp: string) =>
    signRequest({ apiKey: key, timestamp, method: 'GET', path: `/api/shared/wallet/${path}`, body: new Uint8Array() })

  test('is a duty unless the partner was made without it; one that is there has to be right', async () => {
    const [strict, lax] = [await aPartner(), await aPartner({ signatureRequired: false })]
    const user = aUser()
    expect(refused(await raw(user, { 'X-Partner-Key': strict.key, 'X-Timestamp': at() }))).toEqual([400, 'INVALID_SIGNATURE'])
    expect((await raw(user, { 'X-Partner-Key': lax.key })).status).toBe(200)
    expect(refused(await raw(user, { 'X-Partner-Key': lax.key, 'X-Timestamp': at(), 'X-Signature': 'x' }))).toEqual([
      400,
      'INVALID_SIGNATURE',
    ])
  })

  test('of another path, another key or another time is refused', async () => {
    const partner = await aPartner()
    const user = aUser()
    const with_ = (timestamp: string, signature: string) => ({
      'X-Partner-Key': partner.key,
      'X-Timestamp': timestamp,
      'X-Signature': signature,
    })
    const time = at()
    expect(refused(await raw(user, with_(time, signed(partner.key, `${user}x`, time))))).toEqual([400, 'INVALID_SIGNATURE'])
    expect(refused(await raw(user, with_(time, signed('f'.repeat(64), user, time))))).toEqual([400, 'INVALID_SIGNATURE'])
    for (const seconds of [-310, 310]) {
      const stale = at(seconds)
      expect(refused(await raw(user, with_(stale, signed(partner.key, user, stale))))).toEqual([400, 'TIMESTAMP_EXPIRED'])
    }
    expect(refused(await raw(user, with_('soon', signed(partner.key, user, 'soon'))))).toEqual([400, 'INVALID_PARAMS'])
  })
})

test('each scope opens its own doors only', async () => {
  const reader = await aPartner({ scopes: ['wallet:read'] })
  const user = aUser()
  expect((await call(reader, user)).status).toBe(200)
  for (const [path, body, scope] of [
    [`${user}/credit`, credit, 'wallet:credit'],
    [`${user}/debit`, credit, 'wallet:debit'],
    [`${user}/freeze`, credit, 'wallet:freeze'],
    ['transfers', { ...credit, fromUserId: user, toUserId: 'x' }, 'wallet:transfer'],
    [`transactions/${crypto.randomUUID()}/reverse`, { reason: '冲正' }, 'wallet:reverse'],
  ] as const) {
    const answer = await call(reader, path, { body })
    expect([...refused(answer), answer.body.details.required]).toEqual([403, 'PERMISSION_DENIED', scope])
  }
  const writer = await aPartner({ scopes: ['wallet:credit'] })
  expect(refused(await call(writer, user))).toEqual([403, 'PERMISSION_DENIED'])
})

test('a partner that calls more than agreed has to wait; others do not', async () => {
  const [slow, other] = [await aPartner({ rateLimitPerMinute: 6 }), await aPartner()]
  expect((await call(slow, aUser())).status).toBe(200)
  const second = await call(slow, aUser())
  expect([...refused(second), second.headers.get('retry-after')]).toEqual([429, 'RATE_LIMIT_EXCEEDED', '10'])
  expect((await call(other, aUser())).status).toBe(200)
})

test('without a key only the open read of a developer’s machine answers, and only reads', async () => {
  const user = aUser()
  const first = await raw(user, {})
  expect([first.status, first.body.isNewWallet]).toEqual([200, true])
  expect(refused(await raw(`${user}/credit`, { 'Idempotency-Key': newKey() }, 'POST', JSON.stringify(credit)))).toEqual([
    401,
    'INVALID_PARTNER_KEY',
  ])
})

describe('a request that is not one', () => {
  const BAD: [string, unknown, string][] = [
    ['no currency', { amount: 5, reason: '奖励' }, 'currency'],
    ['another currency', { ...credit, currency: 'yuan' }, 'currency'],
    ['zero', { ...credit, amount: 0 }, 'amount'],
    ['below zero', { ...credit, amount: -1 }, 'amount'],
    ['a fraction', { ...credit, amount: 1.5 }, 'amount'],
    ['a text', { ...credit, amount: '5' }, 'amount'],
    ['too much', { ...credit, amount: 1_000_000_001 }, 'amount'],
    ['beyond numbers', { ...credit, amount: 1e308 }, 'amount'],
    ['true', { ...credit, amount: true }, 'amount'],
    ['no reason', { ...credit, reason: '' }, 'reason'],
    ['a long reason', { ...credit, reason: '长'.repeat(201) }, 'reason'],
    ['a long reference', { ...credit, reference: 'x'.repeat(129) }, 'reference'],
    ['a field of its own', { ...credit, balance: 5 }, 'balance'],
  ]
  for (const [name, body, field] of BAD)
    test(`${name} is refused at ${field}, and nothing changes`, async () => {
      const partner = await aPartner()
      const user = aUser()
      await call(partner, user)
      const answer = await call(partner, `${user}/credit`, { body })
      expect([...refused(answer), answer.body.details[0]!.field]).toEqual([400, 'INVALID_PARAMS', field])
      expect((await call(partner, user)).body.wallet).toMatchObject({ gameCoins: 1_000 })
    })

  test('without an idempotency key, or with one of the wrong form, is refused', async () => {
    const partner = await aPartner()
    const user = aUser()
    await call(partner, user)
    for (const idempotencyKey of [null, 'short', 'x'.repeat(65), 'with space 1'])
      expect(refused(await call(partner, `${user}/credit`, { body: credit, idempotencyKey }))).toEqual([400, 'INVALID_PARAMS'])
  })

  test('about a user whose name cannot be one is refused', async () => {
    const partner = await aPartner()
    for (const user of ['a%20b', '%E7%8E%A9%E5%AE%B6', 'x'.repeat(129), 'a%2Fb', "a'b"])
      expect(refused(await call(partner, user))).toEqual([400, 'INVALID_PARAMS'])
  })

  test('of another media type, or too large, is refused', async () => {
    const partner = await aPartner()
    const user = aUser()
    await call(partner, user)
    expect((await call(partner, `${user}/credit`, { body: credit, headers: { 'Content-Type': 'text/plain' } })).status).toBe(415)
    expect((await call(partner, `${user}/credit`, { body: { ...credit, reason: 'x'.repeat(1_100_000) } })).status).toBe(413)
  })
})

describe('a browser at another origin', () => {
  const MARKET = 'https://market.example'
  const preflight = (origin: string) =>
    fetch(`${started.url}/api/shared/wallet/someone`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'x-partner-key' },
    })

  test('may call where the partner has listed the origin, and read the answer', async () => {
    const partner = await aPartner({ origins: [MARKET] })
    const asked = await preflight(MARKET)
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, MARKET])
    expect(asked.headers.get('access-control-allow-headers')).toContain('X-Partner-Key')
    const answer = await call(partner, aUser(), { headers: { Origin: MARKET } })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, MARKET])
    const refusal = await call(partner, aUser(), { headers: { Origin: MARKET, 'X-Signature': 'x' } })
    expect([refusal.status, refusal.headers.get('access-control-allow-origin')]).toEqual([400, MARKET])
  })

  test('hears nothing elsewhere, nor with the key of a partner who has not listed it', async () => {
    const other = await aPartner()
    await aPartner({ origins: [MARKET] })
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
    expect((await call(other, aUser(), { headers: { Origin: MARKET } })).headers.get('access-control-allow-origin')).toBeNull()
  })
})

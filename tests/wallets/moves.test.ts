import { expect, test } from 'bun:test'
import { iso, now } from '#src/core/time'
import { withServer } from '#tests/support/api'
import { aPartner, aUser, newKey, partnerCall, type TestPartner } from './partner'

const { started } = withServer()
const url = () => started.url

type Words = { currency?: string; amount?: number; reason?: string; reference?: string }
const credit = (amount: number, more: Words = {}) => ({ currency: 'gameCoins', amount, reason: '通关奖励', ...more })

async function aPlayer(partner: TestPartner, coins = 1_000): Promise<string> {
  const user = aUser()
  await partnerCall(url(), partner, user)
  if (coins > 1_000) await partnerCall(url(), partner, `${user}/credit`, { body: credit(coins - 1_000) })
  if (coins < 1_000) await partnerCall(url(), partner, `${user}/debit`, { body: credit(1_000 - coins) })
  return user
}
const coinsOf = async (partner: TestPartner, user: string): Promise<number> =>
  (await partnerCall(url(), partner, user)).body.wallet.gameCoins

test('the first read makes a wallet of 1,000 coins, the next one finds it', async () => {
  const partner = await aPartner()
  const user = aUser()
  const first = await partnerCall(url(), partner, user)
  expect(first.status).toBe(200)
  expect(first.body as object).toEqual({
    wallet: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), userId: user, gameCoins: 1_000, cashBalance: 0, computingPower: 0 },
    isNewWallet: true,
  })
  expect((await partnerCall(url(), partner, user)).body).toEqual({ ...first.body, isNewWallet: false })
})

test('of 64 first reads at once exactly one says that the wallet is new', async () => {
  const partner = await aPartner()
  const user = aUser()
  const answers = await Promise.all(Array.from({ length: 64 }, () => partnerCall(url(), partner, user)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(answers.map(({ body }) => body.wallet.id)).size).toBe(1)
  expect(answers.filter(({ body }) => body.isNewWallet)).toHaveLength(1)
})

test('the same user of two platforms has two wallets', async () => {
  const [one, other] = [await aPartner(), await aPartner()]
  const user = aUser()
  const ids = [(await partnerCall(url(), one, user)).body.wallet.id, (await partnerCall(url(), other, user)).body.wallet.id]
  expect(new Set(ids).size).toBe(2)
})

test('64 debits at once on a balance for 10: exactly 10 succeed and nothing is left', async () => {
  const partner = await aPartner()
  const user = await aPlayer(partner, 1_000)
  const answers = await Promise.all(Array.from({ length: 64 }, () => partnerCall(url(), partner, `${user}/debit`, { body: credit(100) })))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(answers.filter(({ status, body }) => status === 402 && body.error_code === 'INSUFFICIENT_BALANCE')).toHaveLength(54)
  expect(await coinsOf(partner, user)).toBe(0)
})

test('64 copies of one debit take it once and are all answered alike', async () => {
  const partner = await aPartner()
  const user = await aPlayer(partner)
  const idempotencyKey = newKey()
  const answers = await Promise.all(
    Array.from({ length: 64 }, () => partnerCall(url(), partner, `${user}/debit`, { body: credit(100), idempotencyKey })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(answers.map(({ body }) => body.transaction.id)).size).toBe(1)
  expect(answers.filter(({ body }) => !body.replayed)).toHaveLength(1)
  expect(await coinsOf(partner, user)).toBe(900)
})

test('a key that asked for something else is refused, whatever the difference', async () => {
  const partner = await aPartner()
  const user = await aPlayer(partner)
  const idempotencyKey = newKey()
  const first = await partnerCall(url(), partner, `${user}/credit`, { body: credit(5), idempotencyKey })
  for (const [path, body] of [
    [`${user}/credit`, credit(6)],
    [`${user}/credit`, credit(5, { reason: '另一个' })],
    [`${user}/credit`, credit(5, { currency: 'computingPower' })],
    [`${user}/debit`, credit(5)],
    [`${await aPlayer(partner)}/credit`, credit(5)],
  ] as const) {
    const answer = await partnerCall(url(), partner, path, { body, idempotencyKey })
    expect([answer.status, answer.body.error_code]).toEqual([409, 'IDEMPOTENCY_KEY_CONFLICT'])
  }
  const again = await partnerCall(url(), partner, `${user}/credit`, { body: credit(5), idempotencyKey })
  expect(again.body).toEqual({ ...first.body, replayed: true })
  expect(await coinsOf(partner, user)).toBe(1_005)
})

test('a transfer moves between players; a trade gives something back in the same moment', async () => {
  const partner = await aPartner()
  const [seller, buyer] = [await aPlayer(partner, 50), await aPlayer(partner)]
  await partnerCall(url(), partner, `${seller}/credit`, { body: credit(7, { currency: 'computingPower' }) })
  const trade = {
    fromUserId: buyer,
    toUserId: seller,
    currency: 'gameCoins',
    amount: 300,
    inReturn: { currency: 'computingPower', amount: 7 },
    reason: '集市成交',
    reference: 'order-1',
  }
  const done = await partnerCall(url(), partner, 'transfers', { body: trade })
  expect(done.status).toBe(200)
  expect(done.body.from.wallet).toMatchObject({ userId: buyer, gameCoins: 700, computingPower: 7 })
  expect(done.body.to.wallet).toMatchObject({ userId: seller, gameCoins: 350, computingPower: 0 })
  const refused = await partnerCall(url(), partner, 'transfers', { body: trade })
  expect([refused.status, refused.body.error_code]).toEqual([402, 'INSUFFICIENT_BALANCE'])
  expect(await coinsOf(partner, buyer)).toBe(700)
})

test('an exchange within one wallet needs two currencies', async () => {
  const partner = await aPartner()
  const user = await aPlayer(partner)
  const exchange = { fromUserId: user, toUserId: user, currency: 'gameCoins', amount: 100, reason: '兑换算力' }
  const refused = await partnerCall(url(), partner, 'transfers', { body: exchange })
  expect([refused.status, refused.body.details[0]!.reason]).toEqual([400, 'EXCHANGE_NEEDS_TWO_CURRENCIES'])
  const done = await partnerCall(url(), partner, 'transfers', {
    body: { ...exchange, inReturn: { currency: 'computingPower', amount: 10 } },
  })
  expect(done.body.from.wallet).toMatchObject({ gameCoins: 900, computingPower: 10 })
})

test('what is frozen cannot be spent, pays a trade, or is released; no more than was frozen', async () => {
  const partner = await aPartner()
  const [buyer, seller] = [await aPlayer(partner), await aPlayer(partner)]
  const frozen = await partnerCall(url(), partner, `${buyer}/freeze`, { body: credit(800, { reason: '挂单' }) })
  expect(frozen.body.wallet.gameCoins).toBe(200)
  const freezeId = frozen.body.transaction.id
  expect((await partnerCall(url(), partner, `${buyer}/debit`, { body: credit(201) })).status).toBe(402)
  const pay = { fromUserId: buyer, toUserId: seller, currency: 'gameCoins', amount: 500, freezeId, reason: '集市成交' }
  expect((await partnerCall(url(), partner, 'transfers', { body: pay })).status).toBe(200)
  const release = (amount?: number) => partnerCall(url(), partner, `freezes/${freezeId}/release`, { body: { amount, reason: '撤单' } })
  expect((await release(301)).body.details[0]!).toMatchObject({ reason: 'EXCEEDS_FROZEN', max_amount: 300 })
  expect((await release(100)).body.wallet.gameCoins).toBe(300)
  expect((await release()).body.wallet.gameCoins).toBe(500)
  expect((await release()).body.details[0]!.reason).toBe('ALREADY_PROCESSED')
  const balances = await partnerCall(url(), partner, `${buyer}/balances`)
  expect(balances.body).toMatchObject({ gameCoins: 500, frozen: { gameCoins: 0 } })
  expect(await coinsOf(partner, seller)).toBe(1_500)
})

test('a reversal takes back every part of an operation, once, and only with what is there', async () => {
  const partner = await aPartner()
  const [buyer, seller] = [await aPlayer(partner), await aPlayer(partner)]
  const trade = { fromUserId: buyer, toUserId: seller, currency: 'gameCoins', amount: 400, reason: '集市成交' }
  const done = await partnerCall(url(), partner, 'transfers', { body: trade })
  const id = done.body.to.transactions[0]!.id
  const reverse = () => partnerCall(url(), partner, `transactions/${id}/reverse`, { body: { reason: '卖家违约' } })
  await partnerCall(url(), partner, `${seller}/debit`, { body: credit(1_200) })
  expect((await reverse()).body.error_code).toBe('INSUFFICIENT_BALANCE')
  await partnerCall(url(), partner, `${seller}/credit`, { body: credit(1_200) })
  const both = await Promise.all([reverse(), reverse(), reverse()])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400, 400])
  expect([await coinsOf(partner, buyer), await coinsOf(partner, seller)]).toEqual([1_000, 1_000])
})

test('nobody reaches a wallet, a freeze or an operation of another platform', async () => {
  const [own, foreign] = [await aPartner(), await aPartner()]
  const user = await aPlayer(own)
  const frozen = await partnerCall(url(), own, `${user}/freeze`, { body: credit(10) })
  const paid = await partnerCall(url(), own, `${user}/credit`, { body: credit(10) })
  for (const answer of [
    await partnerCall(url(), foreign, `${user}/credit`, { body: credit(1) }),
    await partnerCall(url(), foreign, `${user}/transactions`),
    await partnerCall(url(), foreign, `${user}/balances`),
    await partnerCall(url(), foreign, `freezes/${frozen.body.transaction.id}/release`, { body: { reason: '撤单' } }),
    await partnerCall(url(), foreign, `transactions/${paid.body.transaction.id}/reverse`, { body: { reason: '冲正' } }),
  ])
    expect(answer.status).toBe(404)
})

test('the statement is every change, newest first, and tells what was there at any moment', async () => {
  const partner = await aPartner()
  const user = await aPlayer(partner)
  const before = iso(now())
  await Bun.sleep(5)
  await partnerCall(url(), partner, `${user}/credit`, { body: credit(5, { reference: 'match-1' }) })
  await partnerCall(url(), partner, `${user}/debit`, { body: credit(3) })
  const { body } = await partnerCall(url(), partner, `${user}/transactions?currency=gameCoins&page_size=2`)
  expect(body).toMatchObject({ success: true, page: 1, page_size: 2, total: 3 })
  expect(body.items[1] as object).toEqual({
    id: expect.any(String),
    currency: 'gameCoins',
    direction: 'credit',
    amount: 5,
    balanceBefore: 1_000,
    balanceAfter: 1_005,
    reason: '通关奖励',
    reference: 'match-1',
    createdAt: expect.stringMatching(/Z$/),
  })
  const then = await partnerCall(url(), partner, `${user}/balances?at=${before}`)
  expect(then.body).toMatchObject({ at: before, gameCoins: 1_000 })
  expect((await partnerCall(url(), partner, `${aUser()}/transactions`)).body.error_code).toBe('WALLET_NOT_FOUND')
})

import { expect, test } from 'bun:test'
import { safeParse } from 'valibot'
import { routes } from '#src/routes'
import { withServer } from '#tests/support/api'
import { aPartner, aUser, newKey, type PartnerAnswer, partnerCall, type TestPartner } from '#tests/wallets/partner'
import { differences, int, oneOf, orNull, type Shape, text, time, uuid, yesNo } from './shapes'

/** API.md 9: bare bodies in camelCase, errors in the envelope of everything else. */
const { started } = withServer()
const call = (partner: TestPartner, path: string, options = {}) => partnerCall(started.url, partner, path, options)

const wallet = { id: uuid, userId: text, gameCoins: int, cashBalance: int, computingPower: int }
const transaction = {
  id: uuid,
  currency: oneOf('gameCoins', 'cashBalance', 'computingPower'),
  direction: oneOf('credit', 'debit'),
  amount: int,
  balanceBefore: int,
  balanceAfter: int,
  reason: text,
  reference: orNull(text),
  createdAt: time,
}
const part = { wallet, transactions: [transaction] as const }
const moved = { wallet, transaction, replayed: yesNo }
const coins = { currency: 'gameCoins', amount: 5, reason: '通关奖励' }

type Scene = { partner: TestPartner; user: string; other: string }
type Row = { at: string; shape: Shape; ask: (scene: Scene) => Promise<PartnerAnswer> }

const rowOf = async (answer: Promise<PartnerAnswer>): Promise<string> => (await answer).body.transaction.id

const ROWS: Row[] = [
  { at: 'GET /api/shared/wallet/:user_id', shape: { wallet, isNewWallet: yesNo }, ask: ({ partner, user }) => call(partner, user) },
  {
    at: 'GET /api/shared/wallet/:user_id/transactions',
    shape: { success: yesNo, page: int, page_size: int, total: int, items: [transaction] },
    ask: ({ partner, user }) => call(partner, `${user}/transactions`),
  },
  {
    at: 'GET /api/shared/wallet/:user_id/balances',
    shape: {
      userId: text,
      at: time,
      gameCoins: int,
      cashBalance: int,
      computingPower: int,
      frozen: { gameCoins: int, cashBalance: int, computingPower: int },
    },
    ask: ({ partner, user }) => call(partner, `${user}/balances`),
  },
  ...(['credit', 'debit', 'freeze'] as const).map((act) => ({
    at: `POST /api/shared/wallet/:user_id/${act}`,
    shape: moved,
    ask: ({ partner, user }: Scene) => call(partner, `${user}/${act}`, { body: coins }),
  })),
  {
    at: 'POST /api/shared/wallet/transfers',
    shape: { from: part, to: part, replayed: yesNo },
    ask: ({ partner, user, other }) => call(partner, 'transfers', { body: { ...coins, fromUserId: user, toUserId: other } }),
  },
  {
    at: 'POST /api/shared/wallet/freezes/:transaction_id/release',
    shape: moved,
    ask: async ({ partner, user }) => {
      const id = await rowOf(call(partner, `${user}/freeze`, { body: coins }))
      return call(partner, `freezes/${id}/release`, { body: { reason: '撤单' } })
    },
  },
  {
    at: 'POST /api/shared/wallet/transactions/:transaction_id/reverse',
    shape: { wallets: [part], replayed: yesNo },
    ask: async ({ partner, user }) => {
      const id = await rowOf(call(partner, `${user}/credit`, { body: coins }))
      return call(partner, `transactions/${id}/reverse`, { body: { reason: '误发' } })
    },
  },
]

async function aScene(): Promise<Scene> {
  const scene = { partner: await aPartner(), user: aUser(), other: aUser() }
  for (const user of [scene.user, scene.other]) await call(scene.partner, user)
  return scene
}

test('every route that is shared with partners has its contract', () => {
  const shared = routes.filter(({ door }) => door === 'shared').map(({ method, path }) => `${method} ${path}`)
  expect(shared.sort()).toEqual(ROWS.map(({ at }) => at).sort())
})

test.each(ROWS.map((row) => [row.at, row] as const))('%s answers as written and as its row declares', async (at, { shape, ask }) => {
  const answer = await ask(await aScene())
  expect([answer.status, differences(answer.body, shape)]).toEqual([200, []])
  const { answer: declared } = routes.find(({ method, path }) => `${method} ${path}` === at)!
  expect(safeParse(declared!.body!, answer.body).issues ?? []).toEqual([])
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('the example of API.md, to the letter', async () => {
  const partner = await aPartner()
  const user = aUser()
  const { body } = await call(partner, user)
  const { id } = body.wallet
  expect(JSON.stringify(body)).toBe(
    `{"wallet":{"id":"${id}","userId":"${user}","gameCoins":1000,"cashBalance":0,"computingPower":0},"isNewWallet":true}`,
  )
})

test('a repetition is told in the body and in a header; refusals have the envelope', async () => {
  const { partner, user } = await aScene()
  const idempotencyKey = newKey()
  const first = await call(partner, `${user}/credit`, { body: coins, idempotencyKey })
  const again = await call(partner, `${user}/credit`, { body: coins, idempotencyKey })
  expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true'])
  expect(again.body as object).toEqual({ ...first.body, replayed: true })
  const refused = await call(partner, `${user}/debit`, { body: { ...coins, amount: 5_000 } })
  expect(refused.body as object).toEqual({
    success: false,
    error_code: 'INSUFFICIENT_BALANCE',
    message: '钱包余额不足，当前: 1005，需要: 5000',
    details: { currency: 'gameCoins', current_balance: 1_005, required_amount: 5_000, shortage: 3_995 },
    request_id: expect.any(String),
  })
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { proveWallets } from '#src/wallets/prove'
import { openTestDatabase } from '#tests/support/database'
import { spawnServer } from '#tests/support/http'
import { aPartner, aUser, newKey, partnerCall, type TestPartner } from './partner'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let servers: Awaited<ReturnType<typeof spawnServer>>[]
beforeAll(async () => {
  database = await openTestDatabase()
  servers = await Promise.all([spawnServer(database.url), spawnServer(database.url), spawnServer(database.url)])
})
afterAll(async () => {
  await Promise.all(servers.map(({ kill }) => kill('SIGTERM')))
  await database.close()
})

const debit = (amount: number) => ({ currency: 'gameCoins', amount, reason: '开箱' })
const coins = async (partner: TestPartner, user: string) => (await partnerCall(servers[0]!.url, partner, user)).body.wallet.gameCoins
const spread = <T>(count: number, ask: (url: string) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(servers[index % servers.length]!.url)))

test('three processes: 60 first reads make one wallet, 60 debits on a balance for 10 take exactly 10, 60 copies of one take one', async () => {
  const partner = await aPartner()
  const user = aUser()
  const opened = await spread(60, (url) => partnerCall(url, partner, user))
  expect(opened.filter(({ body }) => body.isNewWallet)).toHaveLength(1)
  expect(new Set(opened.map(({ body }) => body.wallet.id)).size).toBe(1)
  const idempotencyKey = newKey()
  const copies = await spread(60, (url) => partnerCall(url, partner, `${user}/debit`, { body: debit(100), idempotencyKey }))
  expect([copies.filter(({ body }) => body.replayed === false).length, copies.filter(({ status }) => status === 200).length]).toEqual([
    1, 60,
  ])
  const debits = await spread(60, (url) => partnerCall(url, partner, `${user}/debit`, { body: debit(90) }))
  expect(debits.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(await coins(partner, user)).toBe(0)
  expect((await proveWallets(partner.platform)).findings).toEqual([])
})

test('three processes: players who trade with each other both ways wait for each other and never for ever', async () => {
  const partner = await aPartner()
  const [one, other] = [aUser(), aUser()]
  for (const user of [one, other]) await partnerCall(servers[0]!.url, partner, user)
  let turn = 0
  const answers = await spread(90, (url) => {
    const [fromUserId, toUserId] = turn++ % 2 ? [one, other] : [other, one]
    return partnerCall(url, partner, 'transfers', { body: { ...debit(1), fromUserId, toUserId } })
  })
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(90)
  expect([await coins(partner, one), await coins(partner, other)]).toEqual([1_000, 1_000])
})

/** Where a server may die while it moves coins, and whether they have moved by then. */
const POINTS: Record<string, boolean> = {
  begun: false,
  decided: false,
  operation_written: false,
  statement_written: false,
  before_commit: false,
  after_commit: true,
}

test.each(Object.entries(POINTS))(
  'kill -9 at %s: the same key again ends in exactly one debit',
  async (point, hasMoved) => {
    const partner = await aPartner()
    const user = aUser()
    await partnerCall(servers[0]!.url, partner, user)
    const dying = await spawnServer(database.url, { FAULT_POINT: `wallet:${point}` })
    const idempotencyKey = newKey()
    const lost = await partnerCall(dying.url, partner, `${user}/debit`, { body: debit(100), idempotencyKey }).catch(() => 'lost')
    await dying.process.exited
    expect([lost, dying.process.signalCode]).toEqual(['lost', 'SIGKILL'])
    expect(await coins(partner, user)).toBe(hasMoved ? 900 : 1_000)
    const again = await partnerCall(servers[0]!.url, partner, `${user}/debit`, { body: debit(100), idempotencyKey })
    expect([again.status, again.body.replayed]).toEqual([200, hasMoved])
    expect(await coins(partner, user)).toBe(900)
    expect((await proveWallets(partner.platform)).findings).toEqual([])
  },
  30_000,
)

test('every fault point of wallets has its case', () => {
  const source = readFileSync('src/wallets/commit-batch.ts', 'utf8')
  const named = [...source.matchAll(/faultPoint\('wallet:(\w+)'\)/g)].map(([, name]) => name!)
  expect(named.sort()).toEqual(Object.keys(POINTS).sort())
})

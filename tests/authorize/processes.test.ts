import { afterAll, beforeAll, expect, test } from 'bun:test'
import { authorize } from '#tests/support/client'
import { aStore } from '#tests/support/factory'
import { type ServerProcess, spawnServer } from '#tests/support/http'
import { stormOfRivals, stormOfTwins, stormOnBalance } from './concurrency'
import { aScene } from './scene'

const scene = aScene()
let servers: ServerProcess[] = []
const urls = () => servers.map(({ url }) => url)

beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: 3 }, () => spawnServer(scene.database.url)))
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()))
})

test('over 3 server processes, 100 parallel starts on a balance for 20: exactly 20 are charged', () => stormOnBalance(scene, urls()))
test('over 3 server processes, 64 parallel copies of one request: one debit and 64 equal receipts', () => stormOfTwins(scene, urls()))
test('over 3 server processes, two games under one session id: one is charged', () => stormOfRivals(scene, urls()))

test("over 3 server processes an operator's bucket is one bucket: of 60 parallel calls 10 pass", async () => {
  const store = await aStore({ balance: '1000.00', price: '1.00', defaultLimits: true })
  const answers = await Promise.all(Array.from({ length: 60 }, (_, turn) => authorize(urls()[turn % 3]!, store)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(50)
})

test('a lock, a revoked grant and a new key count on every process from the next call on', async () => {
  const store = await aStore({ balance: '1000.00', price: '1.00' })
  const everywhere = async () =>
    (await Promise.all(urls().map((url) => authorize(url, store)))).map(({ body }) => body.error_code ?? 'charged')
  const id = store.operator.id
  expect(await everywhere()).toEqual(['charged', 'charged', 'charged'])
  await scene.owner`UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = authorized_by WHERE operator_id = ${id}`
  expect(await everywhere()).toEqual(Array(3).fill('APP_NOT_AUTHORIZED'))
  await scene.owner`UPDATE operator_accounts SET is_locked = true, locked_at = now(), locked_reason = '测试' WHERE id = ${id}`
  expect(await everywhere()).toEqual(Array(3).fill('ACCOUNT_LOCKED'))
  await scene.owner`UPDATE operator_accounts SET api_key_sha256 = sha256('another') WHERE id = ${id}`
  expect(await everywhere()).toEqual(Array(3).fill('INVALID_API_KEY'))
})

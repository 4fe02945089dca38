import { afterAll, beforeAll, expect, test } from 'bun:test'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aStore, balanceOf } from '#tests/support/factory'
import { startServer } from '#tests/support/http'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
})
afterAll(async () => {
  await server.drain(1000)
  await database.close()
})

test('a signed game start is charged players × price', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const answer = await authorize(server.url, store, { players: 5 })
  expect(answer.status).toBe(200)
  expect(await balanceOf(store.operator.id)).toBe(5000n as never)
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Server, startServer } from '#tests/bench/servers'
import { authorize, newSessionId } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aStore } from '#tests/support/factory'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: Server
beforeAll(async () => {
  database = await openTestDatabase()
  server = await startServer('baseline', database.connection, 4)
})
afterAll(async () => {
  await server.stop()
  await database.close()
})

test('the server that group commit is measured against charges, replays and refuses as the product does', async () => {
  const url = `http://127.0.0.1:${server.port}`
  const store = await aStore({ balance: '100.00' })
  const sessionId = newSessionId(store.operator.id)
  const first = await authorize(url, store, { sessionId })
  expect([first.status, first.body.success]).toEqual([200, true])
  const second = await authorize(url, store, { sessionId })
  expect([second.status, second.body.data]).toEqual([200, first.body.data])
  expect((await authorize(url, store, { players: 99 })).status).toBe(400)
})

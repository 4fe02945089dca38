import { afterAll, beforeAll, expect, test } from 'bun:test'
import { lockAccount } from '#src/accounts/lock'
import { now, stopwatch } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import { transaction } from '#src/platform/database'
import { openStreams } from '#src/platform/event-stream'
import { browserHeaders } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { readEvents } from '#tests/support/event-reader'
import { anOperator, aStore, type TestOperator } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { until } from '#tests/support/until'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
})
afterAll(async () => {
  await server.drain(1_000)
  await database.close()
})

const EVENTS = '/operator/events'
const tell = ({ id }: TestOperator, title = '提醒') =>
  transaction((tx) => notify(tx, [id], { type: 'system', title, content: '内容' }, now()))
const listen = async (operator: TestOperator, headers?: Record<string, string>) =>
  readEvents(server.url + EVENTS, headers ?? (await browserHeaders({ operatorId: operator.id })))
const unreadIn = (data: string): string | undefined => /data-unread="(\d+)"/.exec(data)?.[1]

test('a page that opens is told how its operator stands, and within seconds what changes; nobody else hears of it', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const other = await anOperator({ balance: '7.77' })
  const [stream, others] = await Promise.all([listen(store.operator), listen(other)])
  expect(stream.response.status).toBe(200)
  expect(stream.response.headers.get('content-type')).toStartWith('text/event-stream')
  expect(stream.response.headers.get('cache-control')).toBe('no-store')
  expect(unreadIn((await stream.next('messages')).data)).toBe('0')
  expect((await stream.next('balance-changed')).data).toContain('¥100.00')
  expect((await stream.next('fresh')).data).toContain('live-time')

  const elapsed = stopwatch()
  await tell(store.operator)
  expect((await authorize(server.url, store, { players: 2 })).status).toBe(200)
  await stream.next('messages', ({ data }) => unreadIn(data) === '1')
  await stream.next('balance-changed', ({ data }) => data.includes('¥80.00'))
  expect(elapsed()).toBeLessThan(5_000)

  await others.next('balance-changed', ({ data }) => data.includes('¥7.77'))
  expect(others.named('messages').map(({ data }) => unreadIn(data))).toEqual(['0'])
  expect(others.named('balance-changed')).toHaveLength(1)
  await Promise.all([stream.leave(), others.leave()])
  await until('both streams to be gone', () => openStreams() === 0)
})

test('what has not changed is not said again, but the time goes on', async () => {
  const stream = await listen(await anOperator())
  await until('three looks', () => stream.named('fresh').length >= 3)
  expect([stream.named('messages').length, stream.named('balance-changed').length]).toEqual([1, 1])
  await stream.leave()
})

test('a quiet stream beats before the server would close it', async () => {
  const stream = await listen(await anOperator())
  await until('three beats', () => stream.state.beats >= 3)
  expect([stream.state.ended, stream.state.broken]).toEqual([false, false])
  await stream.leave()
}, 30_000)

test.each([
  [
    'that is signed out',
    async (operator: TestOperator) => database.owner`UPDATE auth_sessions SET revoked_at = now() WHERE operator_id = ${operator.id}`,
  ],
  [
    'that has expired',
    async (operator: TestOperator) =>
      database.owner`UPDATE auth_sessions SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE operator_id = ${operator.id}`,
  ],
  [
    'of an account that is locked',
    (operator: TestOperator) =>
      transaction((tx) =>
        lockAccount(tx, operator.id, '测试锁定账户的原因', {
          actor: { kind: 'system', id: null, name: '系统', role: 'system' },
          origin: null,
          at: now(),
        }),
      ),
  ],
] as const)('the stream of a session %s says so and ends within seconds', async (_name, end) => {
  const operator = await anOperator()
  const stream = await listen(operator)
  await stream.next('fresh')
  const elapsed = stopwatch()
  await end(operator)
  expect((await stream.next('ended')).data).toContain('登录已失效')
  await until('the end', () => stream.state.ended)
  expect(elapsed()).toBeLessThan(5_000)
})

test('nobody listens without a session, or with one of the API', async () => {
  const answer = await fetch(server.url + EVENTS, { headers: { Accept: 'text/event-stream' }, redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/operator/login?next=%2Foperator%2Fevents'])
})

test('a session has three streams; the oldest makes room and is told to ask by itself', async () => {
  const operator = await anOperator()
  const headers = await browserHeaders({ operatorId: operator.id })
  const streams = []
  for (let n = 0; n < 4; n++) {
    const stream = await listen(operator, headers)
    await stream.next('fresh')
    streams.push(stream)
  }
  const [oldest, ...rest] = streams
  await oldest!.next('poll')
  await until('the end of the oldest', () => oldest!.state.ended)
  expect(rest.map(({ state }) => state.ended)).toEqual([false, false, false])
  const stranger = await listen(await anOperator())
  await stranger.next('fresh')
  expect(rest[0]!.state.ended).toBe(false)
  await Promise.all([...rest, stranger].map((stream) => stream.leave()))
})

test('a page without a stream asks and gets the same parts', async () => {
  const operator = await anOperator({ balance: '12.34' })
  await tell(operator)
  const answer = await fetch(server.url + EVENTS, {
    headers: { Accept: 'text/html', ...(await browserHeaders({ operatorId: operator.id })) },
  })
  const html = await answer.text()
  expect([answer.status, answer.headers.get('cache-control'), unreadIn(html)]).toEqual([200, 'no-store', '1'])
  expect(html).toContain('¥12.34')
})

test('a server that drains ends its streams at once and whole', async () => {
  const second = startServer()
  const operator = await anOperator()
  const streams = await Promise.all(
    Array.from({ length: 5 }, async () => readEvents(second.url + EVENTS, await browserHeaders({ operatorId: operator.id }))),
  )
  for (const stream of streams) await stream.next('fresh')
  const elapsed = stopwatch()
  await second.drain(8_000)
  expect(elapsed()).toBeLessThan(1_000)
  await until('the ends', () => streams.every(({ state }) => state.ended))
  expect(streams.map(({ state }) => state.broken)).toEqual([false, false, false, false, false])
  await server.drain(1_000)
  server = startServer()
})

test('a page that lists games is told those it does not know, each once, also after a break; another page is not', async () => {
  const store = await aStore({ balance: '100.00', price: '1.00' })
  const headers = await browserHeaders({ operatorId: store.operator.id })
  const start = async () => {
    const { body } = await authorize(server.url, store, { players: 1 })
    return String(body.data!.usage_id).slice('usage_'.length)
  }
  const ids = (stream: Awaited<ReturnType<typeof readEvents>>) =>
    stream.named('games').flatMap(({ data }) => [...data.matchAll(/data-usage-id="([^"]+)"/g)].map(([, id]) => id!))
  const known = await start()
  const [listing, plain] = await Promise.all([
    readEvents(`${server.url}${EVENTS}?games=${known}`, headers),
    listen(store.operator, headers),
  ])
  await plain.next('fresh')
  await listing.next('fresh')
  const [second, third] = [await start(), await start()]
  await until('two games', () => ids(listing).length >= 2)
  expect(new Set(ids(listing))).toEqual(new Set([second, third]))
  const last = listing.named('games').at(-1)!
  expect(last.id).toBe(third)
  expect(last.data).toContain('<tr')
  await listing.leave()

  const fourth = await start()
  const again = await readEvents(`${server.url}${EVENTS}?games=${known}`, { ...headers, 'Last-Event-ID': third })
  await until('the game of the break', () => ids(again).length > 0)
  expect(ids(again)).toEqual([fourth])
  await plain.next('balance-changed', ({ data }) => data.includes('¥96.00'))
  expect(plain.named('games')).toEqual([])
  const asked = await fetch(`${server.url}${EVENTS}?games=${third}`, { headers: { Accept: 'text/html', ...headers } })
  expect(await asked.text()).toContain(fourth)
  const foreign = await aStore({ balance: '100.00' })
  const theirs = await readEvents(`${server.url}${EVENTS}?games=${fourth}`, await browserHeaders({ operatorId: foreign.operator.id }))
  await until('two looks', () => theirs.named('fresh').length >= 2)
  expect(ids(theirs)).toEqual([])
  await Promise.all([again, plain, theirs].map((stream) => stream.leave()))
})

test('after a break the stream begins with how things stand', async () => {
  const operator = await anOperator()
  const headers = await browserHeaders({ operatorId: operator.id })
  const first = await listen(operator, headers)
  await first.next('messages', ({ data }) => unreadIn(data) === '0')
  await first.leave()
  await tell(operator)
  const second = await listen(operator, { ...headers, 'Last-Event-ID': 'whatever' })
  await second.next('messages', ({ data }) => unreadIn(data) === '1')
  await second.leave()
})

import { expect, test } from 'bun:test'
import { flushRequestLog } from '#src/authorize/request-log'
import { problems } from '#src/core/errors'
import { newId, showId } from '#src/core/ids'
import { explain } from '#src/usage/explain'
import { climb, RUNGS } from '#src/usage/ladder'
import { withServer } from '#tests/support/api'
import { authorize, newSessionId } from '#tests/support/client'
import { aStore } from '#tests/support/factory'

const { started } = withServer()

test('a request id explains its call: accepted with its game, refused with its rung', async () => {
  const store = await aStore({ balance: '30.00', price: '10.00' })
  const good = await authorize(started.url, store, { players: 2 })
  const poor = await authorize(started.url, store, { players: 5 })
  const id = (answer: typeof good) => answer.headers.get('x-request-id')!
  const accepted = await explain(store.operator.id, id(good))
  expect(accepted).toMatchObject({ calls: [{ result: 'accepted', code: null, siteName: '北京门店' }], usage: { playerCount: 2 } })
  expect(accepted!.usage!.ledger).toMatchObject({ before: 3_000n, after: 1_000n })
  const refused = await explain(store.operator.id, id(poor))
  expect(refused).toMatchObject({ calls: [{ result: 'refused', code: 'INSUFFICIENT_BALANCE' }], usage: null })
})

test('a session id or a game id leads to every call about it: the start, its replay, its end', async () => {
  const store = await aStore({ balance: '30.00' })
  const sessionId = newSessionId(store.operator.id)
  const first = await authorize(started.url, store, { players: 1, sessionId })
  await authorize(started.url, store, { players: 1, sessionId })
  await authorize(started.url, store, { players: 2, sessionId })
  for (const words of [sessionId, sessionId.slice(3), String(first.body.data!.usage_id)]) {
    const found = await explain(store.operator.id, words)
    expect(found!.calls.map(({ result, code }) => [result, code])).toEqual([
      ['refused', 'SESSION_ID_CONFLICT'],
      ['replayed', null],
      ['accepted', null],
    ])
    expect(showId('usage', found!.usage!.id)).toBe(String(first.body.data!.usage_id))
  }
})

test('a call with a wrong signature is found by the owner of its key', async () => {
  const store = await aStore({ balance: '30.00' })
  const answer = await authorize(started.url, store, { signature: `${'A'.repeat(43)}=` })
  await flushRequestLog()
  const found = await explain(store.operator.id, answer.headers.get('x-request-id')!)
  expect(found!.calls.map(({ code }) => code)).toEqual(['INVALID_SIGNATURE'])
})

test('somebody else’s request, session and game are as unknown as those that never were', async () => {
  const [mine, theirs] = [await aStore({ balance: '30.00' }), await aStore({ balance: '30.00' })]
  const sessionId = newSessionId(theirs.operator.id)
  const game = await authorize(started.url, theirs, { players: 1, sessionId })
  for (const words of [game.headers.get('x-request-id')!, sessionId, String(game.body.data!.usage_id), newId()])
    expect(await explain(mine.operator.id, words)).toEqual({ calls: [], usage: null })
  for (const words of ['hm', 'site_1', '%', newId().slice(1)]) expect(await explain(mine.operator.id, words)).toBeUndefined()
})

test('an accepted call climbs every rung, a refused one stops at the rung of its code', () => {
  expect(climb('accepted', null).map(({ state }) => state)).toEqual(RUNGS.map(() => 'passed' as const))
  expect(
    climb('refused', 'SITE_INACTIVE')
      .map(({ rung, state }) => [rung, state])
      .slice(7, 10),
  ).toEqual([
    ['session', 'passed'],
    ['site', 'refused'],
    ['application', 'not_reached'],
  ])
  expect(
    climb('replayed', null)
      .map(({ state }) => state)
      .slice(5, 8),
  ).toEqual(['passed', 'answered', 'not_reached'])
})

test('every code that a game start can be refused with has its words', async () => {
  const { zh } = await import('#src/core/text.zh')
  const { en } = await import('#src/core/text.en')
  const explained = Object.keys(zh).flatMap((key) => /^explain\.why\.(\w+)$/.exec(key)?.[1] ?? [])
  expect(explained.filter((code) => !(code in problems))).toEqual([])
  for (const code of explained) expect([code, `explain.todo.${code}` in zh, `explain.todo.${code}` in en]).toEqual([code, true, true])
})

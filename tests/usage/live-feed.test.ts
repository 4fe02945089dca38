import { expect, test } from 'bun:test'
import { addSeconds, now } from '#src/core/time'
import { latestGames, liveGamesSince } from '#src/usage/live-feed'
import { withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aStore } from '#tests/support/factory'
import { play } from './games'

const { started } = withServer()

test('games after a known one come newest first, each once, and none of another operator', async () => {
  const [store, other] = [await aStore({ balance: '9000.00' }), await aStore({ balance: '9000.00' })]
  expect(await liveGamesSince(store.operator.id, null)).toEqual([])
  await authorize(started.url, store, { players: 1 })
  const [known] = await latestGames(store.operator.id)
  await authorize(started.url, other, { players: 4 })
  for (const players of [2, 3]) await authorize(started.url, store, { players })
  const since = await liveGamesSince(store.operator.id, known!.id)
  expect(since.map(({ playerCount }) => playerCount)).toEqual([3, 2])
  expect(await liveGamesSince(store.operator.id, since[0]!.id)).toEqual([])
  const [theirs] = await latestGames(other.operator.id)
  expect((await liveGamesSince(store.operator.id, theirs!.id)).map(({ playerCount }) => playerCount)).toEqual([3, 2, 1])
})

test('games of one batch carry one time and still come in the order of the ledger, at most ten of them', async () => {
  const store = await aStore({ balance: '9000.00' })
  const at = addSeconds(now(), -5)
  const games = await play(
    store.operator.id,
    Array.from({ length: 14 }, (_, index) => ({ siteId: store.siteId, applicationId: store.applicationId, players: 1 + (index % 8), at })),
  )
  const ids = games.map(({ id }) => id)
  expect((await liveGamesSince(store.operator.id, ids[9]!)).map(({ id }) => id)).toEqual(ids.slice(10).reverse())
  expect((await latestGames(store.operator.id)).map(({ id }) => id)).toEqual(ids.slice(4).reverse())
})

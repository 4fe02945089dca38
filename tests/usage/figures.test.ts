import { expect, test } from 'bun:test'
import { addDays, addSeconds, instant } from '#src/core/time'
import { playedBetween, playedByDay, playedCompared } from '#src/usage/figures'
import { withServer } from '#tests/support/api'
import { aStore } from '#tests/support/factory'
import { play } from './games'

withServer()

/** Shanghai's 10 March 2027, 15:30. */
const NOW = instant('2027-03-10T15:30:00.000+08:00')

test('the stretches of a home page are cut at the same time of day, the days are whole', async () => {
  const store = await aStore({ balance: '90000.00', price: '1.00' })
  const moments = [
    NOW,
    addSeconds(NOW, -86_400),
    addSeconds(NOW, -86_399),
    addSeconds(addDays(NOW, -7), -1),
    addSeconds(addDays(NOW, -7), 1),
    instant('2027-02-10T15:29:59.999+08:00'),
    instant('2027-02-10T15:30:00.000+08:00'),
    instant('2027-02-28T23:59:59.999+08:00'),
  ]
  await play(
    store.operator.id,
    moments.map((at, index) => ({ siteId: store.siteId, applicationId: store.applicationId, players: index + 1, at })),
  )
  const { id } = store.operator
  const compared = await playedCompared(NOW, 30, id)
  const players = (name: 'today' | 'yesterday' | 'week' | 'weekBefore' | 'month' | 'monthBefore') => compared[name].players
  expect([players('today'), players('yesterday')]).toEqual([1, 0])
  expect([players('week'), players('weekBefore')]).toEqual([1 + 2 + 3, 4 + 8])
  expect([players('month'), players('monthBefore')]).toEqual([1 + 2 + 3 + 4 + 5, 6])
  expect(compared.days).toEqual(await playedByDay(NOW, 30, id))
  expect(compared.days.filter(({ games }) => games > 0).map(({ day, players: sum }) => [day, sum])).toEqual([
    ['2027-02-10', 13],
    ['2027-02-28', 8],
    ['2027-03-03', 9],
    ['2027-03-09', 5],
    ['2027-03-10', 1],
  ])
  const half = { from: addSeconds(NOW, -86_399), to: addSeconds(NOW, 1) }
  expect((await playedBetween(half, id)).players).toBe(1 + 3)
  expect((await playedBetween({ from: NOW, to: addSeconds(NOW, 1) }, id)).players).toBe(1)
  expect((await playedBetween({ from: instant('2027-02-10T15:30:00.000+08:00'), to: NOW }, id)).players).toBe(7 + 8 + 2 + 3 + 4 + 5)
})

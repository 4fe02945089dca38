import { describe, expect, test } from 'bun:test'
import { demandOf } from '#drizzle/seed/calendar'
import { extrasOf, refundsOf } from '#drizzle/seed/extras'
import { playHistory } from '#drizzle/seed/history'
import { randomFrom } from '#drizzle/seed/random'
import { buildWorld } from '#drizzle/seed/world'
import { parseId } from '#src/core/ids'
import { businessDay, instant } from '#src/core/time'

/** Moments of every season, and hours at which a day has just begun or is about to end. */
const MOMENTS = [
  '2026-01-01T00:00:30.000+08:00',
  '2026-02-28T13:00:00.000+08:00',
  '2026-06-15T23:59:00.000+08:00',
  '2026-08-31T20:30:00.000+08:00',
  '2026-10-07T21:00:00.000+08:00',
  '2028-02-29T09:00:00.000+08:00',
  '2031-07-01T04:00:00.000+08:00',
]

const play = (moment: string) => {
  const world = buildWorld(instant(moment))
  const refunds = refundsOf(world)
  return world.operators.map((operator) => ({ operator, ...playHistory(world, operator, extrasOf(world, operator, refunds)) }))
}

describe.each(MOMENTS)('a demo at %s', (moment) => {
  const histories = play(moment)

  test('has 8 to 15 thousand games', () => {
    const games = histories.reduce((sum, history) => sum + history.games.length, 0)
    expect(games).toBeWithin(8_000, 15_001)
  })

  test('keeps each operator within its tier in every whole month', () => {
    for (const { operator, games } of histories) {
      const months = new Map<string, number>()
      for (const game of games) {
        const month = businessDay(game.startedAt).slice(0, 7)
        months.set(month, (months.get(month) ?? 0) + Number(game.total) / 100)
      }
      const whole = [...months.keys()].sort().slice(1, -1)
      for (const month of operator.category === 'trial' ? months.keys() : whole) {
        const consumed = months.get(month)!
        if (operator.category === 'trial') expect(consumed).toBeLessThan(1_000)
        if (operator.category === 'normal') expect(consumed).toBeWithin(1_000, 10_000)
        if (operator.category === 'vip') expect(consumed).toBeGreaterThanOrEqual(10_000)
      }
    }
  })

  test('runs forward in time, within what its accounts can pay, and ends near its aim', () => {
    for (const { operator, journal, orders } of histories) {
      let last = operator.createdAt
      for (const { createdAt, balanceAfter } of journal) {
        expect(createdAt >= last).toBe(true)
        expect(balanceAfter >= 0n).toBe(true)
        last = createdAt
      }
      expect(last <= instant(moment)).toBe(true)
      expect(Number(journal.at(-1)?.balanceAfter ?? 0n) / 100).toBeWithin(0, 2 * operator.endsAt + 1)
      for (const { amount } of orders) expect(Number(amount)).toBeWithin(1_000, 1_000_001)
    }
  })
})

describe('the calendar', () => {
  test.each([
    ['an ordinary Wednesday', '2026-11-18', 1],
    ['a Saturday', '2026-11-21', 2],
    ['the golden week', '2026-10-06', 2.2],
    ['the day after it', '2026-10-08', 1],
    ['the Spring Festival', '2026-02-18', 2.3],
    ['New Year', '2026-01-01', 1.7],
    ['a Tuesday of the summer holidays', '2026-07-14', 1.35],
  ])('%s', (_, day, demand) => {
    expect(demandOf(day)).toBe(demand)
  })
})

describe('the source of random numbers', () => {
  test('is the same for the same seed and another for another', () => {
    const draw = (seed: string) => Array.from({ length: 20 }, () => randomFrom(seed).whole(0, 1_000_000))
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })

  test('spreads evenly, and keeps to its bounds and means', () => {
    const random = randomFrom('spread')
    const counts = Array.from({ length: 10 }, () => 0)
    for (let draw = 0; draw < 20_000; draw++) counts[random.whole(0, 9)]!++
    for (const count of counts) expect(count).toBeWithin(1_800, 2_200)
    const means = Array.from({ length: 4_000 }, () => random.poisson(6))
    expect(means.reduce((sum, value) => sum + value, 0) / means.length).toBeWithin(5.8, 6.2)
  })

  test('makes ids that the product accepts, in the order of time', () => {
    const random = randomFrom('ids')
    const [early, late] = [random.id(instant(1_700_000_000_000)), random.id(instant(1_700_000_000_001))]
    expect(parseId('usage', early)).toBe(early)
    expect(early[14]).toBe('7')
    expect(early < late).toBe(true)
    expect(random.token()[14]).toBe('4')
  })
})

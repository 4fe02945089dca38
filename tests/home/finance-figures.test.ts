import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { type Money, money, parseYuan } from '#src/core/money'
import { addDays, businessDay, type Instant, instant, startOfDay } from '#src/core/time'
import { wholeDays, wholeHours } from '#src/home/consumed'
import {
  comparedFlows,
  flowsOfMonth,
  netIncome,
  rankCustomers,
  standingOf,
  sumOfDays,
  todaysFlows,
  topOfMonth,
} from '#src/home/finance-figures'
import { lightsOf, openWork } from '#src/home/finance-work'
import { openTestDatabase } from '#tests/support/database'
import { anOperator } from '#tests/support/factory'
import { aPastGame, aPastRecharge, aPastRefund } from './past'

/** The middle of a day in the middle of a month; what the story tells lies around it. */
const NOW = instant('2026-03-15T12:00:00+08:00')
const at = (text: string): Instant => instant(`${text}+08:00`)

let database: Awaited<ReturnType<typeof openTestDatabase>>
let [big, small, other]: Uuid[] = []
beforeAll(async () => {
  database = await openTestDatabase()
  big = (await anOperator({ name: '大客户', category: 'vip' })).id
  small = (await anOperator({ name: '小客户' })).id
  other = (await anOperator({ name: '没动过' })).id
  await aPastRecharge(big!, '500.00', at('2026-02-10T10:00:00'))
  await aPastGame(big!, '40.00', at('2026-02-20T23:59:59.999'))
  await aPastGame(big!, '60.00', at('2026-03-01T00:00:00'))
  await aPastRecharge(small!, '100.00', at('2026-03-14T09:00:00'))
  await aPastRecharge(small!, '17.00', at('2026-03-14T13:00:00'))
  await aPastGame(small!, '20.00', at('2026-03-14T11:59:59'))
  await aPastGame(small!, '5.00', at('2026-03-14T18:00:00'))
  await aPastGame(big!, '30.00', at('2026-03-15T00:00:00'))
  await aPastRefund(small!, '50.00', at('2026-03-15T08:00:00'))
  await aPastRecharge(big!, '12.34', at('2026-03-15T11:00:00'))
})
afterAll(() => database.close())

const yuan = (text: string): Money => parseYuan(text)!
const flows = (recharge: string, consumption: string, refund: string) => ({
  recharge: yuan(recharge),
  consumption: yuan(consumption),
  refund: yuan(refund),
})

test('today and the month stand beside the same stretch before, cut at the same time', async () => {
  expect(await comparedFlows(NOW)).toEqual({
    today: flows('12.34', '30.00', '50.00'),
    yesterday: flows('100.00', '20.00', '0.00'),
    month: flows('129.34', '115.00', '50.00'),
    monthBefore: flows('500.00', '0.00', '0.00'),
  })
})

test('the API tells the same of today, and who there is', async () => {
  const today = await todaysFlows(NOW)
  expect(today).toMatchObject({ ...flows('12.34', '30.00', '50.00'), activeToday: 2, operators: 3 })
  expect(netIncome(today)).toBe(money(-3_766))
  expect(await standingOf(NOW)).toMatchObject({ liability: yuan('424.34'), accounts: 2, activeToday: 2 })
})

test('a month has every one of its days, each summed to the fen; what is not there is 0', async () => {
  const days = await flowsOfMonth('2026-03')
  expect(days.map(({ day }) => day)).toHaveLength(31)
  expect(days.filter(({ recharge, consumption, refund }) => recharge + consumption + refund > 0n)).toEqual([
    { day: '2026-03-01', ...flows('0.00', '60.00', '0.00') },
    { day: '2026-03-14', ...flows('117.00', '25.00', '0.00') },
    { day: '2026-03-15', ...flows('12.34', '30.00', '50.00') },
  ])
  expect(sumOfDays(days)).toEqual(flows('129.34', '115.00', '50.00'))
  expect(await flowsOfMonth('2024-02')).toHaveLength(29)
})

describe('the ranking', () => {
  const ranked = async (from?: Instant, to?: Instant, limit = 10) => {
    const { customers, total } = await rankCustomers({ from, to }, limit)
    return [customers.map(({ name, amount, sessions }) => [name, Number(amount), sessions]), Number(total)]
  }

  test('of all time, largest first; who consumed nothing is not in it', async () => {
    expect(await ranked()).toEqual([
      [
        ['大客户', 13_000, 3],
        ['小客户', 2_500, 2],
      ],
      15_500,
    ])
  })

  test('of this month, and its total whatever the limit', async () => {
    const { customers, total } = await topOfMonth(NOW, 1)
    expect(customers.map(({ id, amount }) => ({ id, amount }))).toEqual([{ id: big!, amount: yuan('90.00') }])
    expect(total).toBe(yuan('115.00'))
  })

  test('cuts days where it is asked to, to the millisecond', async () => {
    expect(await ranked(at('2026-02-20T23:59:59.999'), at('2026-03-01T00:00:00'))).toEqual([[['大客户', 4_000, 1]], 4_000])
    expect(await ranked(at('2026-02-20T23:59:59.999'), at('2026-03-01T00:00:00.001'))).toEqual([[['大客户', 10_000, 2]], 10_000])
    expect(await ranked(at('2026-03-14T12:00:00'), at('2026-03-14T23:00:00'))).toEqual([[['小客户', 500, 1]], 500])
    expect(await ranked(at('2026-03-14T12:00:00'))).toEqual([
      [
        ['大客户', 3_000, 1],
        ['小客户', 500, 1],
      ],
      3_500,
    ])
    expect(await ranked(undefined, at('2026-03-01T00:00:00'))).toEqual([[['大客户', 4_000, 1]], 4_000])
    expect(await ranked(at('2027-01-01T00:00:00'))).toEqual([[], 0])
  })

  test('ties stand in the order of their ids', async () => {
    const [from, to] = [at('2026-04-01T00:00:00'), at('2026-04-02T00:00:00')]
    for (const id of [other!, small!]) await aPastGame(id, '1.00', at('2026-04-01T10:00:00'), { credit: '1.00' })
    const { customers } = await rankCustomers({ from, to }, 10)
    expect(customers.map(({ id }) => id)).toEqual([small!, other!].sort())
  })
})

describe('a stretch of time', () => {
  const [monday, noon] = [startOfDay('2026-03-02'), at('2026-03-02T12:00:00')]
  test.each([
    ['of whole days has no edges', monday, addDays(monday, 2), '2026-03-02', '2026-03-04', 0],
    ['begins in the middle of a day', noon, addDays(monday, 2), '2026-03-03', '2026-03-04', 1],
    ['has both edges', noon, addDays(noon, 2), '2026-03-03', '2026-03-04', 2],
    ['lies within one day', noon, at('2026-03-02T13:00:00'), '2026-03-02', '2026-03-02', 1],
    ['has no end', noon, undefined, '2026-03-03', undefined, 1],
    ['has no beginning', undefined, noon, undefined, '2026-03-02', 1],
  ])('%s', (_, from, to, first, last, pieces) => {
    const whole = wholeDays({ from, to })
    expect([whole.first, whole.last, whole.pieces.length]).toEqual([first, last, pieces] as never)
  })
})

test('what sticks out of whole days is cut into hours and what is less than one', () => {
  const cut = (from: string, to: string) => {
    const { hours, edges } = wholeHours({ from: at(`2026-03-02T${from}`), to: at(`2026-03-02T${to}`) })
    return [hours.length, edges.length]
  }
  expect(cut('08:00:00', '12:00:00')).toEqual([1, 0])
  expect(cut('08:00:01', '12:00:00')).toEqual([1, 1])
  expect(cut('08:30:00', '12:30:00')).toEqual([1, 2])
  expect(cut('08:10:00', '08:20:00')).toEqual([0, 1])
  expect(cut('08:30:00', '09:30:00')).toEqual([0, 2])
})

test('what waits is counted with its oldest, and what does not is 0', async () => {
  const { owner } = database
  await owner`
    INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
    SELECT gen_random_uuid(), ${big!}, 100, '门店停业装修，申请退回余额', t, t FROM unnest(ARRAY['2026-03-10T00:00:00Z', '2026-03-12T00:00:00Z']::timestamptz[]) t`
  const work = Object.fromEntries((await openWork()).map(({ kind, count, oldestAt }) => [kind, [count, oldestAt?.toISOString()]]))
  expect(work.refunds).toEqual([3, '2026-03-10T00:00:00.000Z'])
  expect(work.invoices).toEqual([0, undefined])
  expect(Object.keys(work)).toHaveLength(9)
})

test('the lights tell of yesterday, the last proof, the last day closed', async () => {
  const { owner } = database
  expect(await lightsOf(NOW)).toEqual({ yesterday: '2026-03-14', bills: [], proof: null, lastClosed: null, daysBehind: 0 })
  await owner`
    INSERT INTO provider_bills (id, channel, bill_date, state, created_at, imported_at, matched_at)
    VALUES (gen_random_uuid(), 'wechat', '2026-03-14', 'matched', now(), now(), now())`
  await owner`
    INSERT INTO ledger_proofs (id, scope, operators, transactions, drift_fen, findings, started_at, finished_at)
    VALUES (gen_random_uuid(), 'full', 3, 10, 0, '[]', ${NOW}, ${NOW})`
  expect(await lightsOf(NOW)).toMatchObject({
    bills: [{ channel: 'wechat', state: 'matched', open: 0 }],
    proof: { finishedAt: NOW, transactions: 10n, isClean: true },
  })
  expect(businessDay(addDays(NOW, -1))).toBe('2026-03-14')
})

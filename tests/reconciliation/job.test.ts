import { afterAll, expect, test } from 'bun:test'
import { addDays, addMs, addSeconds, type BusinessDay, businessDay, type Instant, now, nowMs, startOfDay, useClock } from '#src/core/time'
import { configuredChannels } from '#src/payments/gateways/registry'
import { settleOrder } from '#src/payments/settle'
import { fetchBill, reconcileBills } from '#src/reconciliation/close-day'
import { clearingProof } from '#src/reconciliation/proof'
import { anOrder, type Placed, withBank } from '#tests/payments/scene'
import { balanceOf } from '#tests/support/factory'
import { wechatFile } from './bill-files'
import { aSource } from './day'

/** The job against the simulated bank: real protocols, real files, both clocks turned together. */
const scene = withBank()
const real = nowMs
const restore = { clock: () => {} }
afterAll(() => restore.clock())

/** Bank and product both live at this moment now. */
async function itIs(moment: Instant): Promise<void> {
  restore.clock()
  restore.clock = () => {}
  const ahead = moment.getTime() - real()
  const start = real() - performance.now()
  restore.clock = useClock(() => start + performance.now() + ahead)
  await scene.bank.control.setAhead(ahead)
}

const bills = async (channel = 'wechat') => [
  ...(await scene.started.database.owner`
    SELECT bill_date::text AS day, state, attempts, last_answer AS answer, payments, file_path IS NOT NULL AS kept FROM provider_bills
    WHERE channel = ${channel} ORDER BY bill_date`),
]
const differences = async () => [
  ...(await scene.started.database
    .owner`SELECT kind, state, our_fen AS ours, bill_fen AS billed FROM bill_differences ORDER BY bill_date, kind, subject`),
]
async function paidAndSettled(options: Parameters<typeof anOrder>[0] = {}): Promise<Placed> {
  const placed = await anOrder(options)
  await scene.bank.control.pay(placed.channel, placed.order.outTradeNo)
  await settleOrder({ orderId: placed.order.id }, now())
  return placed
}

/** Far enough from midnight that a slow test stays in its day. */
const today = startOfDay(businessDay(now()))
const NOON = addSeconds(today, 12 * 3_600)
const at = (day: number, time: string): Instant => addMs(addDays(today, day), timeMs(time))
const timeMs = (time: string): number => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 60_000
const dayAt = (moment: Instant): BusinessDay => businessDay(moment)

test('the bill is asked for until it is there, matched on all sides, and the day is closed', async () => {
  await itIs(NOON)
  expect(configuredChannels()).toEqual(['wechat', 'alipay'])
  await paidAndSettled({ yuan: '100.00' })
  await paidAndSettled({ yuan: '20.00', channel: 'alipay' })
  // Nobody told us of this one and nobody asked: only the bill has it.
  const lost = await anOrder({ yuan: '50.00' })
  await scene.bank.control.pay('wechat', lost.order.outTradeNo)

  await itIs(at(1, '09:30'))
  expect(await reconcileBills({ now: now() })).toMatchObject({ imported: 0, waiting: 0 })
  // The clock of the providers is behind ours: not ready yet.
  await itIs(at(1, '09:58'))
  expect(await reconcileBills({ now: at(1, '10:30') })).toMatchObject({ imported: 0, waiting: 2 })
  expect(await bills()).toMatchObject([{ day: dayAt(today), state: 'waiting', attempts: 1, answer: 'STATEMENT_CREATING' }])

  await itIs(at(1, '10:31'))
  expect(await reconcileBills({ now: now() })).toMatchObject({ imported: 2, waiting: 0, found: 1, vanished: 1, closed: 2 })
  expect(await bills()).toMatchObject([{ day: dayAt(today), state: 'closed', payments: 2, kept: true }])
  expect(await bills('alipay')).toMatchObject([{ day: dayAt(today), state: 'closed', payments: 1, kept: true }])
  // The long was asked about first: credited late, and no difference any more.
  expect(await differences()).toMatchObject([{ kind: 'long', state: 'vanished', billed: 5_000n }])
  expect(await balanceOf(lost.operator.id)).toBe(5_000n as never)
  for (const channel of ['wechat', 'alipay'] as const) expect(await clearingProof(channel)).toMatchObject({ agrees: true, unbilled: 0n })
  expect(await reconcileBills({ now: now() })).toMatchObject({ imported: 0, waiting: 0, found: 0, closed: 0 })
})

test('a late start catches up every day that is missing; an empty day is a bill of nothing, believed a day later', async () => {
  await itIs(at(3, '11:00'))
  const placed = await paidAndSettled({ yuan: '30.00' })
  const control = scene.bank.control
  await control.changeBill('wechat', dayAt(now()), { change: 'drop', number: placed.order.outTradeNo })
  await control.changeBill('wechat', dayAt(now()), { change: 'extra', outTradeNo: 'SHOP0001', amount: 660 })
  await itIs(at(5, '10:31'))
  await reconcileBills({ now: now() })
  expect(await bills()).toMatchObject([
    { day: dayAt(today), state: 'closed' },
    { day: dayAt(addDays(today, 1)), state: 'closed', answer: 'NO_STATEMENT_EXIST', kept: false },
    { day: dayAt(addDays(today, 2)), state: 'closed', kept: false },
    { day: dayAt(addDays(today, 3)), state: 'matched', payments: 1, kept: true },
    { day: dayAt(addDays(today, 4)), state: 'waiting', answer: 'NO_STATEMENT_EXIST' },
  ])
  expect((await differences()).slice(1)).toMatchObject([
    { kind: 'long', state: 'open', billed: 660n },
    { kind: 'short', state: 'waiting', ours: 3_000n },
  ])
  await itIs(at(6, '10:31'))
  await reconcileBills({ now: now() })
  expect((await differences()).slice(1)).toMatchObject([{ kind: 'long' }, { kind: 'short', state: 'open' }])
  expect(await clearingProof('wechat')).toMatchObject({ agrees: true, missing: 3_000n })
})

test('a broken answer costs an attempt; a file that is not right is kept, named and told, and nothing of it is used', async () => {
  await itIs(at(8, '11:00'))
  await paidAndSettled({ yuan: '40.00' })
  const day = dayAt(now())
  await itIs(at(9, '10:31'))
  await scene.bank.control.chaos('call.cut')
  const { imported, waiting } = await reconcileBills({ now: now() })
  expect([imported, waiting > 0]).toEqual([0, true])
  expect((await bills()).at(-1)).toMatchObject({ day, state: 'waiting', answer: 'UNKNOWN' })
  await scene.bank.control.clearChaos()
  const cut = aSource('wechat', {
    [day]: wechatFile([{ at: `${day} 11:00:00`, ourNo: 'a', providerNo: 'b', amount: '40.00' }], { totals: null }),
  })
  expect(await fetchBill(cut, day, now())).toBe('faulty')
  const [bill] = (await bills()).slice(-1)
  expect(bill).toMatchObject({ day, state: 'waiting', payments: 0, kept: false })
  expect(bill!.answer).toContain('totals')
  expect(
    await scene.started.database
      .owner`SELECT FROM provider_bill_lines l JOIN provider_bills b ON b.id = l.bill_id WHERE b.bill_date = ${day}`,
  ).toHaveLength(0)
  expect([...(await scene.started.database.owner`SELECT subject FROM alerts WHERE kind = 'bill_faulty' AND closed_at IS NULL`)]).toEqual([
    { subject: `wechat ${day}` },
  ])
  expect(await reconcileBills({ now: now() })).toMatchObject({ faulty: 0 })
  expect((await bills()).at(-1)).toMatchObject({ day, state: 'closed', payments: 1, kept: true })
  expect(await scene.started.database.owner`SELECT FROM alerts WHERE kind = 'bill_faulty' AND closed_at IS NULL`).toHaveLength(0)
})

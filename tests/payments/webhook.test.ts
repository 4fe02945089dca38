import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { now } from '#src/core/time'
import type { Twist } from '#src/gateway-simulator/envelope'
import { CHANNELS, type Channel } from '#src/payments/gateways/gateway'
import { advancePayout } from '#src/refunds/send'
import { aManager, doors } from '#tests/refunds/scene'
import { operatorToken } from '#tests/support/api'
import { type ServerProcess, spawnServer } from '#tests/support/http'
import { anOrder, type Placed, stored, withBank } from './scene'

/** Notifications over HTTP to a server process of its own, sent by the simulated bank, which also judges how they are answered. */

const scene = withBank()
const refunds = doors(scene)
let server: ServerProcess
const serve = (env: Record<string, string> = {}) =>
  spawnServer(scene.started.database.url, { ...scene.bank.env, LOG_LEVEL: 'silent', ...env })

beforeAll(async () => {
  server = await serve()
  await listenAt(server)
})
afterAll(() => server.kill())

type Row = Record<string, unknown>
const listenAt = ({ url }: Pick<ServerProcess, 'url'>) => scene.bank.control.settings({ notifyBase: url })
const sql = () => scene.started.database.owner

async function aPaidOrder(channel: Channel): Promise<Placed & { notification: number }> {
  const placed = await anOrder({ channel })
  await scene.bank.control.pay(channel, placed.order.outTradeNo)
  const sent = await scene.bank.control.notifications()
  return { ...placed, notification: sent.find(({ out_trade_no }) => out_trade_no === placed.order.outTradeNo)!.id }
}

const credits = async ({ order }: Pick<Placed, 'order'>): Promise<number> => {
  const [row] = await sql()`SELECT count(*)::int AS n FROM transaction_records WHERE order_id = ${order.id} AND type = 'recharge'`
  return row!.n
}
const noted = async ({ order }: Pick<Placed, 'order'>): Promise<Row[]> => [
  ...(await sql()`SELECT kind, deliveries, outcome FROM payment_notifications WHERE out_trade_no = ${order.outTradeNo} ORDER BY received_at`),
]

/** Everything that a notification could change. */
async function books(): Promise<unknown> {
  const [row] = await sql()`
    SELECT (SELECT count(*) FROM payment_notifications) AS notices, (SELECT count(*) FROM transaction_records) AS rows,
      (SELECT count(*) FROM payment_quarantine) AS quarantined, (SELECT sum(balance_fen) FROM operator_accounts) AS balance,
      (SELECT string_agg(id || status || coalesce(provider_txn_id, ''), ',' ORDER BY id) FROM recharge_orders) AS orders`
  return row
}
const openAlerts = async (subject = '%'): Promise<Row[]> => [
  ...(await sql()`
    SELECT subject, occurrences, audience FROM alerts
    WHERE kind = 'payment_notice_refused' AND subject LIKE ${subject} AND closed_at IS NULL ORDER BY subject`),
]

describe.each(CHANNELS.map((channel) => [channel]))('%s', (channel) => {
  const url = `http://unused/v1/notify/${channel}`

  test('20 equal notifications at once: 20 right acknowledgements, one credit; 20 more to another process change nothing', async () => {
    const paid = await aPaidOrder(channel)
    const right = { status: channel === 'wechat' ? 204 : 200, body: channel === 'wechat' ? '' : 'success', accepted: true, fault: null }
    const first = await scene.bank.control.resend(paid.notification, { times: 20 })
    expect(first.map(({ status, body, accepted, fault }) => ({ status, body, accepted, fault }))).toEqual(Array(20).fill(right))
    expect(await credits(paid)).toBe(1)
    expect((await stored(paid.order.id)).status).toBe('success')
    expect(await noted(paid)).toEqual([{ kind: 'payment', deliveries: 20, outcome: expect.stringMatching(/credited|settled_before/) }])

    const other = await serve()
    await listenAt(other)
    const again = await scene.bank.control.resend(paid.notification, { times: 20 })
    await listenAt(server)
    await other.kill()
    expect(again.every(({ accepted, fault }) => accepted && fault === null)).toBe(true)
    expect(await credits(paid)).toBe(1)
    expect((await noted(paid))[0]!.deliveries).toBe(40)
  })

  test('20 notifications of one payment with 20 ids at once: one credit', async () => {
    const paid = await aPaidOrder(channel)
    const answers = await scene.bank.control.resend(paid.notification, { times: 20, newIds: true })
    expect(answers.every(({ accepted, fault }) => accepted && fault === null)).toBe(true)
    expect(await credits(paid)).toBe(1)
    expect(await noted(paid)).toHaveLength(20)
  })

  const FORGERIES: Twist[] = [
    'notify.bad_signature',
    'notify.empty_signature',
    'notify.no_signature',
    'notify.two_signatures',
    'notify.signtest',
    'notify.forged',
    'notify.unknown_key',
    'notify.rsa1',
    'notify.wrong_json',
    'notify.wrong_appid',
    'notify.wrong_mchid',
    ...(channel === 'wechat' ? (['notify.stale', 'notify.broken_tag'] as const) : (['notify.wrong_seller_id'] as const)),
  ]
  test.each(FORGERIES.map((twist) => [twist]))('%s changes nothing and is answered in the provider’s words', async (twist) => {
    const { order } = await anOrder({ channel })
    const before = await books()
    const answer = await scene.bank.control.forge({ channel, url, outTradeNo: order.outTradeNo, amount: 10_000, twist })
    expect({ status: answer.status, accepted: answer.accepted, fault: answer.fault }).toEqual({ status: 401, accepted: false, fault: null })
    expect(answer.body).toBe(channel === 'wechat' ? '{"code":"FAIL","message":"失败"}' : 'fail')
    expect(await books()).toEqual(before)
    expect((await openAlerts(`${channel}:%`)).length).toBeGreaterThan(0)
  })

  test('100 forged ones are one alert that counts them', async () => {
    const { order } = await anOrder({ channel })
    await sql()`UPDATE alerts SET closed_at = now() WHERE kind = 'payment_notice_refused'`
    const before = await books()
    const refused = await refusedCount(channel)
    const forge = () => scene.bank.control.forge({ channel, url, outTradeNo: order.outTradeNo, amount: 10_000, twist: 'notify.forged' })
    const answers = (await Promise.all(Array.from({ length: 10 }, () => inTurn(10, forge)))).flat()
    expect(answers.every(({ status }) => status === 401)).toBe(true)
    expect(await books()).toEqual(before)
    expect(await openAlerts()).toEqual([{ subject: `${channel}:signature`, occurrences: 100, audience: 'finance' }])
    expect((await refusedCount(channel)) - refused).toBe(100)
  })

  test('a true signature over a payment that nobody made credits nothing', async () => {
    const placed = await anOrder({ channel })
    const answer = await scene.bank.control.forge({ channel, url, outTradeNo: placed.order.outTradeNo, amount: 10_000 })
    expect({ status: answer.status, fault: answer.fault }).toEqual({ status: 503, fault: null })
    expect(await credits(placed)).toBe(0)
    expect(await noted(placed)).toEqual([{ kind: 'payment', deliveries: 1, outcome: expect.stringMatching(/unpaid|absent/) }])
  })

  test('a refund of a number that we do not know is received and changes nothing', async () => {
    const { order } = await anOrder({ channel })
    const content =
      channel === 'wechat'
        ? { out_refund_no: 'unknown1', refund_status: 'SUCCESS', amount: { total: 100, refund: 100 } }
        : { out_biz_no: 'unknown1', refund_fee: '1.00' }
    const answer = await scene.bank.control.forge({ channel, url, outTradeNo: order.outTradeNo, kind: 'refund', content })
    expect({ accepted: answer.accepted, fault: answer.fault }).toEqual({ accepted: true, fault: null })
    expect(await noted({ order })).toEqual([{ kind: 'refund', deliveries: 1, outcome: 'not_ours' }])
  })

  test('20 equal notifications of a refund at once: 20 right acknowledgements, paid out once', async () => {
    const paid = await aPaidOrder(channel)
    await scene.bank.control.resend(paid.notification)
    const refundId = await refunds.asked(await operatorToken(paid.operator.id), { amount: '60.00' })
    expect((await refunds.approve(await aManager(), refundId)).status).toBe(200)
    const [payout] = await sql()`SELECT id, out_refund_no FROM refund_payouts WHERE operator_id = ${paid.operator.id}`
    await advancePayout(payout!.id, now())
    if (channel === 'wechat') await scene.bank.control.finishRefund(channel, payout!.out_refund_no, 'success')
    const sent = await scene.bank.control.notifications()
    const { id } = sent.find(({ kind, out_trade_no }) => kind === 'refund' && out_trade_no === paid.order.outTradeNo)!
    const answers = await scene.bank.control.resend(id, { times: 20 })
    expect(answers.filter(({ accepted, fault }) => accepted && fault === null)).toHaveLength(20)
    const [row] = await sql()`
      SELECT count(*)::int AS times, sum(amount_fen)::int AS fen FROM transaction_records
      WHERE operator_id = ${paid.operator.id} AND type = 'refund_payout'`
    expect(row).toEqual({ times: 1, fen: 6_000 })
    expect(await refunds.payable(paid.operator.id)).toBe(0n)
    expect((await noted(paid)).at(-1)).toMatchObject({
      kind: 'refund',
      deliveries: 20,
      outcome: expect.stringMatching(/completed|settled_before/),
    })
  })

  test('a provider that does not answer our question: answered within 5 s, and told again it is credited', async () => {
    const paid = await aPaidOrder(channel)
    await scene.bank.control.chaos('call.timeout', { channel, outTradeNo: paid.order.outTradeNo })
    const [late] = await scene.bank.control.resend(paid.notification)
    expect(late).toMatchObject({ status: 503, accepted: false, fault: null })
    expect(late!.milliseconds).toBeLessThan(5_000)
    expect(await noted(paid)).toEqual([{ kind: 'payment', deliveries: 1, outcome: null }])
    await scene.bank.control.clearChaos()
    for (let attempt = 0; attempt < 40 && (await credits(paid)) === 0; attempt++) {
      await scene.bank.control.resend(paid.notification)
      await Bun.sleep(250)
    }
    expect(await credits(paid)).toBe(1)
  }, 30_000)

  test('killed between storing and settling: told again it is credited once', async () => {
    const paid = await aPaidOrder(channel)
    const dying = await serve({ FAULT_POINT: 'notice:stored' })
    await listenAt(dying)
    const [lost] = await scene.bank.control.resend(paid.notification)
    expect(lost).toMatchObject({ status: null, accepted: false })
    await dying.process.exited
    expect(await noted(paid)).toEqual([{ kind: 'payment', deliveries: 1, outcome: null }])
    expect(await credits(paid)).toBe(0)
    await listenAt(server)
    const [heard] = await scene.bank.control.resend(paid.notification)
    expect(heard).toMatchObject({ accepted: true, fault: null })
    expect(await credits(paid)).toBe(1)
  })

  test('more than 64 KiB is not read', async () => {
    const before = await books()
    const post = (bytes: number) => fetch(`${server.url}/v1/notify/${channel}`, { method: 'POST', body: 'a'.repeat(bytes) })
    expect((await post(65_537)).status).toBe(413)
    expect((await post(65_536)).status).toBe(401)
    expect(await books()).toEqual(before)
  })
})

test('a channel that is switched off believes nobody and says so once', async () => {
  const without = await spawnServer(scene.started.database.url, { LOG_LEVEL: 'silent' })
  const post = (channel: Channel) => fetch(`${without.url}/v1/notify/${channel}`, { method: 'POST', body: '{}' })
  expect([(await post('wechat')).status, (await post('alipay')).status]).toEqual([401, 401])
  expect((await openAlerts('%:not_configured')).map(({ subject }) => subject)).toEqual(['alipay:not_configured', 'wechat:not_configured'])
  await without.kill()
})

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const done: T[] = []
  for (let time = 0; time < times; time++) done.push(await work())
  return done
}

async function refusedCount(channel: Channel): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const line = text
    .split('\n')
    .find((one) => one.startsWith('mr_payment_callback_total') && one.includes(channel) && one.includes('refused'))
  return Number(line?.split(' ')[1] ?? 0)
}

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { nowMs } from '#src/core/time'
import type { Twist } from '#src/gateway-simulator/envelope'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { until } from '#tests/support/until'
import { createNative, isFormOfAlipay, isSignedByPlatform, openShop, precreate, queryWechat, refundWechat, unsealed } from './merchant'

let gateway: TestGateway
let shop: ReturnType<typeof openShop>
beforeAll(async () => {
  shop = openShop()
  // Nothing moves by itself: each sending is asked for.
  gateway = await startGateway({ notifyBase: shop.url, pace: 0 })
})
afterAll(async () => {
  await gateway.stop()
  shop.close()
})
const answers = {
  wechat: () => Response.json({ code: 'SUCCESS', message: '成功' }),
  alipay: () => new Response('success', { headers: { 'Content-Type': 'text/plain' } }),
}
afterEach(async () => {
  Object.assign(shop.answers, answers)
  await gateway.control.clearChaos()
  await gateway.control.settings({ signing: 'public-key' })
  // What still waits for its time goes out, so that the next test has the street for itself.
  await gateway.control.advance(48 * 3_600_000)
  while ((await gateway.control.deliver()).sent > 0);
  await gateway.control.setAhead(0)
  shop.letters.length = 0
})

let count = 0
const anOrderNumber = () => `NT${String(++count).padStart(12, '0')}`
async function aWechatPayment(): Promise<string> {
  const number = anOrderNumber()
  await createNative(gateway, number)
  await gateway.control.pay('wechat', number)
  return number
}
async function anAlipayPayment(): Promise<string> {
  const number = anOrderNumber()
  await precreate(gateway, number)
  await gateway.control.pay('alipay', number)
  return number
}
const noticeOf = async (number: string) => (await gateway.control.notifications()).findLast(({ out_trade_no }) => out_trade_no === number)!
const opened = (at: number) => JSON.parse(unsealed(gateway, JSON.parse(shop.letters[at]!.body).resource))
const isSigned = (at: number) => isSignedByPlatform(gateway, shop.letters[at]!.headers, shop.letters[at]!.body)

describe('a notification', () => {
  test('of WeChat is signed, sealed and kept with its answer', async () => {
    const number = await aWechatPayment()
    await gateway.control.deliver()
    expect(shop.letters).toHaveLength(1)
    expect(isSigned(0)).toBe(true)
    expect(JSON.parse(shop.letters[0]!.body)).toMatchObject({ event_type: 'TRANSACTION.SUCCESS', resource_type: 'encrypt-resource' })
    expect(opened(0)).toMatchObject({ out_trade_no: number, trade_state: 'SUCCESS', amount: { total: 1250, payer_total: 1250 } })
    expect(await noticeOf(number)).toMatchObject({ state: 'accepted', sent: 1, deliveries: [{ status: 200, accepted: 1, fault: null }] })
  })

  test('of Alipay is a signed form', async () => {
    const number = await anAlipayPayment()
    await gateway.control.deliver()
    const { body } = shop.letters[0]!
    expect(isFormOfAlipay(gateway, body)).toBe(true)
    expect(isFormOfAlipay(gateway, body.replace('12.50', '12.51'))).toBe(false)
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      out_trade_no: number,
      trade_status: 'TRADE_SUCCESS',
      total_amount: '12.50',
    })
    expect((await noticeOf(number)).deliveries).toMatchObject([{ body: 'success', fault: null }])
  })

  test('of a refund tells its end', async () => {
    const number = await aWechatPayment()
    await gateway.control.deliver()
    await refundWechat(gateway, number, `R${number}`, 50)
    await gateway.control.advance(6 * 60_000)
    await gateway.control.deliver()
    expect(JSON.parse(shop.letters[1]!.body).event_type).toBe('REFUND.SUCCESS')
    expect(opened(1)).toMatchObject({ out_refund_no: `R${number}`, refund_status: 'SUCCESS', amount: { refund: 50, total: 1250 } })
  })

  test.each([
    ['wechat' as const, 15, [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600]],
    ['alipay' as const, 7, [240, 600, 600, 3600, 7200, 21_600, 54_000]],
  ])(
    'of %s comes again %d times at the times of the protocol',
    async (channel, times, pauses) => {
      shop.answers[channel] = () => new Response('fail', { status: 500 })
      const number = channel === 'wechat' ? await aWechatPayment() : await anAlipayPayment()
      for (const seconds of pauses) {
        await gateway.control.deliver()
        const before = shop.letters.length
        await gateway.control.advance((seconds - 2) * 1000)
        await gateway.control.deliver()
        expect(shop.letters).toHaveLength(before)
        await gateway.control.advance(4000)
      }
      await gateway.control.deliver()
      expect(shop.letters).toHaveLength(times + 1)
      const ids = shop.letters.map(({ body }) => (channel === 'wechat' ? JSON.parse(body).id : new URLSearchParams(body).get('notify_id')))
      expect(new Set(ids).size).toBe(1)
      expect(await noticeOf(number)).toMatchObject({ state: 'given_up', sent: times + 1 })
    },
    60_000,
  )

  test('is signed with either key in a mix', async () => {
    await gateway.control.settings({ signing: 'mix' })
    const number = await aWechatPayment()
    await gateway.control.resend((await noticeOf(number)).id, { times: 40 })
    expect(new Set(shop.letters.map(({ headers }) => headers.get('wechatpay-serial'))).size).toBe(2)
    expect(shop.letters.every((_, at) => isSigned(at))).toBe(true)
  })
})

describe('our acknowledgement is judged', () => {
  test.each([
    ['a refusal with 200', () => Response.json({ code: 'FAIL' }), 1, 'the code has to be SUCCESS'],
    ['a bare 204', () => new Response(null, { status: 204 }), 1, null],
    ['a redirect', () => new Response('', { status: 302 }), 0, 'a refusal is 4xx or 5xx'],
    ['a page', () => new Response('<html>', { status: 500 }), 0, 'the body has to be JSON'],
    ['a right refusal', () => Response.json({ code: 'FAIL', message: '失败' }, { status: 500 }), 0, null],
  ])('WeChat: %s', async (_, answer, accepted, fault) => {
    shop.answers.wechat = answer
    const number = await aWechatPayment()
    await gateway.control.deliver()
    expect((await noticeOf(number)).deliveries).toMatchObject([{ accepted, fault }])
  })

  test.each([
    ['another word', () => new Response('SUCCESS', { headers: { 'Content-Type': 'text/plain' } }), 0],
    ['a line break behind it', () => new Response('success\n', { headers: { 'Content-Type': 'text/plain' } }), 0],
    ['JSON', () => Response.json('success'), 0],
    ['the word', () => new Response('success', { headers: { 'Content-Type': 'text/plain' } }), 1],
  ])('Alipay: %s', async (_, answer, accepted) => {
    shop.answers.alipay = answer
    const number = await anAlipayPayment()
    await gateway.control.deliver()
    expect((await noticeOf(number)).deliveries).toMatchObject([{ accepted }])
  })

  test('five seconds are the limit', async () => {
    shop.answers.wechat = async () => {
      await Bun.sleep(5_300)
      return Response.json({ code: 'SUCCESS' })
    }
    const number = await aWechatPayment()
    await gateway.control.deliver()
    expect((await noticeOf(number)).deliveries).toMatchObject([{ accepted: 0, fault: 'slow' }])
  }, 20_000)

  test('believing what has to be refused is found out', async () => {
    const number = await aWechatPayment()
    const [delivery] = await gateway.control.resend((await noticeOf(number)).id, { twist: 'notify.forged' })
    expect(delivery!.fault).toBe('accepted what had to be refused')
  })
})

describe('what a notification can look like', () => {
  const spoiled: Twist[] = [
    'notify.bad_signature',
    'notify.forged',
    'notify.rsa1',
    'notify.empty_signature',
    'notify.no_signature',
    'notify.two_signatures',
    'notify.signtest',
    'notify.unknown_key',
  ]

  test.each(spoiled)('%s does not verify on either channel', async (twist) => {
    const numbers = [await aWechatPayment(), await anAlipayPayment()]
    for (const number of numbers) await gateway.control.resend((await noticeOf(number)).id, { twist })
    const [wechat, alipay] = shop.letters
    expect(isSigned(shop.letters.indexOf(wechat!))).toBe(false)
    const form = [...new URLSearchParams(alipay!.body)]
    const twice = new Set(form.map(([name]) => name)).size !== form.length
    expect(twice || !isFormOfAlipay(gateway, alipay!.body)).toBe(true)
  })

  test('a stale one, a broken tag, another key, and lies with a good signature', async () => {
    const { id } = await noticeOf(await aWechatPayment())
    for (const twist of [
      'notify.stale',
      'notify.broken_tag',
      'notify.other_key',
      'notify.wrong_amount',
      'notify.wrong_appid',
      'notify.wrong_mchid',
    ] as const)
      await gateway.control.resend(id, { twist })
    expect(shop.letters.every((_, at) => isSigned(at))).toBe(true)
    const [stale, , other] = shop.letters
    expect(nowMs() / 1000 - Number(stale!.headers.get('wechatpay-timestamp'))).toBeGreaterThan(590)
    expect(() => opened(1)).toThrow()
    expect(other!.headers.get('wechatpay-serial')).not.toStartWith('PUB_KEY_ID_')
    expect([opened(3).amount, opened(4).appid, opened(5).mchid]).toMatchObject([{ total: 1249 }, 'wx0000000000000000', '1900000000'])
  })

  test('one that no payment stands behind', async () => {
    const forgery = { channel: 'wechat', url: 'https://shop.example/v1/notify/wechat', outTradeNo: 'NOBODY', amount: 77 } as const
    await gateway.control.forge(forgery)
    expect([isSigned(0), opened(0).out_trade_no]).toEqual([true, 'NOBODY'])
    expect((await queryWechat(gateway, 'NOBODY')).status).toBe(404)
  })
})

describe('when and how often', () => {
  test('dropped, delayed, doubled and at once', async () => {
    await gateway.control.chaos('notify.drop', { count: 1 })
    const dropped = await aWechatPayment()
    await gateway.control.deliver()
    expect([shop.letters.length, (await noticeOf(dropped)).state]).toEqual([0, 'dropped'])
    await gateway.control.chaos('notify.delay', { count: 1, milliseconds: 3_600_000 })
    await aWechatPayment()
    expect((await gateway.control.deliver()).sent).toBe(0)
    await gateway.control.advance(3_600_000)
    expect((await gateway.control.deliver()).sent).toBe(1)
    shop.letters.length = 0
    await gateway.control.chaos('notify.duplicate', { count: 1, times: 3 })
    await aWechatPayment()
    await gateway.control.deliver()
    expect(shop.letters).toHaveLength(3)
    await gateway.control.chaos('notify.concurrent', { count: 1, times: 20 })
    await aWechatPayment()
    await gateway.control.deliver()
    expect(shop.letters).toHaveLength(23)
  })

  test('in another order, and a refund before its payment', async () => {
    await gateway.control.chaos('notify.reorder', { count: 1 })
    const [first, second] = [await aWechatPayment(), await aWechatPayment()]
    await gateway.control.deliver()
    await gateway.control.deliver()
    expect([opened(0).out_trade_no, opened(1).out_trade_no]).toEqual([second, first])
    await gateway.control.chaos('notify.refund_first', { count: 1 })
    const number = await aWechatPayment()
    await refundWechat(gateway, number, `R${number}`, 50)
    await gateway.control.advance(6 * 60_000)
    await gateway.control.deliver()
    await gateway.control.deliver()
    expect(shop.letters.slice(2).map(({ body }) => JSON.parse(body).event_type)).toEqual(['REFUND.SUCCESS', 'TRANSACTION.SUCCESS'])
  })

  test('as if nobody had answered', async () => {
    await gateway.control.chaos('notify.ignore_ack', { times: 3 })
    const number = await aWechatPayment()
    for (let time = 0; time < 3; time++) {
      await gateway.control.deliver()
      await gateway.control.advance(31_000)
    }
    expect(await noticeOf(number)).toMatchObject({ state: 'accepted', sent: 3 })
  })

  test('by itself when time goes on by itself', async () => {
    await gateway.control.settings({ pace: 1 / 1000 })
    shop.answers.wechat = () => Response.json({ code: 'FAIL', message: '失败' }, { status: 500 })
    const number = await aWechatPayment()
    await until('four sendings', () => shop.letters.length >= 4)
    Object.assign(shop.answers, answers)
    await until('accepted', async () => (await noticeOf(number)).state === 'accepted')
    await gateway.control.settings({ pace: 0 })
  })
})

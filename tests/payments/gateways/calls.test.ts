import { describe, expect, test } from 'bun:test'
import { type Money, money } from '#src/core/money'
import { now } from '#src/core/time'
import type { SwitchName } from '#src/gateway-simulator/chaos'
import { CHANNELS, GatewayRefused, GatewayUnknown } from '#src/payments/gateways/gateway'
import { isReachable } from '#src/payments/gateways/reachable'
import { aPaidOrder, newNumber, orderOf, refundOf, withGateways } from './scene'

/** Every call of the interface, on both channels, against the simulator over HTTP. */

const scene = withGateways()

const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error) => (error instanceof GatewayRefused ? error.code : String(error)),
  )

describe.each(CHANNELS.map((channel) => [channel]))('%s', (channel) => {
  test('an order is begun, unseen, paid and then found by either number', async () => {
    const order = orderOf()
    const gateway = scene.gateways[channel]
    expect((await gateway.createOrder(order)).qrCodeUrl).toMatch(/^(weixin:\/\/wxpay|https:\/\/qr\.alipay\.com)\//)
    expect((await gateway.queryOrder(order.outTradeNo)).state).toBe(channel === 'alipay' ? 'absent' : 'unpaid')
    if (channel === 'alipay') {
      await scene.bank.control.scan(channel, order.outTradeNo)
      expect((await gateway.queryOrder(order.outTradeNo)).state).toBe('unpaid')
    }
    await scene.bank.control.pay(channel, order.outTradeNo)
    const paid = await gateway.queryOrder(order.outTradeNo)
    expect(paid).toMatchObject({ state: 'paid', outTradeNo: order.outTradeNo, amount: 12_550n, currency: 'CNY', ours: true })
    expect(Math.abs(paid.paidAt!.getTime() - now().getTime())).toBeLessThan(60_000)
    expect(await gateway.findPayment(paid.providerTxnId!)).toEqual(paid)
  })

  test('unknown numbers are absent, not an error', async () => {
    const gateway = scene.gateways[channel]
    const numbers = { outTradeNo: newNumber(), outRefundNo: newNumber() }
    expect(await gateway.queryOrder(numbers.outTradeNo)).toMatchObject({ state: 'absent', amount: null, providerTxnId: null })
    expect((await gateway.findPayment('42000000000000000000')).state).toBe('absent')
    expect(await gateway.closeOrder(numbers.outTradeNo)).toBe('absent')
    expect(await gateway.queryRefund(numbers)).toMatchObject({ state: 'absent', outRefundNo: numbers.outRefundNo })
    const paid = await aPaidOrder(scene, channel)
    expect((await gateway.queryRefund({ ...numbers, outTradeNo: paid.outTradeNo })).state).toBe('absent')
  })

  test('closing is repeatable, and says when somebody has paid', async () => {
    const order = orderOf()
    const gateway = scene.gateways[channel]
    await gateway.createOrder(order)
    if (channel === 'alipay') await scene.bank.control.scan(channel, order.outTradeNo)
    expect(await gateway.closeOrder(order.outTradeNo)).toBe('closed')
    expect(await gateway.closeOrder(order.outTradeNo)).toBe('closed')
    expect((await gateway.queryOrder(order.outTradeNo)).state).toBe('closed')
    const paid = await aPaidOrder(scene, channel)
    expect(await gateway.closeOrder(paid.outTradeNo)).toBe('paid')
  })

  test('the same order again is fine, another amount under its number is refused', async () => {
    const order = orderOf()
    await scene.gateways[channel].createOrder(order)
    expect((await scene.gateways[channel].createOrder(order)).qrCodeUrl).toBeTruthy()
    expect(await refusal(scene.gateways[channel].createOrder({ ...order, amount: money(1) }))).toMatch(
      /INVALID_REQUEST|ACQ\.CONTEXT_INCONSISTENT/,
    )
  })

  test('a refund is done once under its number, in parts, and not beyond what was paid', async () => {
    const order = await aPaidOrder(scene, channel)
    const gateway = scene.gateways[channel]
    const refund = refundOf(order)
    const first = await gateway.refund(refund)
    expect(first).toMatchObject({ outRefundNo: refund.outRefundNo, amount: 2_550n })
    expect(first.state).toBe(channel === 'wechat' ? 'processing' : 'success')
    expect(await gateway.refund(refund)).toMatchObject({ outRefundNo: refund.outRefundNo, amount: 2_550n })
    if (channel === 'wechat') await scene.bank.control.finishRefund(channel, refund.outRefundNo, 'success')
    const done = await gateway.queryRefund(refund)
    expect(done).toMatchObject({ state: 'success', outRefundNo: refund.outRefundNo, amount: 2_550n })
    expect(done.finishedAt).not.toBeNull()
    expect((await gateway.refund(refund)).state).toBe('success')
    expect((await gateway.refund(refundOf(order, 10_000))).amount).toBe(10_000n as Money)
    expect(await refusal(gateway.refund(refundOf(order, 1)))).toMatch(/INVALID_REQUEST|ACQ\./)
    const after = await gateway.queryOrder(order.outTradeNo)
    expect(after.state).toBe('refunded')
    expect(after.amount).toBe(12_550n as Money)
  })

  test('a merchant without money is told so', async () => {
    const order = await aPaidOrder(scene, channel)
    const { fen } = await scene.bank.control.balance(channel)
    await scene.bank.control.balance(channel, 0)
    expect(await refusal(scene.gateways[channel].refund(refundOf(order)))).toMatch(/^(NOT_ENOUGH|ACQ\.SELLER_BALANCE_NOT_ENOUGH)$/)
    await scene.bank.control.balance(channel, fen)
  })

  const LOST: SwitchName[] = [
    'call.429',
    'call.500',
    'call.500_after',
    'call.cut',
    'call.cut_after',
    'call.wrong_json',
    'call.bad_signature',
    'call.unsigned',
  ]
  test.each(LOST.map((name) => [name]))('%s proves nothing, whatever was asked', async (name) => {
    const order = await aPaidOrder(scene, channel)
    const gateway = scene.gateways[channel]
    const refund = refundOf(order)
    await scene.bank.control.chaos(name, { channel })
    const calls = {
      create: () => gateway.createOrder(orderOf()),
      query: () => gateway.queryOrder(order.outTradeNo),
      absent: () => gateway.queryOrder(newNumber()),
      find: () => gateway.findPayment('4200000000000000000'),
      close: () => gateway.closeOrder(newNumber()),
      refund: () => gateway.refund(refund),
      refundQuery: () => gateway.queryRefund(refund),
      bill: () => gateway.downloadBill('2026-01-02'),
    }
    for (const [call, ask] of Object.entries(calls)) {
      const outcome = await ask().then(
        () => 'believed',
        (error) => (error instanceof GatewayUnknown ? 'unknown' : String(error)),
      )
      expect({ call, outcome }).toEqual({ call, outcome: 'unknown' })
    }
    await scene.bank.control.clearChaos()
    // The same numbers again find what was done, or do it now: once.
    await gateway.refund(refund)
    const { refunds } = await scene.bank.control.trade(channel, order.outTradeNo)
    expect(refunds.map(({ out_refund_no }) => out_refund_no)).toEqual([refund.outRefundNo])
  })

  test('a provider that is silent is given up after eight seconds', async () => {
    await scene.bank.control.chaos('call.timeout', { channel })
    const before = performance.now()
    await expect(scene.gateways[channel].queryOrder(newNumber())).rejects.toBeInstanceOf(GatewayUnknown)
    expect(performance.now() - before).toBeWithin(7_500, 9_500)
  }, 15_000)

  test('three lost answers in a row are a channel that is down, until it answers again', async () => {
    await scene.gateways[channel].queryOrder(newNumber())
    await scene.bank.control.chaos('call.500', { channel, count: 3 })
    for (let time = 0; time < 3; time++) {
      expect(isReachable(channel)).toBe(true)
      await scene.gateways[channel].queryOrder(newNumber()).catch(() => undefined)
    }
    expect(isReachable(channel)).toBe(false)
    await scene.gateways[channel].queryOrder(newNumber())
    expect(isReachable(channel)).toBe(true)
  })

  test('what goes wrong carries no key, no signature and nothing of the payer', async () => {
    await scene.bank.control.chaos('call.bad_signature', { channel })
    const order = orderOf()
    const error: Error = await scene.gateways[channel].queryOrder(order.outTradeNo).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(GatewayUnknown)
    expect(Bun.inspect(error)).not.toMatch(/PRIVATE KEY|signature=|"sign"|openid|buyer_|Authorization/)
    expect(error.cause).toBeUndefined()
  })
})

import { describe, expect, test } from 'bun:test'
import type { Money } from '#src/core/money'
import type { SwitchName } from '#src/gateway-simulator/chaos'
import { GatewayUnknown } from '#src/payments/gateways/gateway'
import { openWechatPay } from '#src/payments/gateways/wechat-pay'
import { until } from '#tests/support/until'
import { aPaidOrder, NOTIFY, newNumber, orderOf, refundOf, withGateways } from './scene'

/** What only one of the two providers does. */

const scene = withGateways()

describe('wechat only', () => {
  test('on a phone the payer goes to a page and comes back to ours', async () => {
    const { qrCodeUrl, paymentUrl } = await scene.gateways.wechat.createOrder(orderOf({ device: 'phone' }))
    expect(qrCodeUrl).toBeNull()
    expect(new URL(paymentUrl!).searchParams.get('redirect_url')).toBe('https://mr.example/operator/recharge/1?x=1&y=2')
  })

  test.each(['certificate', 'public-key', 'mix'] as const)('answers signed in the %s mode are verified', async (signing) => {
    await scene.bank.control.settings({ signing })
    for (let time = 0; time < 6; time++) expect((await scene.gateways.wechat.queryOrder(newNumber())).state).toBe('absent')
    await scene.bank.control.settings({ signing: 'public-key' })
  })

  test('an answer that is ten minutes old is not believed', async () => {
    await scene.bank.control.chaos('call.stale', { channel: 'wechat' })
    await expect(scene.gateways.wechat.queryOrder(newNumber())).rejects.toBeInstanceOf(GatewayUnknown)
  })

  test('an answer under a serial that we do not hold proves nothing, but makes us fetch the certificates: soon it is known', async () => {
    await scene.bank.control.settings({ signing: 'certificate' })
    // Holds a key under a serial that the bank does not know, so that it answers by its own mode.
    const platformKeys = new Map([['ABC', scene.settings.wechat.platformKeys.values().next().value!]])
    const alone = openWechatPay({ ...scene.settings.wechat, platformKeys }, `${NOTIFY}/wechat`)
    await expect(alone.queryOrder(newNumber())).rejects.toBeInstanceOf(GatewayUnknown)
    await until('the new certificate', () =>
      alone.queryOrder(newNumber()).then(
        ({ state }) => state === 'absent',
        () => false,
      ),
    )
    const fetched = (await scene.bank.control.calls()).filter(({ operation }) => operation === 'certificates')
    expect(fetched).toHaveLength(1)
    await scene.bank.control.settings({ signing: 'public-key' })
  })

  test('certificates that another key encrypted are none', async () => {
    const other = openWechatPay({ ...scene.settings.wechat, apiV3Key: 'f'.repeat(32) }, `${NOTIFY}/wechat`)
    await scene.bank.control.settings({ signing: 'certificate' })
    await other.refreshCertificates()
    expect((await other.queryOrder(newNumber())).state).toBe('absent')
    await scene.bank.control.settings({ signing: 'public-key' })
  })

  test('a refund that becomes abnormal, and one that is closed', async () => {
    const order = await aPaidOrder(scene, 'wechat')
    for (const state of ['abnormal', 'closed'] as const) {
      const refund = refundOf(order, 100)
      await scene.gateways.wechat.refund(refund)
      await scene.bank.control.finishRefund('wechat', refund.outRefundNo, state)
      expect((await scene.gateways.wechat.queryRefund(refund)).state).toBe(state)
    }
  })

  test('a coupon lowers what the payer gave, not what is told', async () => {
    const order = orderOf()
    await scene.gateways.wechat.createOrder(order)
    await scene.bank.control.chaos('trade.coupon', { outTradeNo: order.outTradeNo })
    await scene.bank.control.pay('wechat', order.outTradeNo)
    expect((await scene.gateways.wechat.queryOrder(order.outTradeNo)).amount).toBe(12_550n as Money)
  })

  test.each(['trade.wrong_appid', 'trade.wrong_mchid'] as const)('%s: the trade is not ours', async (name) => {
    const order = orderOf()
    await scene.gateways.wechat.createOrder(order)
    await scene.bank.control.chaos(name, { outTradeNo: order.outTradeNo })
    await scene.bank.control.pay('wechat', order.outTradeNo)
    expect((await scene.gateways.wechat.queryOrder(order.outTradeNo)).ours).toBe(false)
  })
})

describe('alipay only', () => {
  test('on a phone, and beside the code on a desk, an address of Alipay’s page that is signed rightly', async () => {
    const order = orderOf({ device: 'phone' })
    const { qrCodeUrl, paymentUrl } = await scene.gateways.alipay.createOrder(order)
    expect(qrCodeUrl).toBeNull()
    const answer = await fetch(paymentUrl!, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${scene.bank.url}/pay/alipay/${order.outTradeNo}`])
    expect((await scene.gateways.alipay.createOrder(orderOf())).paymentUrl).toStartWith(scene.bank.url)
  })

  test('a service that says that it does not know is not believed', async () => {
    for (const name of ['call.unavailable', 'call.unavailable_after'] as SwitchName[]) {
      await scene.bank.control.chaos(name, { channel: 'alipay' })
      await expect(scene.gateways.alipay.queryOrder(newNumber())).rejects.toBeInstanceOf(GatewayUnknown)
      await scene.bank.control.clearChaos()
    }
  })

  test('a trade that does not exist until it is scanned', async () => {
    const order = await aPaidOrder(scene, 'alipay')
    await scene.bank.control.chaos('query.absent', { channel: 'alipay' })
    expect((await scene.gateways.alipay.queryOrder(order.outTradeNo)).state).toBe('absent')
  })
})

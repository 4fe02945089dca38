import { afterAll, afterEach, beforeAll } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { money } from '#src/core/money'
import { addSeconds, now } from '#src/core/time'
import { openAlipay } from '#src/payments/gateways/alipay'
import type { Channel, Gateway, OrderRequest } from '#src/payments/gateways/gateway'
import { openWechatPay, type WechatGateway } from '#src/payments/gateways/wechat-pay'
import { type PaymentSettings, readPaymentSettings } from '#src/platform/payment-settings'
import { startGateway, type TestGateway } from '#tests/support/gateway'

export const NOTIFY = 'http://127.0.0.1:9/v1/notify'

type Scene = { bank: TestGateway; settings: Required<PaymentSettings>; gateways: Record<Channel, Gateway> & { wechat: WechatGateway } }

/** Both gateways and the simulated bank for the tests of one file; every switch is off again after each test. */
export function withGateways() {
  const scene = {} as Scene
  beforeAll(async () => {
    scene.bank = await startGateway({ pace: 0 })
    const { settings, faults } = readPaymentSettings(scene.bank.env, { masterKeys: '', production: false })
    if (faults.length > 0) throw new Error(faults.join('; '))
    scene.settings = settings as Required<PaymentSettings>
    const { wechat, alipay } = scene.settings
    scene.gateways = { wechat: openWechatPay(wechat, `${NOTIFY}/wechat`), alipay: openAlipay(alipay, `${NOTIFY}/alipay`) }
  })
  afterEach(() => scene.bank.control.clearChaos())
  afterAll(() => scene.bank.stop())
  return scene
}

export const newNumber = () => randomBytes(16).toString('hex')

export const orderOf = (changes: Partial<OrderRequest> = {}): OrderRequest => ({
  outTradeNo: newNumber(),
  amount: money(12_550),
  description: 'MR 游戏 充值 125.50 元 / a=b & c',
  expiresAt: addSeconds(now(), 900),
  device: 'desk',
  clientIp: '192.0.2.7',
  returnUrl: 'https://mr.example/operator/recharge/1?x=1&y=2',
  ...changes,
})

export async function aPaidOrder({ bank, gateways }: Scene, channel: Channel): Promise<OrderRequest> {
  const order = orderOf()
  await gateways[channel].createOrder(order)
  await bank.control.pay(channel, order.outTradeNo)
  return order
}

export const refundOf = ({ outTradeNo, amount }: OrderRequest, part = 2_550) => ({
  outTradeNo,
  outRefundNo: newNumber(),
  amount: money(part),
  total: amount,
  reason: '门店停业，退回余额',
})

import { afterAll, beforeAll } from 'bun:test'
import { actOf, type PersonalAct } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { now, stopwatch } from '#src/core/time'
import { useGateways } from '#src/payments/gateways/registry'
import { findOrder, type Order } from '#src/payments/orders'
import { startRecharge } from '#src/payments/start'
import { withServer } from '#tests/support/api'
import { anOperator, type TestOperator } from '#tests/support/factory'
import { startGateway, type TestGateway } from '#tests/support/gateway'

/** A product, a database and a simulated bank for the tests of one file; the bank calls nobody unless `told`. */
export function withBank({ told = false } = {}) {
  const { started, call } = withServer()
  const scene = { started, call, bank: undefined as unknown as TestGateway }
  let away: (() => void) | undefined
  beforeAll(async () => {
    scene.bank = await startGateway(told ? { notifyBase: started.url } : { pace: 0 })
    away = useGateways(scene.bank.env, told ? started.url : 'http://127.0.0.1:9')
  })
  afterAll(async () => {
    away?.()
    await scene.bank.stop()
  })
  return scene
}

export const operatorAct = (operator: TestOperator): PersonalAct =>
  actOf({ kind: 'operator', id: operator.id, username: operator.username, name: '星空乐园', sessionId: newId() }, anInfo())

export const financeAct = (id: Uuid): PersonalAct => ({
  actor: { kind: 'staff', id, name: '张发财', role: 'manager' },
  origin: null,
  at: now(),
})

const anInfo = () => ({
  id: newId(),
  ip: '127.0.0.1',
  userAgent: 'test',
  language: 'zh' as const,
  now: now(),
  elapsed: stopwatch(),
  route: 'test',
})

export type Placed = { operator: TestOperator; order: Order; channel: 'wechat' | 'alipay' }

/** An operator with an order that waits to be paid. */
export async function anOrder(options: { yuan?: string; channel?: 'wechat' | 'alipay'; operator?: TestOperator } = {}): Promise<Placed> {
  const { yuan = '100.00', channel = 'wechat' } = options
  const operator = options.operator ?? (await anOperator())
  const recharge = {
    amount: parseYuan(yuan)!,
    payment_method: channel,
    operatorId: operator.id,
    device: 'desk' as const,
    clientIp: '127.0.0.1',
    idempotencyKey: null,
  }
  return { operator, order: await startRecharge(recharge, operatorAct(operator)), channel }
}

export const stored = async (orderId: Uuid): Promise<Order> => (await findOrder({ orderId }))!

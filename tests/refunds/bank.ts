import { expect } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { type Instant, now } from '#src/core/time'
import { settleOrder } from '#src/payments/settle'
import { anOrder, type withBank } from '#tests/payments/scene'
import { operatorToken } from '#tests/support/api'
import { anOperator, type TestOperator } from '#tests/support/factory'
import { aManager, doors } from './scene'

export type PayoutRow = {
  id: Uuid
  out_refund_no: string
  status: string
  channel: string
  order_id: Uuid | null
  provider_state: string | null
  attempts: number
  next_check_at: Instant | null
  replaces: Uuid | null
  last_error: string | null
}
type Channel = 'wechat' | 'alipay'

/** Refunds of money that was really paid at the simulated bank. */
export function refundsAtBank(scene: ReturnType<typeof withBank>) {
  const { asked, approve } = doors(scene)
  const payoutsOf = (refundId: string): Promise<PayoutRow[]> =>
    scene.started.database.owner<PayoutRow[]>`
      SELECT * FROM refund_payouts WHERE refund_id = ${refundId.replace('refund_', '')} ORDER BY id` as unknown as Promise<PayoutRow[]>

  /** An operator that paid, and has asked for a part of it. */
  const anAsked = async (options: { channel?: Channel; yuan?: string; amount?: string; operator?: TestOperator } = {}) => {
    const { channel = 'wechat', yuan = '100.00', amount = '60.00' } = options
    const placed = await anOrder({ channel, yuan, operator: options.operator ?? (await anOperator()) })
    await scene.bank.control.pay(channel, placed.order.outTradeNo)
    expect(['credited', 'settled_before']).toContain((await settleOrder({ orderId: placed.order.id }, now())).outcome)
    const token = await operatorToken(placed.operator.id)
    return { ...placed, token, refundId: await asked(token, { amount }), chaos: { channel, outTradeNo: placed.order.outTradeNo } }
  }
  return {
    payoutsOf,
    anAsked,
    /** The same, approved and not yet sent. */
    anApproved: async (options: Parameters<typeof anAsked>[0] = {}) => {
      const made = await anAsked(options)
      expect((await approve(await aManager(), made.refundId)).status).toBe(200)
      const [payout] = await payoutsOf(made.refundId)
      return { ...made, payout: payout! }
    },
    finish: (channel: Channel, { out_refund_no }: Pick<PayoutRow, 'out_refund_no'>, state: 'success' | 'abnormal' | 'closed' = 'success') =>
      scene.bank.control.finishRefund(channel, out_refund_no, state),
    atBank: async (outTradeNo: string) => (await scene.bank.control.refunds()).filter((refund) => refund.out_trade_no === outTradeNo),
  }
}

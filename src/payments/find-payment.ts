import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { transaction } from '#src/platform/database'
import { type Channel, GatewayRefused, GatewayUnknown } from './gateways/gateway'
import { type Settlement, settlePayment } from './settle'

export type Search = { channel: Channel; number: string }
export type Found = { outcome: Settlement['outcome'] | 'lost'; order: Settlement['order'] }

/** Finance looks for a payment by the provider's number; whatever it comes to, that somebody looked stands in the audit log. */
export async function findPayment({ channel, number }: Search, { actor, origin, at }: PersonalAct): Promise<Found> {
  const found = await settlePayment(channel, number, at).catch((error: unknown): Found => {
    if (error instanceof GatewayUnknown || error instanceof GatewayRefused) return { outcome: 'lost', order: undefined }
    throw error
  })
  const details = { channel, provider_txn_id: number, outcome: found.outcome }
  await transaction((tx) =>
    record(
      tx,
      {
        actor,
        origin,
        operation: 'payment_search',
        ...(found.order ? { target: { kind: 'order', id: found.order.id } } : {}),
        details,
      },
      at,
    ),
  )
  return found
}

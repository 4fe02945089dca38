import type { Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import { rawSql, transaction } from '#src/platform/database'
import { isRefusedForGood } from '#src/platform/mail'
import { type AlertRow, alertsOfNotice } from '../alert-list'
import { type AlertMessage, alertMessage, type Occasion } from '../alert-words'
import { raiseAlert, settleAlert } from '../alerts'
import type { AlertChannel, Ways } from './channels'
import { describeFault } from './robots'

/** So often in a row a message fails before the channel itself is an alert: half a minute of a network is nobody's work. */
const FAILURES_THAT_TELL = 3

type Delivery = { id: Uuid; noticeId: Uuid; occasion: Occasion; channel: AlertChannel; recipient: string; attempts: number }
type Attempt = { at: Instant; isLast: boolean }

/**
 * Sends one notice to one recipient, unless that is done. Throws what went wrong, so that the queue tries again; after the last attempt,
 * and after a mailbox that is refused for good, it is kept as failed. A channel that fails is an alert of its own, told by the others.
 */
export async function deliverAlert(id: Uuid, ways: Ways, { at, isLast }: Attempt): Promise<void> {
  const delivery = await unsentDelivery(id)
  if (!delivery) return
  const { occasion, channel, recipient, noticeId } = delivery
  const way = ways[channel]
  if (!way) return finish(delivery, 'skipped', 'not_set_up', at)
  const message = await currentWords(occasion, noticeId, at)
  if (!message) return finish(delivery, 'skipped', 'settled', at)
  try {
    await way({ id, recipient, message })
  } catch (error) {
    const isOver = isLast || (channel === 'mail' && isRefusedForGood(error))
    await noteFailure(delivery, error, isOver, at)
    if (isOver && !isLast) return
    throw error
  }
  await finish(delivery, 'sent', null, at)
  await transaction((tx) => settleAlert(tx, aboutChannel(delivery), at))
}

/** Also one that failed for good: somebody has put right what was wrong and sends it again. */
async function unsentDelivery(id: Uuid): Promise<Delivery | undefined> {
  const [delivery] = await rawSql()<Delivery[]>`
    SELECT d.id, d.notice_id AS "noticeId", n.occasion, d.channel, d.recipient, d.attempts
    FROM alert_deliveries d JOIN alert_notices n ON n.id = d.notice_id WHERE d.id = ${id} AND d.status IN ('queued', 'failed')`
  return delivery
}

/** The words of this moment. A notice that comes late tells of nothing that is over meanwhile, unless nobody else would. */
async function currentWords(occasion: Occasion, noticeId: Uuid, at: Instant): Promise<AlertMessage | undefined> {
  if (occasion === 'test') return alertMessage('test', [], at)
  const alerts = await alertsOfNotice(noticeId)
  const told = occasion === 'settled' ? alerts : alerts.filter(isStillNews)
  return told.length === 0 ? undefined : alertMessage(occasion, told, at)
}

const isStillNews = ({ closedAt }: AlertRow): boolean => closedAt === null

const aboutChannel = ({ channel, recipient }: Delivery) => ({
  kind: 'alert_channel_failed' as const,
  subject: recipient === '' ? channel : recipient,
})

async function finish({ id }: Delivery, status: 'sent' | 'skipped', words: string | null, at: Instant): Promise<void> {
  await rawSql()`
    UPDATE alert_deliveries SET status = ${status}, finished_at = ${iso(at)}::timestamptz, last_error = ${words},
      attempts = attempts + ${status === 'sent' ? 1 : 0} WHERE id = ${id}`
}

async function noteFailure(delivery: Delivery, error: unknown, isOver: boolean, at: Instant): Promise<void> {
  const { fault, detail } = describeFault(error)
  const { id, channel, recipient, attempts } = delivery
  await transaction(async (tx) => {
    await tx.sql`
      UPDATE alert_deliveries SET attempts = attempts + 1, last_error = ${`${fault} ${detail}`.slice(0, 500)},
        status = ${isOver ? 'failed' : 'queued'}, finished_at = ${isOver ? iso(at) : null}::timestamptz WHERE id = ${id}`
    if (!isOver && attempts + 1 < FAILURES_THAT_TELL) return
    const details = { channel, ...(recipient === '' ? {} : { recipient }), delivery_error: `${fault} ${detail}`.slice(0, 300) }
    await raiseAlert(tx, { ...aboutChannel(delivery), audience: 'operations', details }, at)
  })
}

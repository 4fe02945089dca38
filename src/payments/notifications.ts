import { newId } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { type Channel, GatewayUnknown, type Notice, NoticeRefused } from './gateways/gateway'
import { gateway } from './gateways/registry'
import { asText } from './gateways/wire'

/** What became of a notice. `refused`: not the provider's. `unsettled`: the provider is asked to tell it again. */
export type Hearing = 'settled' | 'unsettled' | 'refused'

export type Told = {
  channel: Channel
  headers: Headers
  body: Uint8Array
  at: Instant
  /** Milliseconds since it arrived. */
  elapsed: () => number
}

/** Asks the provider about what a notice names and does what follows. Gives a word for the books, and whether it is done. */
export type Settle = (notice: Notice, channel: Channel, at: Instant) => Promise<{ outcome: string; done: boolean }>

/** A provider waits 5 s for our answer; half a second is for the way. */
const ANSWER_MS = 4_500

/**
 * Hears a provider: verifies the raw bytes, stores the notice in a transaction of its own, and only then lets `settle` ask about it. What
 * is not the provider's changes nothing; it is counted on one alert for each reason.
 */
export async function hearNotice(told: Told, settle: Settle): Promise<Hearing> {
  let notice: Notice
  try {
    notice = verified(told)
  } catch (error) {
    if (!(error instanceof NoticeRefused)) throw error
    await tellOfRefusal(told.channel, error.reason, told.at)
    return 'refused'
  }
  await store(notice, told)
  faultPoint('notice:stored')
  const done = await Promise.race([settleOnce(notice, told, settle), late(ANSWER_MS - told.elapsed())])
  return done ? 'settled' : 'unsettled'
}

function verified({ channel, headers, body, at }: Told): Notice {
  const known = gateway(channel)
  if (!known) throw new NoticeRefused('not_configured')
  const notice = known.readNotice(headers, body, at)
  if (!notice.ours) throw new NoticeRefused('foreign')
  return notice
}

/** A notice that comes again is counted on its row. */
const store = (notice: Notice, { channel, body, at }: Told): Promise<unknown> =>
  transaction(
    (tx) => tx.sql`
      INSERT INTO payment_notifications
        (id, channel, provider_event_id, kind, out_trade_no, out_refund_no, body, received_at, last_received_at)
      VALUES (${newId()}, ${channel}, ${notice.eventId}, ${notice.kind}, ${notice.outTradeNo}, ${notice.outRefundNo}, ${asText(body)},
        ${iso(at)}, ${iso(at)})
      ON CONFLICT (channel, provider_event_id) DO UPDATE
        SET deliveries = payment_notifications.deliveries + 1, last_received_at = excluded.last_received_at`,
  )

/** Settling under way, by event: twenty equal notices at once are one question to the provider. */
const underWay = new Map<string, Promise<boolean>>()

function settleOnce(notice: Notice, { channel, at }: Told, settle: Settle): Promise<boolean> {
  const event = `${channel} ${notice.eventId}`
  const running = underWay.get(event)
  if (running) return running
  const begun = settleAndNote(notice, channel, at, settle).finally(() => underWay.delete(event))
  underWay.set(event, begun)
  return begun
}

/** Never fails: a notice is stored by now, and whatever goes wrong, the provider tells it again and our own checks go on. */
async function settleAndNote(notice: Notice, channel: Channel, at: Instant, settle: Settle): Promise<boolean> {
  const { kind, outTradeNo, outRefundNo, eventId } = notice
  try {
    const { outcome, done } = await settle(notice, channel, at)
    await transaction(
      (tx) => tx.sql`
        UPDATE payment_notifications SET outcome = ${outcome} WHERE channel = ${channel} AND provider_event_id = ${eventId}`,
    )
    return done
  } catch (error) {
    const level = error instanceof GatewayUnknown ? 'warn' : 'error'
    log(level, 'notice not settled', {
      operation: 'payment_notice',
      channel,
      kind,
      out_trade_no: outTradeNo,
      out_refund_no: outRefundNo,
      error,
    })
    return false
  }
}

const late = async (milliseconds: number): Promise<false> => {
  await Bun.sleep(Math.max(0, milliseconds))
  return false
}

/** Strangers may call as often as they like, and each call waits for the one before: they get one connection to the database at most. */
const MAX_WAITING = 200
let waiting = 0
let last: Promise<unknown> = Promise.resolve()

/** One open alert for each channel and reason, counted. Beyond what may wait only the metric counts on. */
async function tellOfRefusal(channel: Channel, reason: string, at: Instant): Promise<void> {
  log('warn', 'notice refused', { operation: 'payment_notice', channel, reason })
  if (waiting >= MAX_WAITING) return
  waiting++
  const mine = last.then(() => raise(channel, reason, at))
  last = mine
  await mine
  waiting--
}

async function raise(channel: Channel, reason: string, at: Instant): Promise<void> {
  const alert = {
    kind: 'payment_notice_refused',
    subject: `${channel}:${reason}`,
    audience: 'finance',
    details: { channel, reason },
  } as const
  try {
    await transaction((tx) => raiseAlert(tx, alert, at))
  } catch (error) {
    log('error', 'alert not raised', { operation: 'payment_notice', channel, reason, error })
  }
}

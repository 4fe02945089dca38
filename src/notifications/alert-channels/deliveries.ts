import { ALERT_CHANNELS } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { addDays, type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { AlertAudience } from '../alert-kinds'
import type { Occasion } from '../alert-words'
import { type AlertChannel, AUDIENCES, isSetUp, mailAddresses, robotAudiences, robotHost } from './channels'

type State = 'queued' | 'retrying' | 'sent' | 'failed' | 'skipped'

/** A message to one recipient and what became of it. */
export type DeliveryRow = {
  id: Uuid
  channel: AlertChannel
  recipient: string
  occasion: Occasion
  state: State
  attempts: number
  /** A code that the pages have words for, then what there is to know. */
  lastError: string | null
  createdAt: Instant
  finishedAt: Instant | null
  /** The first alert it tells of, and how many there are; none in a test. */
  alertId: Uuid | null
  kind: string | null
  audience: AlertAudience | null
  alerts: number
  requestedByName: string | null
}

export type DeliveryFilter = { channel?: AlertChannel | undefined; undelivered: boolean }

/** One page of deliveries, newest first. */
export async function deliveriesPage({ channel, undelivered }: DeliveryFilter, keyset: Keyset): Promise<Slice<DeliveryRow>> {
  const sql = rawSql()
  const step = keyset.after ? sql`AND d.id < ${keyset.after}::uuid` : keyset.before ? sql`AND d.id > ${keyset.before}::uuid` : sql``
  const rows = await sql<DeliveryRow[]>`
    SELECT ${columns()} WHERE ${channel ? sql`d.channel = ${channel}` : sql`true`} ${undelivered ? sql`AND d.status IN ('queued', 'failed')` : sql``}
      ${step} ${isBackwards(keyset) ? sql`ORDER BY d.id` : sql`ORDER BY d.id DESC`} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ id }) => id)
}

const MOST_OF_ONE = 50

/** Whom an alert was told to, newest first. */
export const deliveriesOf = async (alertId: Uuid): Promise<DeliveryRow[]> => [
  ...(await rawSql()<DeliveryRow[]>`
    SELECT ${columns()} WHERE d.notice_id IN (SELECT notice_id FROM alert_notice_alerts WHERE alert_id = ${alertId}) ORDER BY d.id DESC LIMIT ${MOST_OF_ONE}`),
]

const columns = () => rawSql()`
  d.id, d.channel, d.recipient, n.occasion, CASE WHEN d.status = 'queued' AND d.attempts > 0 THEN 'retrying' ELSE d.status END AS state,
  d.attempts, d.last_error AS "lastError", d.created_at AS "createdAt", d.finished_at AS "finishedAt",
  first.id AS "alertId", first.kind, n.audience, told.count AS alerts, a.name AS "requestedByName"
  FROM alert_deliveries d JOIN alert_notices n ON n.id = d.notice_id
  LEFT JOIN admin_accounts a ON a.id = n.requested_by
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS count, (array_agg(alert_id ORDER BY alert_id))[1] AS first FROM alert_notice_alerts WHERE notice_id = n.id) told
  LEFT JOIN alerts first ON first.id = told.first`

export type ChannelState = {
  channel: AlertChannel
  state: 'ready' | 'off' | 'muted' | 'failing'
  /** The host of a robot; of mail everybody's addresses stand with their audience. */
  host: string | null
  /** Whose alerts it gets, and of mail who gets them. */
  audiences: { audience: AlertAudience; addresses: string[] }[]
  lastSentAt: Instant | null
  lastError: { at: Instant; words: string } | null
  day: { sent: number; queued: number; failed: number }
}

type Facts = { channel: AlertChannel; lastSentAt: Instant | null; errorAt: Instant | null; error: string | null } & ChannelState['day']

/** Each channel: where it leads, whose alerts it gets, what it did last and in the last 24 hours. */
export async function channelStates(now: Instant): Promise<ChannelState[]> {
  const rows = await rawSql()<Facts[]>`
    SELECT c.channel, sent.at AS "lastSentAt", bad.at AS "errorAt", bad.words AS error, day.*
    FROM unnest(${[...ALERT_CHANNELS]}::text[]) AS c (channel)
    LEFT JOIN LATERAL (
      SELECT finished_at AS at FROM alert_deliveries WHERE channel = c.channel AND status = 'sent' ORDER BY id DESC LIMIT 1) sent ON true
    LEFT JOIN LATERAL (
      SELECT coalesce(finished_at, created_at) AS at, last_error AS words FROM alert_deliveries
      WHERE channel = c.channel AND status IN ('queued', 'failed') AND last_error IS NOT NULL ORDER BY id DESC LIMIT 1) bad ON true
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE status = 'sent')::int AS sent, count(*) FILTER (WHERE status = 'queued')::int AS queued,
        count(*) FILTER (WHERE status = 'failed')::int AS failed
      FROM alert_deliveries WHERE channel = c.channel AND created_at > ${iso(addDays(now, -1))}::timestamptz) day`
  const known = new Map(rows.map((row) => [row.channel, row]))
  return ALERT_CHANNELS.map((channel) => stateOf(channel, known.get(channel)!))
}

function stateOf(channel: AlertChannel, { lastSentAt, errorAt, error, sent, queued, failed }: Facts): ChannelState {
  const audiences =
    channel === 'mail'
      ? AUDIENCES.map((audience) => ({ audience, addresses: mailAddresses(audience) })).filter(({ addresses }) => addresses.length > 0)
      : robotAudiences(channel).map((audience) => ({ audience, addresses: [] }))
  const lastError = errorAt && error ? { at: errorAt, words: error } : null
  const isFailing = lastError !== null && (lastSentAt === null || lastError.at > lastSentAt)
  const state = !isSetUp(channel) ? 'off' : audiences.length === 0 ? 'muted' : isFailing ? 'failing' : 'ready'
  return {
    channel,
    state,
    host: channel === 'mail' ? null : robotHost(channel),
    audiences,
    lastSentAt,
    lastError,
    day: { sent, queued, failed },
  }
}

import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { type Part, part, recordsOf, resolved, resolvedRecently, type UsageFilter } from './filter'
import { type Bucket, bucketsOf, type Sums, sumOf } from './sums'

export type UsageRecord = {
  id: Uuid
  sessionId: string
  siteId: Uuid
  siteName: string
  applicationId: Uuid
  /** The name at the time. */
  applicationName: string
  playerCount: number
  unitPrice: Money
  total: Money
  durationSeconds: number | null
  startedAt: Instant
}

/** One page of an operator's games by number, newest first, with the sums over the whole filter. */
export async function usagePage(operatorId: Uuid, asked: UsageFilter, { page, page_size }: { page: number; page_size: number }) {
  const filter = await resolved(operatorId, asked)
  const buckets = await bucketsOf(operatorId, filter)
  const { chosen, skip } = bucketsAt(buckets, (page - 1) * page_size, page_size)
  const rows = await rowsWithin(operatorId, filter, chosen, part`ORDER BY u.started_at DESC, u.id DESC LIMIT ${page_size} OFFSET ${skip}`)
  return { rows, summary: sumOf(buckets) }
}

/** One page of an operator's games by key, newest first, with the sums over the whole filter. `isCut`: see resolvedRecently. */
export async function usageSlice(
  operatorId: Uuid,
  asked: UsageFilter,
  keyset: Keyset,
): Promise<{ slice: Slice<UsageRecord>; summary: Sums; isCut: boolean }> {
  const { filter, isCut } = await resolvedRecently(operatorId, asked)
  const [buckets, cursor] = await Promise.all([bucketsOf(operatorId, filter), cursorOf(operatorId, keyset.after ?? keyset.before)])
  // A cursor that is nobody's, or somebody else's, leads to the first page.
  const start: Keyset = cursor ? keyset : { size: keyset.size }
  const chosen = bucketsBeyond(buckets, cursor?.startedAt, isBackwards(start), rowsWanted(start))
  const beyond = cursor && part`AND (u.started_at, u.id) ${isBackwards(start) ? part`>` : part`<`} (${cursor.startedAt}, ${cursor.id})`
  const order = isBackwards(start) ? part`ORDER BY u.started_at, u.id` : part`ORDER BY u.started_at DESC, u.id DESC`
  const rows = await rowsWithin(operatorId, filter, chosen, part`${beyond ?? part``} ${order} LIMIT ${rowsWanted(start)}`)
  return { slice: cutPage(rows, start, (row) => row.id), summary: sumOf(buckets), isCut }
}

async function cursorOf(operatorId: Uuid, id: Uuid | undefined): Promise<{ id: Uuid; startedAt: Instant } | undefined> {
  if (id === undefined) return undefined
  const rows: unknown = await part`SELECT id, started_at AS "startedAt" FROM usage_records WHERE id = ${id} AND operator_id = ${operatorId}`
  return (rows as { id: Uuid; startedAt: Instant }[])[0]
}

/** The buckets that hold the rows from `skip` on: the sums tell how many rows lie before, so a deep page costs what the first one costs. */
function bucketsAt(buckets: readonly Bucket[], skip: number, count: number): { chosen: Bucket[]; skip: number } {
  let before = 0
  let index = 0
  while (index < buckets.length && before + buckets[index]!.sessions <= skip) before += buckets[index++]!.sessions
  const chosen: Bucket[] = []
  for (let held = before; index < buckets.length && held < skip + count; index++) {
    held += buckets[index]!.sessions
    chosen.push(buckets[index]!)
  }
  return { chosen, skip: skip - before }
}

/** The buckets that hold the next rows on one side of a cursor. How many of its own bucket are left is not known, so that one is extra. */
function bucketsBeyond(buckets: readonly Bucket[], cursor: Instant | undefined, backwards: boolean, count: number): Bucket[] {
  const ordered = backwards ? [...buckets].reverse() : buckets
  const chosen: Bucket[] = []
  let held = 0
  for (const bucket of ordered) {
    if (held >= count) break
    if (cursor && (backwards ? bucket.end <= cursor : bucket.start > cursor)) continue
    const isOwn = cursor && bucket.start <= cursor && cursor < bucket.end
    held += isOwn ? 0 : bucket.sessions
    chosen.push(bucket)
  }
  return chosen
}

const COLUMNS = () => part`
  u.id, u.session_id AS "sessionId", u.site_id AS "siteId", s.name AS "siteName", u.application_id AS "applicationId",
  u.app_name AS "applicationName", u.player_count AS "playerCount", u.unit_price_fen AS "unitPrice", u.total_fen AS total,
  u.duration_s AS "durationSeconds", u.started_at AS "startedAt"`

/** Rows of the filter inside some buckets; the games around them are not looked at. */
async function rowsWithin(operatorId: Uuid, filter: UsageFilter, buckets: readonly Bucket[], rest: Part): Promise<UsageRecord[]> {
  if (buckets.length === 0) return []
  const stretches = joined(buckets)
  const rows: unknown = await part`
    SELECT ${COLUMNS()}
    FROM unnest(${stretches.map(({ start }) => start.toISOString())}::timestamptz[], ${stretches.map(({ end }) => end.toISOString())}::timestamptz[])
      AS stretch (start, "end")
    JOIN usage_records u ON u.started_at >= stretch.start AND u.started_at < stretch."end"
    JOIN operation_sites s ON s.id = u.site_id
    WHERE ${recordsOf(operatorId, filter)} ${rest}`
  return rows as UsageRecord[]
}

/** Buckets side by side as one stretch each. */
function joined(buckets: readonly Pick<Bucket, 'start' | 'end'>[]): { start: Instant; end: Instant }[] {
  const ordered = [...buckets].sort((a, b) => a.start.getTime() - b.start.getTime())
  const stretches: { start: Instant; end: Instant }[] = []
  for (const { start, end } of ordered) {
    const last = stretches.at(-1)
    if (last && last.end.getTime() === start.getTime()) last.end = end
    else stretches.push({ start, end })
  }
  return stretches
}

/** Rows read at a time by whoever streams: bounds memory whatever the length of the list. */
const CHUNK = 2_000

/** Every game of a filter, newest first, read as it is needed. */
export async function* usageRows(operatorId: Uuid, asked: UsageFilter): AsyncIterable<UsageRecord> {
  const filter = await resolved(operatorId, asked)
  const rows = part`
    SELECT ${COLUMNS()} FROM usage_records u JOIN operation_sites s ON s.id = u.site_id
    WHERE ${recordsOf(operatorId, filter)} ORDER BY u.started_at DESC, u.id DESC`
  for await (const chunk of rows.cursor(CHUNK)) yield* chunk as unknown as UsageRecord[]
}

export type UsageDetail = UsageRecord & {
  endedAt: Instant | null
  estimated: boolean | null
  authorizationToken: Uuid
  balanceAfter: Money
  clientIp: string
  siteDeletedAt: Instant | null
  /** The one row of the journal that paid for it. */
  ledger: { id: Uuid; seq: bigint; before: Money; after: Money; at: Instant; prevHash: string; hash: string; description: string }
}

/** One game with the row of the journal that paid for it. Throws USAGE_RECORD_NOT_FOUND for one that is unknown or somebody else's. */
export async function requireUsage(operatorId: Uuid, id: Uuid): Promise<UsageDetail> {
  const rows: unknown = await part`
    SELECT ${COLUMNS()}, u.ended_at AS "endedAt", u.estimated, u.authorization_token AS "authorizationToken",
      u.balance_after_fen AS "balanceAfter", u.client_ip AS "clientIp", s.deleted_at AS "siteDeletedAt",
      t.id AS "ledgerId", t.seq, t.balance_before_fen AS before, t.balance_after_fen AS after, t.created_at AS at,
      encode(t.prev_hash, 'hex') AS "prevHash", encode(t.hash, 'hex') AS hash, t.description
    FROM usage_records u JOIN operation_sites s ON s.id = u.site_id
    JOIN transaction_records t ON t.operator_id = u.operator_id AND t.seq = u.ledger_seq
    WHERE u.id = ${id} AND u.operator_id = ${operatorId}`
  const [row] = rows as (Omit<UsageDetail, 'ledger'> & Omit<UsageDetail['ledger'], 'id'> & { ledgerId: Uuid })[]
  if (!row) throw new Problem('USAGE_RECORD_NOT_FOUND', { id })
  const { ledgerId, seq, before, after, at, prevHash, hash, description, ...usage } = row
  return { ...usage, ledger: { id: ledgerId, seq, before, after, at, prevHash, hash, description } }
}

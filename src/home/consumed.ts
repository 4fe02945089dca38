import { addDays, type BusinessDay, businessDay, type Instant, instant, startOfDay } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** A stretch of time that may be open at an end; `to` is excluded. */
export type Within = { from?: Instant | undefined; to?: Instant | undefined }
type Piece = { from: Instant; to: Instant }

/**
 * What was consumed in a stretch, as rows of (operator_id, amount, sessions) to be summed: whole days from their sums, whole hours of the
 * days at its ends from theirs, and what is less than an hour from the journal, whose index of times finds it. Games are never read.
 */
export function consumedWithin(within: Within) {
  const sql = rawSql()
  const { first, last, pieces } = wholeDays(within)
  const cuts = pieces.map(wholeHours)
  const hours = cuts.flatMap((cut) => cut.hours.map(consumedInHours))
  const edges = cuts.flatMap((cut) => cut.edges.map(consumedInJournal))
  return [...hours, ...edges].reduce(
    (all, part) => sql`${all} UNION ALL ${part}`,
    sql`SELECT operator_id, total_fen AS amount, sessions FROM usage_days
        WHERE day >= ${first ?? '0001-01-01'}::date AND day < ${last ?? '9999-12-31'}::date`,
  )
}

/** By operator, since that is how the hours are found; the barrier keeps them from being read as a whole. */
const consumedInHours = ({ from, to }: Piece) => rawSql()`
  SELECT o.id, h.total_fen, h.sessions FROM operator_accounts o CROSS JOIN LATERAL (
    SELECT total_fen, sessions FROM usage_hours WHERE operator_id = o.id AND hour >= ${from} AND hour < ${to} OFFSET 0) h`

const consumedInJournal = ({ from, to }: Piece) => rawSql()`
  SELECT operator_id, amount_fen, 1 FROM transaction_records
  WHERE type = 'consumption' AND created_at >= ${from} AND created_at < ${to}`

/** The whole days of a stretch, `last` excluded, and what sticks out at its ends. Pure. */
export function wholeDays({ from, to }: Within): { first: BusinessDay | undefined; last: BusinessDay | undefined; pieces: Piece[] } {
  const first = from && nextMidnight(from)
  const last = to && startOfDay(businessDay(to))
  // All within one day: there is no whole one.
  if (from && to && first! > last!) return { first: businessDay(last!), last: businessDay(last!), pieces: [{ from, to }] }
  const head = from && from < first! ? [{ from, to: first! }] : []
  const tail = to && last! < to ? [{ from: last!, to }] : []
  return { first: first && businessDay(first), last: last && businessDay(last), pieces: [...head, ...tail] }
}

function nextMidnight(at: Instant): Instant {
  const start = startOfDay(businessDay(at))
  return start < at ? addDays(start, 1) : start
}

const HOUR_MS = 3_600_000

/** The same of hours, which begin alike in Shanghai and in UTC. Pure. */
export function wholeHours({ from, to }: Piece): { hours: Piece[]; edges: Piece[] } {
  const first = instant(Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS)
  const last = instant(Math.floor(to.getTime() / HOUR_MS) * HOUR_MS)
  if (first > last) return { hours: [], edges: [{ from, to }] }
  const edges = [
    { from, to: first },
    { from: last, to },
  ]
  return { hours: first < last ? [{ from: first, to: last }] : [], edges: edges.filter((edge) => edge.from < edge.to) }
}

import type { Uuid } from '#src/core/ids'
import { type Money, plus, ZERO } from '#src/core/money'
import {
  addDays,
  type BusinessDay,
  businessDay,
  comparedStretches,
  daysBetween,
  type Instant,
  type Stretch,
  startOfDay,
} from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** Games within a stretch of time: how many, how many players, and what they cost. */
export type Played = { games: number; players: number; amount: Money }
export type PlayedDay = Played & { day: BusinessDay }

const NOTHING: Played = { games: 0, players: 0, amount: ZERO }
const add = (a: Played, b: Played): Played => ({
  games: a.games + b.games,
  players: a.players + b.players,
  amount: plus(a.amount, b.amount),
})

/** What was played between two instants, by one operator or a few or, without an id, by all. */
export async function playedBetween({ from, to }: Stretch, operatorId?: Whose): Promise<Played> {
  const [first, last] = [startOfNextDay(from), startOfDay(businessDay(to))]
  if (first > last) return (await piecesPlayed([{ from, to }], operatorId))[0]!
  const [days, [head, tail]] = await Promise.all([
    daysPlayed(businessDay(first), businessDay(addDays(last, -1)), operatorId),
    piecesPlayed(
      [
        { from, to: first },
        { from: last, to },
      ],
      operatorId,
    ),
  ])
  return [...days.values(), head!, tail!].reduce(add, NOTHING)
}

/** The last `count` business days with today last, empty ones included; of one operator or of all. */
export async function playedByDay(now: Instant, count: number, operatorId?: Uuid): Promise<PlayedDay[]> {
  const from = addDays(now, 1 - count)
  return filled(from, now, await daysPlayed(businessDay(from), businessDay(now), operatorId))
}

type Compared = keyof ReturnType<typeof comparedStretches>

/**
 * What a home page shows, in two queries: each stretch of `comparedStretches` and the last `count` business days. Whole days come from
 * their sums; only the part of a day at which an earlier stretch ends is counted game by game.
 */
export async function playedCompared(
  now: Instant,
  count: number,
  operatorId?: Uuid,
): Promise<Record<Compared, Played> & { days: PlayedDay[] }> {
  const stretches = comparedStretches(now)
  const names = Object.keys(stretches) as Compared[]
  const from = [addDays(now, 1 - count), ...names.map((name) => stretches[name].from)].sort((a, b) => a.getTime() - b.getTime())[0]!
  const cut = names.filter((name) => stretches[name].to < now)
  const ends = cut.map((name) => ({ from: startOfDay(businessDay(stretches[name].to)), to: stretches[name].to }))
  const { days, pieces } = await playedAtOnce(businessDay(from), businessDay(now), ends, operatorId)
  const played = (name: Compared): Played => {
    const piece = pieces[cut.indexOf(name)]
    const lastDay = businessDay(stretches[name].to)
    const whole = [...days].filter(([day]) => day >= businessDay(stretches[name].from) && (piece ? day < lastDay : day <= lastDay))
    return whole.map(([, sums]) => sums).reduce(add, piece ?? NOTHING)
  }
  const all = Object.fromEntries(names.map((name) => [name, played(name)])) as Record<Compared, Played>
  return { ...all, days: filled(addDays(now, 1 - count), now, days) }
}

const startOfNextDay = (at: Instant): Instant => {
  const start = startOfDay(businessDay(at))
  return start < at ? addDays(start, 1) : at
}

const filled = (from: Instant, to: Instant, known: ReadonlyMap<BusinessDay, Played>): PlayedDay[] =>
  daysBetween(from, to).map((day) => ({ day, ...(known.get(day) ?? NOTHING) }))

/** One operator, a few, or all. */
type Whose = Uuid | readonly Uuid[] | undefined

function ofOperator(whose: Whose) {
  if (whose === undefined) return rawSql()``
  return typeof whose === 'string' ? rawSql()`AND operator_id = ${whose}` : rawSql()`AND operator_id = ANY (${[...whose]}::uuid[])`
}

const daySums = (first: BusinessDay, last: BusinessDay, operatorId: Whose) => rawSql()`
  SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(sessions)::int AS games, sum(players)::int AS players, sum(total_fen)::bigint AS amount
  FROM usage_days WHERE day BETWEEN ${first}::date AND ${last}::date ${ofOperator(operatorId)} GROUP BY usage_days.day`

/** Each part by itself: joined to a list of them, the games of all operators would all be read. None at all is asked for as nothing. */
const pieceSums = (pieces: Stretch[], operatorId: Whose) =>
  pieces.map((piece, at) => pieceSum(piece, String(at + 1), operatorId)).reduce((all, one) => rawSql()`${all} UNION ALL ${one}`, NO_PIECE())

const pieceSum = ({ from, to }: Stretch, name: string, operatorId: Whose) => rawSql()`
  SELECT ${name}::text AS piece, count(*)::int AS games, coalesce(sum(player_count), 0)::int AS players, coalesce(sum(total_fen), 0)::bigint AS amount
  FROM usage_records WHERE started_at >= ${from} AND started_at < ${to} ${ofOperator(operatorId)}`

const NO_PIECE = () => rawSql()`SELECT ''::text AS piece, 0 AS games, 0 AS players, 0::bigint AS amount WHERE false`

/** Days that had games, both ends included. */
async function daysPlayed(first: BusinessDay, last: BusinessDay, operatorId: Whose): Promise<Map<BusinessDay, Played>> {
  const rows = await rawSql()<PlayedDay[]>`${daySums(first, last, operatorId)}`
  return new Map(rows.map(({ day, ...played }) => [day, played]))
}

type PlayedPiece = Played & { piece: string }

/** Parts of days, each by its games; `to` is excluded. Where whole days leave nothing over, nobody is asked. */
async function piecesPlayed(pieces: Stretch[], operatorId: Whose): Promise<Played[]> {
  const some = pieces.filter(({ from, to }) => from < to)
  const found = some.length === 0 ? [] : inOrder(some, await rawSql()<PlayedPiece[]>`${pieceSums(some, operatorId)}`)
  return pieces.map((piece) => found[some.indexOf(piece)] ?? NOTHING)
}

const inOrder = (pieces: Stretch[], rows: readonly PlayedPiece[]): Played[] =>
  pieces.map((_, at) => rows.find((row) => row.piece === String(at + 1)) ?? NOTHING)

/** Both in one statement. */
async function playedAtOnce(first: BusinessDay, last: BusinessDay, pieces: Stretch[], operatorId: Uuid | undefined) {
  const rows = await rawSql()<(Played & { day: string })[]>`${daySums(first, last, operatorId)} UNION ALL ${pieceSums(pieces, operatorId)}`
  const isDay = ({ day }: { day: string }) => day.includes('-')
  const days = new Map(rows.filter(isDay).map(({ day, ...played }) => [day, played]))
  return {
    days,
    pieces: inOrder(
      pieces,
      rows.filter((row) => !isDay(row)).map(({ day, ...played }) => ({ piece: day, ...played })),
    ),
  }
}

/** The newest game starts of all operators. */
export function latestStarts(limit: number) {
  return rawSql()<
    {
      id: Uuid
      at: Instant
      operatorName: string
      siteName: string
      applicationName: string
      players: number
      cost: Money
      sessionId: string
    }[]
  >`
    SELECT u.id, u.started_at AS at, o.name AS "operatorName", s.name AS "siteName", u.app_name AS "applicationName",
           u.player_count AS players, u.total_fen AS cost, u.session_id AS "sessionId"
    FROM usage_records u JOIN operator_accounts o ON o.id = u.operator_id JOIN operation_sites s ON s.id = u.site_id
    ORDER BY u.id DESC LIMIT ${limit}`
}

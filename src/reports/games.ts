import { type Money, minus, plus, ZERO } from '#src/core/money'
import type { Period } from './period'
import type { Reading } from './snapshot'

const MOST_NAMED = 20

export type GameSums = { sessions: number; players: number; total: Money }
export type NamedSums = GameSums & { name: string /** Whose site it is. */; owner: string | null }
/** The largest by what they earned; the others in one row. */
export type Ranking = { named: NamedSums[]; rest: GameSums & { count: number } }
type PartySums = GameSums & { from: number; to: number }

export type Games = {
  total: GameSums
  operators: number
  sites: number
  applications: Ranking
  bySite: Ranking
  parties: PartySums[]
}

/** Groups of players as the statistics have them; the last one is open. */
const PARTIES: readonly (readonly [from: number, to: number])[] = [
  [1, 1],
  [2, 2],
  [3, 4],
  [5, 8],
  [9, 100],
]

const NO_GAMES: GameSums = { sessions: 0, players: 0, total: ZERO }
const addGames = (a: GameSums, b: GameSums): GameSums => ({
  sessions: a.sessions + b.sessions,
  players: a.players + b.players,
  total: plus(a.total, b.total),
})

/** `whose`: 0 of an application, 1 of a site, 2 of a size of party, 3 of all. */
type Cell = GameSums & {
  whose: 0 | 1 | 2 | 3
  name: string | null
  owner: string | null
  playersEach: number | null
  place: number
  count: number
}

/** What was played: in all, by game, by site and by size of the party. A year of sums is put together once before it is grouped four ways. */
export async function gamesOf(sql: Reading, period: Period): Promise<Games> {
  const cells = await sql<Cell[]>`
    WITH played AS MATERIALIZED (
      SELECT application_id, site_id, player_count, sum(sessions) AS sessions, sum(total_fen) AS total
      FROM usage_parties WHERE day BETWEEN ${period.first}::date AND ${period.last}::date GROUP BY 1, 2, 3
    ), summed AS (
      SELECT CASE WHEN grouping(application_id) = 0 THEN 0 WHEN grouping(site_id) = 0 THEN 1 WHEN grouping(player_count) = 0 THEN 2 ELSE 3 END AS whose,
             application_id, site_id, player_count, sum(sessions)::int AS sessions, sum(sessions * player_count)::int AS players,
             sum(total)::bigint AS total
      FROM played GROUP BY GROUPING SETS ((application_id), (site_id), (player_count), ())
    ), placed AS (
      SELECT *, row_number() OVER (PARTITION BY whose ORDER BY total DESC, application_id, site_id, player_count) AS place,
             count(*) OVER (PARTITION BY whose) AS count
      FROM summed WHERE sessions IS NOT NULL
    )
    SELECT whose, coalesce(a.app_name, s.name) AS name, o.name AS owner, player_count AS "playersEach", p.sessions, p.players, p.total,
           place::int AS place, count::int AS count
    FROM placed p LEFT JOIN applications a ON a.id = p.application_id LEFT JOIN operation_sites s ON s.id = p.site_id
    LEFT JOIN operator_accounts o ON o.id = s.operator_id
    WHERE whose IN (2, 3) OR place <= ${MOST_NAMED} ORDER BY whose, place`
  const of = (whose: Cell['whose']) => cells.filter((cell) => cell.whose === whose)
  const total = of(3).map(sumsOf)[0] ?? NO_GAMES
  const [counts] = await sql<{ operators: number }[]>`
    SELECT count(DISTINCT operator_id)::int AS operators FROM usage_days WHERE day BETWEEN ${period.first}::date AND ${period.last}::date`
  return {
    total,
    operators: counts!.operators,
    sites: of(1)[0]?.count ?? 0,
    applications: ranked(of(0), total),
    bySite: ranked(of(1), total),
    parties: PARTIES.map(([from, to]) => {
      const own = of(2).filter(({ playersEach: each }) => each! >= from && each! <= to)
      return { from, to, ...own.map(sumsOf).reduce(addGames, NO_GAMES) }
    }),
  }
}

const sumsOf = ({ sessions, players, total }: Cell): GameSums => ({ sessions, players, total })

function ranked(cells: readonly Cell[], total: GameSums): Ranking {
  const named = cells.map((cell) => ({ name: cell.name ?? '', owner: cell.owner, ...sumsOf(cell) }))
  const sum = named.reduce<GameSums>(addGames, NO_GAMES)
  const rest = { sessions: total.sessions - sum.sessions, players: total.players - sum.players, total: minus(total.total, sum.total) }
  return { named, rest: { count: (cells[0]?.count ?? 0) - cells.length, ...rest } }
}

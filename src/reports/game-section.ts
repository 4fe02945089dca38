import type { Cell, Column, Sheet } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import type { GameSums, Games, NamedSums, Ranking } from './games'
import { column, type Section, shareOf, unlessNone } from './section'

/** 使用统计: what was played, by game, by size of the party and by site. */
export function gameSection(games: Games, language: Language): Section {
  const { total } = games
  const isEmpty = total.sessions === 0
  return {
    key: 'usage_statistics',
    title: text(language, 'reports.section.usage_statistics'),
    tiles: [
      { label: text(language, 'reports.figure.sessions'), value: total.sessions },
      { label: text(language, 'reports.figure.players'), value: total.players },
      { label: text(language, 'reports.figure.average'), value: isEmpty ? '–' : average(total)!.toFixed(1) },
      { label: text(language, 'reports.figure.consumption'), value: total.total },
      { label: text(language, 'reports.figure.operators'), value: games.operators },
      { label: text(language, 'reports.figure.sites'), value: games.sites },
    ],
    tables: isEmpty ? [] : [applicationSheet(games, language), partySheet(games, language), siteSheet(games, language)],
    notes: isEmpty ? [text(language, 'reports.empty')] : [],
  }
}

const average = ({ sessions, players }: GameSums): number | null => (sessions === 0 ? null : Math.round((players / sessions) * 10) / 10)

const sumColumns = (language: Language): Column[] => [
  column(language, 'reports.column.sessions', 'count', 12),
  column(language, 'reports.column.players', 'count', 12),
  column(language, 'reports.column.average', 'average', 10),
  column(language, 'reports.column.consumption', 'money', 16),
  column(language, 'reports.column.share', 'share', 10),
]
const sumCells = (sums: GameSums, { total }: Games): Cell[] => [
  sums.sessions,
  sums.players,
  average(sums),
  sums.total,
  shareOf(sums.total, total.total),
]

function rankedRows(ranking: Ranking, games: Games, name: (row: NamedSums) => string, rest: (count: number) => string): Cell[][] {
  return [
    ...ranking.named.map((row, at) => [at + 1, name(row), ...sumCells(row, games)]),
    ...unlessNone(ranking.rest.count, [null, rest(ranking.rest.count), ...sumCells(ranking.rest, games)]),
  ]
}

const totalRow = (games: Games, language: Language): Cell[] => [null, text(language, 'reports.total'), ...sumCells(games.total, games)]

const applicationSheet = (games: Games, language: Language): Sheet => ({
  title: text(language, 'reports.table.applications'),
  columns: [
    column(language, 'reports.column.rank', 'count', 8),
    column(language, 'reports.column.application', 'text', 28),
    ...sumColumns(language),
  ],
  rows: rankedRows(
    games.applications,
    games,
    ({ name }) => name,
    (count) => text(language, 'reports.rest.applications', { count }),
  ),
  total: totalRow(games, language),
})

const siteSheet = (games: Games, language: Language): Sheet => ({
  title: text(language, 'reports.table.sites'),
  columns: [
    column(language, 'reports.column.rank', 'count', 8),
    column(language, 'reports.column.site', 'text', 36),
    ...sumColumns(language),
  ],
  rows: rankedRows(
    games.bySite,
    games,
    ({ name, owner }) => (owner ? `${name} · ${owner}` : name),
    (count) => text(language, 'reports.rest.sites', { count }),
  ),
  total: totalRow(games, language),
})

const partySheet = (games: Games, language: Language): Sheet => ({
  title: text(language, 'reports.table.parties'),
  columns: [
    column(language, 'reports.column.party', 'text', 14),
    column(language, 'reports.column.sessions', 'count', 12),
    column(language, 'reports.column.sessionShare', 'share', 12),
    column(language, 'reports.column.consumption', 'money', 16),
  ],
  rows: games.parties.map(({ from, to, sessions, total }) => [
    partyName(from, to, language),
    sessions,
    shareOf(sessions, games.total.sessions),
    total,
  ]),
  total: [text(language, 'reports.total'), games.total.sessions, games.total.sessions ? 100 : null, games.total.total],
})

function partyName(from: number, to: number, language: Language): string {
  if (to === 100) return text(language, 'reports.party.more', { from })
  return from === to ? text(language, 'reports.party.one', { from }) : text(language, 'reports.party.some', { from, to })
}

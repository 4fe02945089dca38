import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { money, plus, times } from '#src/core/money'
import { addDays, addSeconds, businessDay } from '#src/core/time'
import { climb } from '#src/usage/ladder'
import { type ExplainedCallView, ExplainPage } from '#views/operator/explain'
import type { GameRowView } from '#views/operator/game-rows'
import { type Content, StatisticsPage, type StatisticsProps } from '#views/operator/statistics'
import { type Choices, UsagePage, type UsageProps } from '#views/operator/usage'
import { UsageRecordPage, type UsageRecordProps } from '#views/operator/usage-record'
import { NOTHING, NOW, type Say } from './sample-props'

const id = (at: number) => `019b7a00-0000-7000-8000-${String(at).padStart(12, '0')}`
const PRICE = money(1_250)
const session = (say: Say, at: number) => say(`op_${id(1)}_${NOW.getTime() - at * 60_000}_a1B2c3D4e5F6g7H8`)

/** Games as lists show them. */
const sampleGames = (say: Say, count: number): (GameRowView & UsageProps['games']['rows'][number])[] =>
  Array.from({ length: count }, (_, at) => ({
    id: id(at + 10),
    sessionId: session(say, at),
    siteName: say(['西湖银泰店', '春熙路店', '徐汇滨江店'][at % 3]!),
    applicationName: say(['星际防线', '末日列车'][at % 2]!),
    playerCount: 1 + (at % 8),
    unitPrice: PRICE,
    total: times(PRICE, 1 + (at % 8)),
    durationSeconds: [null, 45, 1_260][at % 3]!,
    startedAt: addSeconds(NOW, -at * 1_700),
  }))

const choices = (say: Say): Choices => ({
  sites: [1, 2].map((at) => ({ id: id(at), name: say(`门店 ${at}`), isGone: at === 2 })),
  applications: [3, 4].map((at) => ({ id: id(at), name: say(`应用 ${at}`), isGone: at === 4 })),
})
const sums = (sessions: number) => ({ sessions, players: sessions * 3, total: times(PRICE, sessions * 3) })

const usageProps = (say: Say, rows: number): UsageProps => ({
  games: { rows: sampleGames(say, rows), newer: null, older: rows > 0 ? id(30) : null, size: 20 },
  sums: sums(rows * 7),
  dates: dayRange({}, NOW),
  narrowed: { keyword: '' },
  choices: choices(say),
})

const record = (say: Say, isEnded: boolean): UsageRecordProps['usage'] => {
  const [total, after] = [times(PRICE, 4), money(238_900)]
  const hash = say('8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca')
  return {
    ...sampleGames(say, 1)[0]!,
    siteId: id(1),
    siteDeletedAt: isEnded ? NOW : null,
    applicationId: id(3),
    playerCount: 4,
    total,
    endedAt: isEnded ? addSeconds(NOW, 900) : null,
    durationSeconds: isEnded ? 900 : null,
    estimated: isEnded ? true : null,
    authorizationToken: id(5),
    balanceAfter: after,
    clientIp: say('203.0.113.7'),
    ledger: { id: id(6), seq: 4_812n, before: plus(after, total), after, at: NOW, prevHash: hash, hash, description: say('星际防线 4人') },
  }
}

const call = (say: Say, at: number, result: ExplainedCallView['result'], code: string | null): ExplainedCallView => ({
  requestId: id(40 + at),
  at: addSeconds(NOW, -at),
  operation: 'authorize',
  result,
  code,
  sessionId: session(say, at),
  siteName: say('西湖银泰店'),
  applicationName: say('星际防线'),
  ip: say('203.0.113.7'),
  durationUs: 4_210,
  steps: climb(result, code),
})

const NOTHING_PLAYED = { sessions: 0, players: 0, total: NOTHING }

function statistics(say: Say, content: Content, more: Partial<StatisticsProps> = {}): StatisticsProps {
  const dates = dayRange({ range: 'week' }, NOW)
  const previous = { first: businessDay(addDays(NOW, -13)), last: businessDay(addDays(NOW, -7)) }
  const narrowed = { siteId: undefined, applicationId: undefined }
  const asked = { dimension: undefined, sites: [] }
  return { content, measure: 'total', sums: sums(70), before: sums(52), previous, dates, narrowed, choices: choices(say), asked, ...more }
}

const week = Array.from({ length: 7 }, (_, at) => businessDay(addDays(NOW, at - 6)))
const contents = (say: Say): Content[] => [
  {
    tab: 'trend',
    dimension: 'day',
    points: week.map((day, at) => ({
      first: day,
      last: day,
      now: sums(4 + at),
      before: { day: businessDay(addDays(NOW, at - 13)), ...sums(at) },
    })),
  },
  { tab: 'apps', rows: [3, 4].map((at) => ({ id: id(at), name: say(`应用 ${at}`), ...sums(at * 10) })) },
  { tab: 'sites', rows: [1, 2].map((at) => ({ id: id(at), name: say(`门店 ${at}`), ...sums(at * 10) })) },
  {
    tab: 'compare',
    dimension: 'day',
    points: week.map((day) => ({ first: day, last: day })),
    series: Array.from({ length: 6 }, (_, order) => ({
      id: id(order + 1),
      name: say(`门店 ${order + 1}`),
      sums: sums(21 + order),
      values: week.map((_, at) => sums(((order + 2) * (at + 3)) % 11)),
    })),
  },
  {
    tab: 'players',
    distribution: {
      rows: [1, 2, 8].map((playerCount) => ({ playerCount, percentage: 33.3, ...sums(playerCount) })),
      total: sums(11),
      mostCommon: 8,
    },
  },
  {
    tab: 'hours',
    cells: [10, 11, 14].flatMap((clockHour) => [1, 6, 7].map((weekday) => ({ weekday, clockHour, ...sums(weekday * clockHour) }))),
  },
]

/** The pages of games and statistics in their states. */
export function usageSamples(say: Say, longSay: Say): { name: string; path: string; page: VNode }[] {
  const empty = statistics(say, { tab: 'trend', dimension: 'day', points: [] }, { sums: NOTHING_PLAYED, before: NOTHING_PLAYED })
  const narrowed = { siteId: id(1), applicationId: id(4), players: 3, weekday: 6, hour: 14, keyword: longSay('a1B2') }
  const calls = [call(say, 1, 'accepted', null), call(say, 2, 'replayed', null), call(say, 3, 'refused', 'INSUFFICIENT_BALANCE')]
  return [
    { name: 'usage', path: '/operator/usage', page: <UsagePage {...usageProps(say, 12)} /> },
    { name: 'usage-long', path: '/operator/usage', page: <UsagePage {...usageProps(longSay, 12)} /> },
    { name: 'usage-empty', path: '/operator/usage', page: <UsagePage {...usageProps(say, 0)} /> },
    {
      name: 'usage-nothing-found',
      path: '/operator/usage?players=3',
      page: <UsagePage {...usageProps(say, 0)} dates={dayRange({ range: 'month' }, NOW)} narrowed={narrowed} />,
    },
    {
      name: 'usage-record',
      path: `/operator/usage/usage_${id(10)}`,
      page: <UsageRecordPage usage={record(say, false)} steps={climb('accepted', null)} />,
    },
    {
      name: 'usage-record-long',
      path: `/operator/usage/usage_${id(10)}`,
      page: <UsageRecordPage usage={record(longSay, true)} steps={climb('accepted', null)} />,
    },
    { name: 'explain', path: '/operator/explain', page: <ExplainPage asked="" found={null} isUnreadable={false} /> },
    { name: 'explain-unreadable', path: '/operator/explain?q=x', page: <ExplainPage asked={say('x')} found={null} isUnreadable /> },
    {
      name: 'explain-nothing',
      path: '/operator/explain?q=x',
      page: <ExplainPage asked={say('x')} found={{ calls: [], usage: null }} isUnreadable={false} />,
    },
    {
      name: 'explain-found',
      path: '/operator/explain?q=x',
      page: <ExplainPage asked={say('x')} found={{ calls, usage: record(say, true) }} isUnreadable={false} />,
    },
    ...contents(say).map((content) => ({
      name: `statistics-${content.tab}`,
      path: `/operator/statistics?tab=${content.tab}`,
      page: <StatisticsPage {...statistics(say, content)} />,
    })),
    ...contents(longSay).map((content) => ({
      name: `statistics-${content.tab}-long`,
      path: `/operator/statistics?tab=${content.tab}`,
      page: <StatisticsPage {...statistics(longSay, content, { measure: 'sessions' })} />,
    })),
    { name: 'statistics-empty', path: '/operator/statistics', page: <StatisticsPage {...empty} /> },
  ]
}

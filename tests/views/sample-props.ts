import { type Money, money } from '#src/core/money'
import { addDays, addSeconds, businessDay, type Instant, instant } from '#src/core/time'
import type { AdminHomeProps } from '#views/admin/home'
import type { OperatorHomeProps } from '#views/operator/home'
import type { OperatorViewer, StaffViewer } from '#views/page-context'

/** Stands for each word that comes from people or the database. */
export type Say = (usual: string) => string

export const NOW = instant('2026-03-05T06:20:41.000Z')
export const LONG = '杭州西湖银泰城沉浸式混合现实主题乐园旗舰体验中心二层东区全感官多人联机竞技大厅一号店'

const wave = (at: number) => 1 + 0.55 * Math.sin(at * 0.9) + 0.3 * Math.sin(at * 2.3 + 1)
const lastDays = (count: number) => Array.from({ length: count }, (_, at) => businessDay(addDays(NOW, at - count + 1)))
const ago = (seconds: number): Instant => addSeconds(NOW, -seconds)
const id = (at: number) => `019b7a00-0000-7000-8000-${String(at).padStart(12, '0')}`
export const NOTHING = money(0)

export const operator = (say: Say, balance: Money): OperatorViewer => ({
  kind: 'operator',
  id: say(id(1)),
  username: say('hangzhou_mr'),
  name: say('杭州幻境数字娱乐'),
  category: 'vip',
  balance,
  unread: 3,
  asOf: NOW,
})

export const staff = (say: Say, kind: StaffViewer['kind'], role: string): StaffViewer => ({
  kind,
  role: say(role),
  id: say(id(2)),
  username: say('li.wei'),
  name: say('李薇'),
  permissions: [],
  waiting: 0,
})

export function fullOperatorHome(say: Say): OperatorHomeProps {
  const days = lastDays(30).map((day, at) => ({
    day,
    amount: money(Math.round(148_000 * wave(at))),
    games: Math.round(24 * wave(at)),
    players: Math.round(96 * wave(at)),
  }))
  const kinds = [
    'consumption',
    'consumption',
    'recharge',
    'consumption',
    'refund',
    'adjustment',
    'consumption',
    'consumption',
    'consumption',
    'recharge',
  ] as const
  const words = {
    consumption: '星际防线 · 4 人 · 西湖银泰店',
    recharge: '微信支付充值',
    refund: '退款至原支付渠道',
    adjustment: '设备故障补偿（工单 20260304-17）',
  }
  return {
    now: NOW,
    balance: money(1_284_050),
    lowBalanceLimit: money(50_000),
    lastsUntil: addDays(NOW, 6),
    today: { amount: money(134_400), previous: money(118_900) },
    week: { amount: money(982_600), previous: money(1_043_000) },
    month: { amount: money(712_000), previous: money(0) },
    gamesToday: 23,
    gamesYesterday: 23,
    sites: 6,
    activeSites: 5,
    days,
    games: Array.from({ length: 3 }, (_, at) => ({
      id: id(at + 10),
      sessionId: say(`op_${id(1)}_1767225600000_a1B2c3D4e5F6g7H8`),
      siteName: say('西湖银泰店'),
      applicationName: say('星际防线'),
      playerCount: 2 + at,
      total: money((2 + at) * 1_200),
      startedAt: ago(at * 700),
    })),
    transactions: kinds.map((kind, at) => ({
      id: id(at),
      at: ago(at * 937),
      kind,
      description: say(words[kind]),
      amount: money(kind === 'recharge' || kind === 'adjustment' ? 200_000 : -(4_800 + at * 1_200)),
      balanceAfter: money(1_284_050 - at * 3_100),
    })),
    expiringGrants: [
      { applicationId: id(1), applicationName: say('星际防线'), expiresAt: addDays(NOW, 3) },
      { applicationId: id(2), applicationName: say('深海迷城：亚特兰蒂斯'), expiresAt: ago(4000) },
    ],
    setup: { site: true, recharge: true, grant: true, start: true },
  }
}

export function emptyOperatorHome(): OperatorHomeProps {
  const none = { amount: NOTHING, previous: NOTHING }
  return {
    now: NOW,
    balance: NOTHING,
    lowBalanceLimit: money(50_000),
    lastsUntil: null,
    today: none,
    week: none,
    month: none,
    gamesToday: 0,
    gamesYesterday: 0,
    sites: 1,
    activeSites: 0,
    days: lastDays(30).map((day) => ({ day, amount: NOTHING, games: 0, players: 0 })),
    games: [],
    transactions: [],
    expiringGrants: [],
    setup: { site: true, recharge: false, grant: false, start: false },
  }
}

export function fullAdminHome(say: Say, names = ['杭州幻境数字娱乐', '成都超维空间', '上海云界文化传媒有限公司']): AdminHomeProps {
  const series = Array.from({ length: 30 }, (_, at) => Math.round(860 * wave(at)))
  return {
    now: NOW,
    operators: { total: 1_284, newToday: 4 },
    applications: { active: 36, inactive: 5 },
    live: { games: 42, players: 168 },
    pending: {
      requests: { count: 7, oldestAt: ago(86_400 * 3) },
      locked: { count: 2, oldestAt: ago(7_200) },
      alerts: { count: 3, oldestAt: ago(900) },
      jobs: { count: 1, oldestAt: ago(1_900) },
    },
    games: { today: 18_402, previous: 17_120, series },
    consumption: { today: money(98_120_450), previous: money(102_030_000), series: series.map((value) => money(value * 5_300)) },
    starts: Array.from({ length: 10 }, (_, at) => ({
      id: id(at),
      at: ago(at * 41),
      operatorName: say(names[at % names.length]!),
      siteName: say(['西湖银泰店', '春熙路店', '徐汇滨江店'][at % 3]!),
      applicationName: say(['星际防线', '深海迷城：亚特兰蒂斯', '末日列车'][at % 3]!),
      players: 2 + (at % 6),
      cost: money((2 + (at % 6)) * 1_200),
      sessionId: say(`op_${id(at)}_1767225600000_a1B2c3D4e5F6g7H8`),
    })),
    proof: { state: 'drift', at: ago(1_900), drift: money(1_200) },
    chain: { state: 'broken', at: ago(3_600) },
    schema: { state: 'drift', at: ago(1_200) },
    backup: { at: addSeconds(NOW, -86_400), isOld: false },
    jobs: { known: 15, failing: [say('ledger-proof'), say('balance-low-notice')] },
  }
}

export function emptyAdminHome(): AdminHomeProps {
  return {
    now: NOW,
    operators: { total: 0, newToday: 0 },
    applications: { active: 0, inactive: 0 },
    live: { games: 0, players: 0 },
    pending: {
      requests: { count: 0, oldestAt: null },
      locked: { count: 0, oldestAt: null },
      alerts: { count: 0, oldestAt: null },
      jobs: { count: 0, oldestAt: null },
    },
    games: { today: 0, previous: 0, series: [] },
    consumption: { today: NOTHING, previous: NOTHING, series: [] },
    starts: [],
    proof: { state: 'never' },
    chain: { state: 'never', at: null },
    schema: { state: 'never', at: null },
    backup: null,
    jobs: { known: 0, failing: [] },
  }
}

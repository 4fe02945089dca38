import { type Money, money } from '#src/core/money'
import { addDays, addSeconds, businessDay, type Instant, instant } from '#src/core/time'
import type { AdminHomeProps } from '#views/admin/home'
import type { AnalyticsHomeProps } from '#views/analytics/home'
import type { FinanceHomeProps } from '#views/finance/home'
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
    requests: { pending: 7, oldestAt: ago(86_400 * 2) },
    games: { today: 18_402, previous: 17_120, series },
    consumption: { today: money(98_120_450), previous: money(102_030_000), series: series.map((value) => money(value * 5_300)) },
    lockedAccounts: 2,
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
    proof: { state: 'drift', at: ago(1_900), rows: 4_812_377, drift: money(1_200) },
    jobs: [
      { job: say('payment-sync'), state: 'succeeded', startedAt: ago(120), tookMilliseconds: 412, result: say('checked 18, settled 3') },
      { job: say('ledger-proof'), state: 'failed', startedAt: ago(1_900), tookMilliseconds: 18_340, result: say('drift on 1 operator') },
      { job: say('anomaly-scan'), state: 'running', startedAt: ago(4), tookMilliseconds: null, result: say('') },
      {
        job: say('balance-low-notice'),
        state: 'timed_out',
        startedAt: ago(6_000),
        tookMilliseconds: 240_000,
        result: say('stopped after 240 s'),
      },
    ],
  }
}

export function emptyAdminHome(): AdminHomeProps {
  return {
    now: NOW,
    operators: { total: 0, newToday: 0 },
    applications: { active: 0, inactive: 0 },
    requests: { pending: 0, oldestAt: null },
    games: { today: 0, previous: 0, series: [] },
    consumption: { today: NOTHING, previous: NOTHING, series: [] },
    lockedAccounts: 0,
    starts: [],
    proof: { state: 'never' },
    jobs: [],
  }
}

export function fullFinanceHome(say: Say): FinanceHomeProps {
  const names = [
    '杭州幻境数字娱乐',
    '成都超维空间',
    LONG,
    '广州次元站',
    '上海云界文化传媒有限公司',
    '西安长安幻域',
    '武汉江城 XR',
    '长沙橘洲虚拟现实馆',
    '重庆山城异界',
    '南京秦淮 MR 体验馆',
  ]
  return {
    now: instant('2026-03-24T06:20:41.000Z'),
    today: { recharge: money(32_800_000), consumption: money(29_412_050), refund: money(1_180_000), net: money(31_620_000) },
    yesterday: { recharge: money(30_100_000), consumption: money(29_950_000), refund: NOTHING },
    operators: { total: 1_284, newToday: 4 },
    activeToday: 612,
    liability: { amount: money(1_284_930_455), accounts: 1_279 },
    days: lastDays(5 + 19).map((_, at) => ({
      day: `2026-03-${String(at + 1).padStart(2, '0')}`,
      recharge: money(Math.round(31_000_000 * wave(at + 2))),
      consumption: money(Math.round(27_000_000 * wave(at))),
      refund: money(at % 4 === 0 ? 1_180_000 : 0),
    })),
    topCustomers: names.map((name, at) => ({
      id: id(at),
      name: say(name),
      category: at % 3 === 0 ? 'vip' : 'normal',
      amount: money(82_000_000 - at * 7_310_000),
      share: 0.182 - at * 0.0163,
    })),
  }
}

export function emptyFinanceHome(): FinanceHomeProps {
  return {
    now: NOW,
    today: { recharge: NOTHING, consumption: NOTHING, refund: money(10_000), net: money(-10_000) },
    yesterday: { recharge: NOTHING, consumption: NOTHING, refund: NOTHING },
    operators: { total: 0, newToday: 0 },
    activeToday: 0,
    liability: { amount: NOTHING, accounts: 0 },
    days: lastDays(5).map((day) => ({ day, recharge: NOTHING, consumption: NOTHING, refund: NOTHING })),
    topCustomers: [],
  }
}

export function analyticsHome(scale: number): AnalyticsHomeProps {
  const days = lastDays(30).map((day, at) => ({
    day,
    games: Math.round(860 * wave(at) * scale),
    players: Math.round(3_420 * wave(at + 0.3) * scale),
    revenue: money(Math.round(4_558_000 * wave(at) * scale)),
  }))
  return {
    now: NOW,
    operators: { total: 1_284, active: Math.round(987 * scale) },
    games: { count: 25_812 * scale, previous: 22_010 },
    players: { count: 103_204 * scale, previous: 99_310 },
    revenue: { amount: money(136_740_000 * scale), previous: money(141_000_000) },
    days,
  }
}

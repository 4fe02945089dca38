import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { type Money, money, ZERO } from '#src/core/money'
import { addDays, businessDay } from '#src/core/time'
import { CrossPage, type CrossProps } from '#views/analytics/cross'
import type { Entry, MatrixView } from '#views/analytics/cross-table'
import type { Narrowed } from '#views/analytics/frame'
import { OverviewPage } from '#views/analytics/overview'
import { PlayersPage } from '#views/analytics/players'
import { RankingPage } from '#views/analytics/ranking'
import { LedgerRowPage } from '#views/staff/transaction'
import type { LedgerView } from '#views/staff/transaction-parts'
import { StaffTransactionsPage } from '#views/staff/transactions'
import { ago, id, type Sample, slice } from './sample-parts'
import { LONG, NOW, type Say, staff } from './sample-props'

const wave = (at: number) => 1 + 0.55 * Math.sin(at * 0.9) + 0.3 * Math.sin(at * 2.3 + 1)
const sumsOf = (at: number) => ({
  sessions: Math.round(860 * wave(at)),
  players: Math.round(3_420 * wave(at)),
  total: money(Math.round(4_558_000 * wave(at))),
})
const NONE = { sessions: 0, players: 0, total: ZERO }
const MONTH = dayRange({ range: 'month' }, NOW)
const ALL = dayRange({}, NOW)
const anyone: Narrowed = { area: '' }
const named = (say: Say) => ({ id: id(7), name: say('杭州幻境数字娱乐') })
const allNarrowed = (say: Say): Narrowed => ({ operator: named(say), site: named(say), application: named(say), area: say('朝阳') })

function leaders(say: Say, count: number) {
  return Array.from({ length: count }, (_, at) => ({
    id: id(at + 1),
    name: say(at === 1 ? LONG : `星际防线 ${at + 1}`),
    detail: say('北京市朝阳区建国路 88 号'),
    ownerId: id(90),
    ownerName: say('杭州幻境数字娱乐'),
    ...sumsOf(at),
  }))
}

function overview(say: Say, count: number) {
  const points = Array.from({ length: count }, (_, at) => {
    const day = businessDay(addDays(NOW, at - count + 1))
    return { first: day, last: day, sums: sumsOf(at) }
  })
  return (
    <OverviewPage
      operators={{ total: 1_284, active: count === 0 ? 0 : 987, before: 912 }}
      sums={count === 0 ? NONE : sumsOf(3)}
      before={sumsOf(4)}
      dimension="day"
      points={points}
      applications={leaders(say, Math.min(5, count))}
      leaders={leaders(say, Math.min(5, count))}
      measure="total"
      asked={count === 0 ? 'month' : undefined}
      dates={MONTH}
    />
  )
}

const entry = (key: string | null, name: string, at: number): Entry => ({ key, name, detail: name && '杭州', sums: sumsOf(at) })

function matrix(rows: Entry[], columns: Entry[]): MatrixView {
  return {
    rows,
    columns,
    cells: rows.map((_, row) => columns.map((__, column) => (row + column === 3 ? NONE : sumsOf(row + column)))),
    total: sumsOf(1),
  }
}

function cross(say: Say, props: Pick<CrossProps, 'rows' | 'columns'> & Partial<CrossProps>, count = 8) {
  const days = Array.from({ length: 5 }, (_, at) => entry(businessDay(addDays(NOW, at - 5)), businessDay(addDays(NOW, at - 5)), at))
  const things = [
    ...Array.from({ length: count }, (_, at) => entry(id(at + 1), say(at === 2 ? LONG : `门店 ${at + 1}`), at)),
    entry(null, '', 2),
  ]
  const sizes = [1, 2, 8].map((size) => entry(String(size), String(size), size))
  const of = { period: days, player_count: sizes, operator: things, site: things, application: things }
  return (
    <CrossPage
      matrix={matrix(of[props.rows], of[props.columns])}
      dimension="day"
      asked={undefined}
      ids={[]}
      measure="total"
      narrowed={anyone}
      dates={MONTH}
      {...props}
    />
  )
}

const KINDS = ['recharge', 'consumption', 'refund', 'adjustment', 'refund_payout', 'suspense', 'fee'] as const

function rowsOf(say: Say): LedgerView[] {
  return KINDS.map((kind, at) => ({
    id: id(at + 1),
    seq: BigInt(700 - at),
    at: ago(at * 4_000),
    kind,
    direction: kind === 'recharge' || kind === 'suspense' ? 'in' : 'out',
    amount: money(12_800 * (at + 1)),
    balanceBefore: money(1_284_930),
    balanceAfter: money(1_284_930),
    usageId: kind === 'consumption' ? id(40) : null,
    orderId: kind === 'recharge' ? id(41) : null,
    refundId: kind === 'refund' ? id(42) : null,
    channel: kind === 'recharge' ? 'wechat' : null,
    description: say(at === 3 ? LONG : '星际防线 4 人'),
    debit: 'operator',
    credit: at % 2 === 0 ? 'clearing:wechat' : 'revenue',
    isOwn: at < 4,
    operatorId: id(1),
    operatorName: say(at === 3 ? LONG : '杭州幻境数字娱乐'),
  }))
}

function sources(say: Say) {
  const chain = { prevHash: say('ab'.repeat(32)), hash: say('cd'.repeat(32)), correctsId: null, game: null, order: null, refund: null }
  const game = {
    sessionId: say(`op_${id(1)}_1767225600000_a1B2c3D4e5F6g7H8`),
    siteId: id(3),
    siteName: say(LONG),
    applicationName: say('星际防线'),
    players: 4,
    unitPrice: money(3_200),
    total: money(12_800),
    startedAt: ago(90),
    durationSeconds: null,
    clientIp: say('203.0.113.7'),
  }
  return {
    game: { ...chain, game },
    order: {
      ...chain,
      order: { outTradeNo: say('MR20260305142233'), providerTxnId: say('4200001234202603051234567890'), status: 'success' },
    },
    refund: { ...chain, refund: { status: 'approved', requested: money(60_000) } },
    correction: { ...chain, correctsId: id(9) },
  }
}

/** Statistics of the platform and the journal of all operators. */
export function analyticsSamples(say: Say): Sample[] {
  const analyst = { ...staff(say, 'analyst', 'analyst'), permissions: ['statistics:global', 'statistics:export'] }
  const manager = { ...staff(say, 'finance', 'manager'), permissions: ['transaction:view', 'customer:view'] }
  const admin = { ...staff(say, 'admin', 'admin'), permissions: ['transaction:view', 'operator:view'] }
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: analyst, page })
  const ranking = { rest: { count: 0, sums: NONE }, sums: sumsOf(1), measure: 'total', dates: MONTH } as const
  const groups = (['1', '2', '3-4', '5-8', '9+'] as const).map((name, order) => ({
    name,
    ...sumsOf(order),
    percentage: [4.2, 31.1, 38.4, 26.3, 0][order]!,
  }))
  const sizes = [1, 2, 4, 8].map((playerCount) => ({ playerCount, ...sumsOf(playerCount), percentage: 25 }))
  const distribution = { rows: sizes, groups, total: sumsOf(2), mostCommon: 4 }
  const nobody = { rows: [], groups: groups.map((group) => ({ ...group, ...NONE, percentage: 0 })), total: NONE, mostCommon: null }
  const asked = { type: undefined, method: undefined, keyword: '', least: undefined, most: undefined }
  const sums = { rows: 7, in: money(12_800), out: money(89_600), between: money(200_000) }
  const noSums = { rows: 0, in: ZERO, out: ZERO, between: ZERO }
  const [rows, source] = [rowsOf(say), sources(say)]
  const ledger = (name: string, page: VNode, viewer: Sample['viewer'] = manager): Sample => ({
    name,
    path: '/finance/transactions',
    viewer,
    page,
  })
  return [
    at('analytics', '/analytics/', overview(say, 30)),
    at('analytics-empty', '/analytics/', overview(say, 0)),
    ...(['application', 'site', 'operator'] as const).map((by) =>
      at(`ranking-${by}`, `/analytics/ranking?by=${by}`, <RankingPage {...ranking} rows={leaders(say, 6)} by={by} narrowed={anyone} />),
    ),
    at(
      'ranking-narrowed',
      '/analytics/ranking?by=site&measure=players',
      <RankingPage
        {...ranking}
        rest={{ count: 900, sums: sumsOf(2) }}
        rows={leaders(say, 3)}
        by="site"
        measure="players"
        narrowed={allNarrowed(say)}
      />,
    ),
    at('ranking-empty', '/analytics/ranking', <RankingPage {...ranking} rows={[]} sums={NONE} by="application" narrowed={anyone} />),
    at('players', '/analytics/players', <PlayersPage distribution={distribution} narrowed={anyone} dates={MONTH} />),
    at('players-empty', '/analytics/players', <PlayersPage distribution={nobody} narrowed={allNarrowed(say)} dates={MONTH} />),
    at('cross-time', '/analytics/cross?rows=site', cross(say, { rows: 'site', columns: 'period', asked: 'day' })),
    at(
      'cross-chosen',
      '/analytics/cross',
      cross(say, { rows: 'site', columns: 'period', ids: [id(1), id(3)], dimension: 'week', asked: 'day' }, 2),
    ),
    at('cross-things', '/analytics/cross', cross(say, { rows: 'operator', columns: 'application', measure: 'sessions' })),
    at('cross-sizes', '/analytics/cross', cross(say, { rows: 'application', columns: 'player_count', narrowed: allNarrowed(say) })),
    at(
      'cross-empty',
      '/analytics/cross',
      cross(say, { rows: 'period', columns: 'operator', matrix: { rows: [], columns: [], cells: [], total: NONE } }),
    ),
    ledger(
      'staff-transactions',
      <StaffTransactionsPage transactions={slice(rows, null, id(9))} sums={sums} refusal={null} dates={MONTH} asked={asked} />,
    ),
    ledger(
      'staff-transactions-filtered',
      <StaffTransactionsPage
        transactions={slice(rows.slice(0, 2))}
        sums={sums}
        refusal={null}
        dates={ALL}
        asked={{ type: 'recharge', method: 'wechat', keyword: say('幻境'), least: money(100) as Money, most: money(99_900) as Money }}
      />,
      admin,
    ),
    ledger(
      'staff-transactions-refused',
      <StaffTransactionsPage
        transactions={slice<LedgerView>([])}
        sums={noSums}
        refusal={say('范围过大')}
        dates={ALL}
        asked={{ ...asked, least: money(1) }}
      />,
    ),
    ledger(
      'staff-transactions-empty',
      <StaffTransactionsPage transactions={slice<LedgerView>([])} sums={noSums} refusal={null} dates={MONTH} asked={asked} />,
    ),
    ...(['game', 'order', 'refund', 'correction'] as const).map((kind, place) =>
      ledger(
        `staff-transaction-${kind}`,
        <LedgerRowPage row={rows[[1, 0, 2, 3][place]!]!} source={source[kind]} />,
        kind === 'game' ? admin : manager,
      ),
    ),
  ]
}

import { BAD_ID, BAD_PAGE, BAD_TIMES, type Endpoint, type Field, optional, required, type World } from './endpoint'
import { id, int, money, oneOf, orNull, places, type Shape, text, time } from './shapes'

/** API.md 5 and 6, the journal of all operators; API.md 7, statistics of the whole platform. */

const LEDGER_ROW: Shape = {
  transaction_id: id('txn'),
  type: oneOf('recharge', 'consumption', 'refund', 'adjustment', 'refund_payout', 'suspense', 'fee'),
  direction: oneOf('in', 'out'),
  amount: money,
  balance_before: money,
  balance_after: money,
  created_at: time,
  related_usage_id: orNull(id('usage')),
  related_refund_id: orNull(id('refund')),
  payment_method: orNull(oneOf('wechat', 'alipay', 'bank')),
  status: text,
  description: text,
  operator_id: id('op'),
  operator_name: text,
  seq: int,
}

const ledger = (who: 'admin' | 'finance'): Endpoint => ({
  at: `GET /v1/${who}/transactions`,
  mark: '+',
  who,
  permission: 'transaction:view',
  fields: {
    ...BAD_PAGE,
    ...BAD_TIMES,
    operator_id: optional(...BAD_ID.slice(0, 2)),
    type: optional('gift'),
    method: optional('cash'),
    keyword: optional('字'.repeat(129)),
    min_amount: optional('1.234', '-1.00'),
    max_amount: optional('0.00', 'x'),
  },
  success: { status: 200, items: LEDGER_ROW },
  ask: async (world) => {
    await world.play()
    const token = who === 'admin' ? world.staff.super_admin : world.staff.finance
    return { token, query: { operator_id: `op_${world.operator.id}`, type: 'consumption' } }
  },
})

const sums = { total_sessions: int, total_players: int, total_cost: money }
const ranked = { rank: int, ...sums, avg_players_per_session: places(1) }
const part = { session_count: int, percentage: places(1), total_cost: money }
const entry = { key: orNull(text), name: orNull(text), ...sums }

const IDS = { ids: optional('op-1', 'wrong_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55') }
const RANKING: Record<string, Field> = { ...BAD_TIMES, ...IDS, area: optional('字'.repeat(101)) }
const PLACES = { operator_ids: optional('site_1'), site_ids: optional('x'), app_ids: optional('x') }

/** After a game, seen by whoever may see everything. */
const played =
  (query: Record<string, string> = {}) =>
  async (world: World) => {
    await world.play()
    return { token: world.staff.super_admin, query }
  }

const figures = (at: string, fields: Record<string, Field>, data: Shape, query?: Record<string, string>): Endpoint => ({
  at: `GET /v1/statistics/${at}`,
  mark: '+',
  who: 'analyst',
  permission: 'statistics:global',
  fields,
  success: { status: 200, data },
  ask: played(query),
})

const AXIS = required('town', 'day')

export const PLATFORM: Endpoint[] = [
  ledger('admin'),
  ledger('finance'),
  figures('global', BAD_TIMES, { total_operators: int, total_sessions: int, total_players: int, total_revenue: money }),
  figures('by-application', RANKING, { applications: [{ ...ranked, app_id: id('app'), app_name: text }] }),
  figures('by-site', RANKING, {
    sites: [{ ...ranked, site_id: id('site'), site_name: text, address: text, operator_id: id('op'), operator_name: text }],
  }),
  figures('by-operator', RANKING, { operators: [{ ...ranked, operator_id: id('op'), operator_name: text }] }),
  figures(
    'player-distribution',
    { ...BAD_TIMES, ...PLACES, area: optional('字'.repeat(101)) },
    {
      distribution: [{ player_count: int, ...part }],
      groups: [{ group: oneOf('1', '2', '3-4', '5-8', '9+'), ...part }],
      total_sessions: int,
      most_common_player_count: orNull(int),
    },
  ),
  figures(
    'cross',
    { ...RANKING, rows: AXIS, columns: required('town', 'site'), dimension: optional('year') },
    { rows: [entry], columns: [entry], dimension: oneOf('day', 'week', 'month'), cells: (value) => Array.isArray(value), total: sums },
    { rows: 'site', columns: 'application' },
  ),
  {
    at: 'GET /v1/statistics/export',
    mark: '+',
    who: 'analyst',
    permission: 'statistics:export',
    fields: { format: required('pdf'), ...BAD_TIMES, ...PLACES, dimension: optional('year') },
    success: { status: 200, file: /^attachment; filename="statistics_all_\d{8}\.csv"/ },
    ask: played({ format: 'csv' }),
  },
]

import { BAD_ID, BAD_PAGE, BAD_TIMES, type Endpoint, notFound, optional, required, type World } from './endpoint'
import { day, id, int, money, oneOf, orNull, places, text, time, yesNo } from './shapes'

/** API.md 4, usage records, transactions and statistics. */

const usage = {
  usage_id: id('usage'),
  session_id: text,
  site_id: id('site'),
  site_name: text,
  app_id: id('app'),
  app_name: text,
  player_count: int,
  unit_price: money,
  total_cost: money,
  game_duration: orNull(int),
  created_at: time,
}
const sums = { total_sessions: int, total_players: int, total_cost: money }
const ranked = { ...sums, avg_players_per_session: places(1) }
const BAD_IDS = { site_id: optional(...BAD_ID.slice(0, 2)), app_id: optional(...BAD_ID.slice(0, 2)) }
const STRETCH = { start_time: '2026-01-01T00:00:00.000Z', end_time: '2026-12-31T00:00:00.000Z' }
const MORE_THAN_A_YEAR = { start_time: '2024-01-01T00:00:00.000Z', end_time: '2026-01-01T00:00:00.000Z' }

/** After a game of the operator's. */
const played = (query?: (world: World) => Record<string, string>) => async (world: World) => {
  await world.play()
  return { token: world.token, query: query?.(world) }
}

export const operatorFigures = (foreignUsage: () => Promise<string>): Endpoint[] => [
  {
    at: 'GET /v1/operators/me/transactions',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_PAGE, ...BAD_TIMES, type: optional('gift') },
    success: {
      status: 200,
      items: {
        transaction_id: id('txn'),
        type: oneOf('recharge', 'consumption', 'refund', 'adjustment'),
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
      },
    },
    ask: played(() => ({ type: 'consumption' })),
  },
  {
    at: 'GET /v1/operators/me/usage-records',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_PAGE, ...BAD_TIMES, ...BAD_IDS, keyword: optional('字'.repeat(200)) },
    success: { status: 200, top: { summary: sums }, items: usage },
    ask: played((world) => ({ site_id: `site_${world.siteId}`, app_id: world.appId })),
  },
  {
    at: 'GET /v1/operators/me/usage-records/export',
    mark: '+',
    who: 'operator',
    fields: { format: required('pdf'), ...BAD_TIMES, ...BAD_IDS },
    success: { status: 200, file: /^attachment; filename="?usage_\d{8}\.xlsx"?/ },
    ask: played(() => ({ format: 'excel' })),
  },
  {
    at: 'GET /v1/operators/me/usage-records/{usage_id}',
    mark: '+',
    who: 'operator',
    success: { status: 200, data: { ...usage, authorized_at: time, ended_at: orNull(time), estimated: orNull(yesNo) } },
    ask: async (world) => ({ token: world.token, params: { usage_id: (await world.play()).usageId } }),
    errors: notFound('USAGE_RECORD_NOT_FOUND', ({ token }, usageId) => ({ token, params: { usage_id: usageId } }), foreignUsage),
  },
  {
    at: 'GET /v1/operators/me/statistics/consumption',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_TIMES, dimension: optional('year') },
    success: { status: 200, data: { dimension: oneOf('day', 'week', 'month'), chart_data: [{ date: day, ...sums }], summary: ranked } },
    ask: played(() => ({ dimension: 'week' })),
    errors: [
      {
        when: 'more than 366 days by day',
        status: 400,
        code: 'INVALID_PARAMS',
        ask: ({ token }) => ({ token, query: { ...MORE_THAN_A_YEAR, dimension: 'day' } }),
      },
    ],
  },
  {
    at: 'GET /v1/operators/me/statistics/by-app',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_TIMES, app_id: BAD_IDS.app_id },
    success: { status: 200, data: { applications: [{ app_id: id('app'), app_name: text, ...ranked }] } },
    ask: played(() => STRETCH),
  },
  {
    at: 'GET /v1/operators/me/statistics/by-site',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_TIMES, site_id: BAD_IDS.site_id },
    success: { status: 200, data: { sites: [{ site_id: id('site'), site_name: text, ...ranked }] } },
    ask: played(() => STRETCH),
  },
  {
    at: 'GET /v1/operators/me/statistics/player-distribution',
    mark: '+',
    who: 'operator',
    fields: BAD_TIMES,
    success: {
      status: 200,
      data: {
        distribution: [{ player_count: int, session_count: int, percentage: places(2), total_cost: money }],
        total_sessions: int,
        most_common_player_count: orNull(int),
      },
    },
    ask: played(() => STRETCH),
  },
  {
    at: 'GET /v1/operators/me/statistics/export',
    mark: '+',
    who: 'operator',
    fields: { format: required('pdf'), report_type: optional('everything'), ...BAD_TIMES },
    success: { status: 200, file: /^attachment; filename="?[\w-]+\.csv"?/ },
    ask: played(() => ({ format: 'csv', report_type: 'by-app' })),
  },
]

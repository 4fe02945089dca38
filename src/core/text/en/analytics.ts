import type { analytics as zh } from '#src/core/text/zh/analytics'

/** English: pages of the analysts. */
export const analytics: Record<keyof typeof zh, string> = {
  'analytics.home.operators': 'Operators',
  'analytics.home.operators.active': 'With games in 30 days: {count}',
  'analytics.home.games': 'Games in 30 days',
  'analytics.home.players': 'Players in 30 days',
  'analytics.home.table.revenue': 'Revenue',
  'analytics.home.revenue': 'Revenue in 30 days',
  'analytics.home.revenue.trend': 'How much revenue each day?',
  'analytics.home.games.trend': 'How many games each day?',
  'analytics.home.players.trend': 'How many players each day?',
  'analytics.home.table': 'The last 30 days, day by day',
  'analytics.home.empty': 'No games in the last 30 days',
  'analytics.home.emptyNext': 'Each day is shown here from the first game on.',
}

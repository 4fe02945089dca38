/** Chinese: pages of the analysts. */
export const analytics = {
  'analytics.home.operators': '运营商',
  'analytics.home.operators.active': '近 30 天有场次：{count}',
  'analytics.home.games': '近 30 天场次',
  'analytics.home.players': '近 30 天玩家',
  'analytics.home.table.revenue': '营收',
  'analytics.home.revenue': '近 30 天营收',
  'analytics.home.revenue.trend': '近 30 天每天营收多少？',
  'analytics.home.games.trend': '近 30 天每天多少场？',
  'analytics.home.players.trend': '近 30 天每天多少玩家？',
  'analytics.home.table': '近 30 天逐日数据',
  'analytics.home.empty': '近 30 天没有场次',
  'analytics.home.emptyNext': '出现第一场游戏后，这里按天显示。',
} as const

import { type Money, parseYuan } from '#src/core/money'
import type { GameKey } from './accounts'

export type DemoGame = {
  key: GameKey
  name: string
  price: string
  minPlayers: number
  maxPlayers: number
  minutes: number
  description: string
}

/** Seven games; the last is new and nobody has it yet. Prices are in yuan per player, as they stand today; `minutes` is how long a game takes. */
export const DEMO_GAMES: readonly DemoGame[] = [
  {
    key: 'space',
    name: '太空探险',
    price: '10.00',
    minPlayers: 2,
    maxPlayers: 8,
    minutes: 25,
    description: '乘坐探索舰穿越小行星带，全队协作修复空间站，适合首次体验的团队。',
  },
  {
    key: 'sea',
    name: '深海迷踪',
    price: '9.00',
    minPlayers: 2,
    maxPlayers: 6,
    minutes: 20,
    description: '潜入万米海沟寻找失落的科考船，解谜与探索并重。',
  },
  {
    key: 'mech',
    name: '机甲争霸',
    price: '12.00',
    minPlayers: 2,
    maxPlayers: 8,
    minutes: 15,
    description: '驾驶机甲分队对战，支持 4 对 4 竞技与排行榜。',
  },
  {
    key: 'zombie',
    name: '丧尸围城',
    price: '15.00',
    minPlayers: 1,
    maxPlayers: 4,
    minutes: 18,
    description: '在废弃都市中坚守到黎明，画面较为刺激，建议 16 岁以上。',
  },
  {
    key: 'west',
    name: '西游幻境',
    price: '6.00',
    minPlayers: 1,
    maxPlayers: 6,
    minutes: 15,
    description: '与大圣同行取经路，亲子向轻互动体验。',
  },
  {
    key: 'race',
    name: '极速飞车',
    price: '5.00',
    minPlayers: 1,
    maxPlayers: 4,
    minutes: 10,
    description: '悬浮赛道竞速，单局短，适合等候时段。',
  },
  {
    key: 'theatre',
    name: '幻影剧场',
    price: '18.00',
    minPlayers: 2,
    maxPlayers: 6,
    minutes: 40,
    description: '沉浸式推理剧场，一局约四十分钟，适合熟客组队。',
  },
]

/** The one price change of the 90 days: games before it were charged at the old price. */
export const PRICE_CHANGE = {
  game: 'sea' as GameKey,
  daysAgo: 41,
  oldPrice: '8.00',
  newPrice: '9.00',
  reason: '新增两个章节，内容更新后调价',
}

/** The one that is planned: told to operators yesterday, in force in a few days. */
export const PLANNED_PRICE = { game: 'race' as GameKey, inDays: 5, newPrice: '6.00', reason: '新增两条赛道，旺季前调价' }

export const priceOf = (text: string): Money => parseYuan(text)!

/** How often a party of 1, 2, 3 … players comes. */
export const PARTY_SIZES = [6, 30, 24, 22, 8, 6, 2, 2]

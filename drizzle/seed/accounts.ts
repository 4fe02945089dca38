import { createHash } from 'node:crypto'
import type { Category } from '#src/accounts/operators'

/** The demo's people. Their passwords and API keys are printed in the README and worth nothing: production refuses them. */

export type DemoStaff = {
  username: string
  name: string
  password: string
  role: 'super_admin' | 'operator' | 'finance' | 'analyst'
  financeGrade: 'specialist' | 'manager' | 'auditor' | null
  /** What somebody was given besides the post. */
  granted?: readonly string[]
  /** Left the house so many days ago. */
  leftDaysAgo?: number
}

export const DEMO_STAFF: readonly DemoStaff[] = [
  { username: 'admin', name: '系统管理员', password: 'Admin@2024!', role: 'super_admin', financeGrade: null },
  { username: 'finance001', name: '张发财', password: 'Pass@2024!', role: 'finance', financeGrade: 'manager' },
  { username: 'analyst', name: '林晓棠', password: 'Analyst@2024!', role: 'analyst', financeGrade: null },
  // A second person for what one alone may not confirm, and the other posts.
  { username: 'finance002', name: '何平', password: 'Pass@2024!', role: 'finance', financeGrade: 'manager' },
  {
    username: 'finance003',
    name: '周敏',
    password: 'Pass@2024!',
    role: 'finance',
    financeGrade: 'specialist',
    granted: ['invoice:review', 'report:generate'],
  },
  { username: 'audit001', name: '许静', password: 'Pass@2024!', role: 'finance', financeGrade: 'auditor' },
  { username: 'ops001', name: '陈晨', password: 'Admin@2024!', role: 'operator', financeGrade: null, granted: ['operator:category'] },
  { username: 'ops002', name: '孙涛', password: 'Admin@2024!', role: 'operator', financeGrade: null, leftDaysAgo: 16 },
]

const OPERATOR_PASSWORD = 'Demo@2024!'

/** Games by a short name; the keys of grants and weights below. */
export type GameKey = 'space' | 'sea' | 'mech' | 'zombie' | 'west' | 'race' | 'theatre'

export type DemoGrant = {
  game: GameKey
  /** How much this operator's guests like it. */
  weight: number
  /** Days from now on which it ends, negative for the past; permanent if left out. */
  endsInDays?: number
}

export type DemoSite = { name: string; address: string; description: string | null; weight: number }

export type DemoOperator = {
  username: string
  name: string
  phone: string
  email: string
  password: string
  category: Category
  openedDaysAgo: number
  /** Games of all its sites on an ordinary working day. */
  gamesPerDay: number
  /** Tops up when less than this would be left, by one of these amounts, in yuan. */
  reserve: number
  topUps: readonly number[]
  /** About what its balance ends at, in yuan. */
  endsAt: number
  grants: readonly DemoGrant[]
  sites: readonly DemoSite[]
}

/** Who the simulator plays. They alone have rate overrides; everybody else keeps the limits of system_configs. */
export const SIMULATOR_OPERATORS: readonly string[] = ['demo_operator', 'huanjie_park', 'juchao_game', 'shanhai_vr']
/** Starts per minute and burst of a simulator operator. */
export const SIMULATOR_RATE_LIMIT = 60_000

/** A demo operator's API key: made from its name, so that the simulator knows it without decrypting anything. A demo key, no secret. */
export const demoApiKey = (username: string): string =>
  createHash('sha256').update(`mr-game-ops demo key, not a secret: ${username}`).digest('hex')

const place = (name: string, address: string, weight: number, description: string | null = null): DemoSite => ({
  name,
  address,
  weight,
  description,
})

export const DEMO_OPERATORS: readonly DemoOperator[] = [
  {
    username: 'demo_operator',
    name: '星空探索MR乐园',
    phone: '13810245678',
    email: 'demo@xingkong-mr.example',
    password: OPERATOR_PASSWORD,
    category: 'normal',
    openedDaysAgo: 96,
    gamesPerDay: 6.2,
    reserve: 150,
    topUps: [1000, 1500, 2000],
    endsAt: 386,
    grants: [
      { game: 'space', weight: 5 },
      { game: 'sea', weight: 3 },
      { game: 'west', weight: 3 },
      { game: 'race', weight: 2 },
      { game: 'mech', weight: 2, endsInDays: 5 },
    ],
    sites: [
      place('北京朝阳旗舰店', '北京市朝阳区星汇路18号星汇广场4层', 5, '旗舰店，两个大空间场地，可同时接待 16 人'),
      place('北京海淀学院路店', '北京市海淀区学知路66号科创中心B1层', 3, '以学生客群为主，工作日晚间较忙'),
      place('天津滨江店', '天津市和平区滨江大道210号海河新天地3层', 2),
    ],
  },
  {
    username: 'huanjie_park',
    name: '幻界未来科技乐园',
    phone: '13917886120',
    email: 'ops@huanjie-park.example',
    password: OPERATOR_PASSWORD,
    category: 'vip',
    openedDaysAgo: 120,
    gamesPerDay: 68,
    reserve: 1500,
    topUps: [8000, 10_000, 10_000],
    endsAt: 4260,
    grants: [
      { game: 'space', weight: 5 },
      { game: 'sea', weight: 4 },
      { game: 'mech', weight: 4 },
      { game: 'zombie', weight: 3 },
      { game: 'west', weight: 3 },
      { game: 'race', weight: 3 },
    ],
    sites: [
      place('上海浦东总店', '上海市浦东新区云帆路500号幻界广场1至2层', 6, '总店，六个场地，设有赛事区'),
      place('上海徐汇滨江店', '上海市徐汇区龙瑞路88号西岸天地5层', 4),
      place('杭州西溪店', '浙江省杭州市西湖区文溪路199号西溪汇3层', 4),
      place('南京新街口店', '江苏省南京市秦淮区中和路10号金陵中心6层', 3),
    ],
  },
  {
    username: 'juchao_game',
    name: '聚潮数字娱乐',
    phone: '13602771934',
    email: 'admin@juchao-game.example',
    password: OPERATOR_PASSWORD,
    category: 'normal',
    openedDaysAgo: 110,
    gamesPerDay: 5,
    reserve: 200,
    topUps: [1000, 2000],
    endsAt: 1180,
    grants: [
      { game: 'space', weight: 3 },
      { game: 'sea', weight: 3 },
      { game: 'mech', weight: 4 },
      { game: 'race', weight: 2 },
      { game: 'zombie', weight: 3, endsInDays: -12 },
    ],
    sites: [
      place('广州天河店', '广东省广州市天河区珠云路33号云端里4层', 3),
      place('深圳南山店', '广东省深圳市南山区海创路7号海岸汇2层', 2, '靠近科技园，团建预约较多'),
    ],
  },
  {
    username: 'shanhai_vr',
    name: '山海奇境互动体验馆',
    phone: '18980613357',
    email: 'service@shanhai-vr.example',
    password: OPERATOR_PASSWORD,
    category: 'normal',
    openedDaysAgo: 101,
    gamesPerDay: 3.6,
    reserve: 60,
    topUps: [500, 800, 1000],
    endsAt: 84,
    grants: [
      { game: 'space', weight: 3 },
      { game: 'sea', weight: 2 },
      { game: 'west', weight: 4 },
      { game: 'zombie', weight: 2 },
    ],
    sites: [place('成都春熙店', '四川省成都市锦江区大慈里12号锦里中心3层', 1)],
  },
  {
    username: 'xinglan_kids',
    name: '星澜亲子体验馆',
    phone: '15827410096',
    email: 'hello@xinglan-kids.example',
    password: OPERATOR_PASSWORD,
    category: 'trial',
    openedDaysAgo: 63,
    gamesPerDay: 0.6,
    reserve: 30,
    topUps: [200, 300],
    endsAt: 168,
    grants: [
      { game: 'west', weight: 3 },
      { game: 'race', weight: 2 },
    ],
    sites: [place('武汉光谷店', '湖北省武汉市洪山区光启路9号光谷里2层', 1, '亲子场馆，周末营业为主')],
  },
  {
    username: 'lingjing_vr',
    name: '灵境先锋VR馆',
    phone: '13709284471',
    email: 'lingjing@lingjing-vr.example',
    password: OPERATOR_PASSWORD,
    category: 'trial',
    openedDaysAgo: 21,
    gamesPerDay: 0.7,
    reserve: 20,
    topUps: [100, 200],
    endsAt: 42,
    grants: [
      { game: 'race', weight: 3 },
      { game: 'space', weight: 1 },
    ],
    sites: [place('西安小寨店', '陕西省西安市雁塔区兴善街26号小寨里B1层', 1)],
  },
]

import {
  baoxiaoShenqing,
  caigouShenqing,
  duiwaiFukuanShenqing,
  officeCases,
  officeCopies,
  officeEvents,
  officeNumbers,
  officeTasks,
  qingjiaShenqing,
} from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import type { CaseState, OfficeForm } from '#src/core/office'
import { addDays, addMs, type BusinessDay, businessDay, type Instant } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { randomFrom } from './random'
import type { World } from './world'

const HOUR_MS = 3_600_000

/** Who works where; heads decide first on the requests of their department. */
const PLACES = [
  { username: 'admin', department: '总经办', heads: true, deputy: null },
  { username: 'finance001', department: '财务部', heads: true, deputy: 'finance002' },
  { username: 'finance002', department: '财务部', heads: false, deputy: 'finance001' },
  { username: 'finance003', department: '财务部', heads: false, deputy: null },
  { username: 'audit001', department: '审计部', heads: false, deputy: null },
  { username: 'analyst', department: '数据部', heads: false, deputy: null },
  { username: 'ops001', department: '运营部', heads: false, deputy: null },
] as const
type Username = (typeof PLACES)[number]['username']

const FORMS_DECIDED: readonly OfficeForm[] = ['baoxiao', 'qingjia', 'caigou', 'duiwai_fukuan', 'gongzuo_jiaojie']

type Told = {
  form: OfficeForm
  number: string
  by: Username
  daysAgo: number
  status: Exclude<CaseState, 'draft'>
  fen?: number
  path: readonly string[]
  step: number
  /** Who was asked, node by node; an open task has no hours. */
  tasks: readonly { node: string; who: Username; did: 'approved' | 'rejected' | 'open'; hours?: number; comment?: string; kind?: 'pay' }[]
  copyTo?: Username
}

const STORIES: readonly Told[] = [
  {
    form: 'qingjia',
    number: 'QJ',
    by: 'ops001',
    daysAgo: 12,
    status: 'approved',
    path: ['n1'],
    step: 1,
    tasks: [{ node: 'n1', who: 'admin', did: 'approved', hours: 3, comment: '同意，注意交接' }],
  },
  {
    form: 'baoxiao',
    number: 'BX',
    by: 'finance002',
    daysAgo: 6,
    status: 'rejected',
    fen: 98_000,
    path: ['n1'],
    step: 0,
    tasks: [{ node: 'n1', who: 'finance001', did: 'rejected', hours: 20, comment: '发票抬头有误，请重新开具' }],
  },
  {
    form: 'caigou',
    number: 'CG',
    by: 'finance003',
    daysAgo: 2,
    status: 'submitted',
    fen: 123_800,
    path: ['n1'],
    step: 0,
    tasks: [{ node: 'n1', who: 'finance001', did: 'open' }],
    copyTo: 'admin',
  },
  {
    form: 'duiwai_fukuan',
    number: 'FK',
    by: 'ops001',
    daysAgo: 3,
    status: 'approved',
    fen: 1_200_000,
    path: ['n1', 'n3'],
    step: 2,
    tasks: [
      { node: 'n1', who: 'admin', did: 'approved', hours: 2 },
      { node: 'n3', who: 'admin', did: 'approved', hours: 5, comment: '合同已核对' },
      { node: 'pay', who: 'finance003', did: 'open', kind: 'pay' },
      { node: 'pay', who: 'finance001', did: 'open', kind: 'pay' },
      { node: 'pay', who: 'finance002', did: 'open', kind: 'pay' },
    ],
  },
  {
    form: 'baoxiao',
    number: 'BX',
    by: 'ops001',
    daysAgo: 1,
    status: 'submitted',
    fen: 31_850,
    path: ['n1'],
    step: 0,
    tasks: [{ node: 'n1', who: 'admin', did: 'open' }],
  },
]

/** Where our people work, and five requests on their way with one that is only begun. */
export async function writeOffice(tx: Transaction, world: World): Promise<void> {
  const idOf = (username: string): Uuid => world.staff.find((one) => one.username === username)!.id
  await writePlaces(tx, idOf)
  const random = randomFrom('office')
  const told = STORIES.map((story) => {
    const at = addMs(addDays(world.now, -story.daysAgo), -5 * HOUR_MS)
    return { ...story, at, id: random.id(at), applicantId: idOf(story.by), day: businessDay(at) }
  })
  const draftAt = addMs(world.now, -2 * HOUR_MS)
  const department = (username: string) => PLACES.find((one) => one.username === username)!.department
  await tx.db.insert(officeCases).values([
    ...told.map(({ id, form, status, number, by, applicantId, fen, path, step, tasks, at, day }) => ({
      id,
      form,
      status,
      number: numberOf(number, day),
      applicantId,
      draft: {},
      department: department(by),
      amount: fen ? money(fen) : null,
      flowVersion: 1,
      path: [...path],
      step,
      round: new Set(tasks.map(({ node }) => node)).size,
      submittedAt: at,
      decidedAt: status === 'submitted' ? null : addMs(at, Math.max(...tasks.map(({ hours = 0 }) => hours)) * HOUR_MS),
      createdAt: addMs(at, -HOUR_MS / 2),
      updatedAt: at,
    })),
    {
      id: random.id(draftAt),
      form: 'gongzuo_jiaojie',
      applicantId: idOf('ops001'),
      draft: { scope: '门店开业筹备与供应商对接', 'items.0.name': '供应商联系人名单' },
      createdAt: draftAt,
      updatedAt: draftAt,
    },
  ])
  await writeForms(tx, told)
  await writeWays(tx, told, idOf)
  await tx.db.insert(officeNumbers).values(told.map(({ form, day }) => ({ form, day, last: 1 })))
}

const numberOf = (prefix: string, day: BusinessDay): string => `${prefix}-${day.replaceAll('-', '')}-0001`

async function writePlaces({ sql }: Transaction, idOf: (username: string) => Uuid): Promise<void> {
  const deputies = PLACES.map(({ deputy }) => deputy && idOf(deputy))
  await sql`
    UPDATE admin_accounts a SET department = p.department, heads_department = p.heads = 'yes', deputy_id = p.deputy, email = a.username || '@mr.example'
    FROM unnest(${PLACES.map(({ username }) => idOf(username))}::uuid[], ${PLACES.map((one) => one.department)}::text[],
      ${PLACES.map((one) => (one.heads ? 'yes' : 'no'))}::text[], ${deputies}::uuid[]) AS p (id, department, heads, deputy) WHERE a.id = p.id`
  const granted = FORMS_DECIDED.map((form) => `office:${form}:approve`)
  await sql`UPDATE admin_accounts SET permissions = permissions || ${granted}::text[] WHERE username IN ('finance001', 'finance002')`
}

type Happened = Told & { id: Uuid; applicantId: Uuid; at: Instant; day: BusinessDay }

async function writeForms({ db }: Transaction, told: readonly Happened[]): Promise<void> {
  const of = (form: OfficeForm) => told.filter((one) => one.form === form)
  await db.insert(baoxiaoShenqing).values(
    of('baoxiao').map(({ id, fen = 0, day }) => ({
      caseId: id,
      category: 'travel',
      amount: money(fen),
      occurredOn: day,
      description: '杭州门店巡检往返高铁票',
    })),
  )
  await db.insert(qingjiaShenqing).values(
    of('qingjia').map(({ id, at }) => ({
      caseId: id,
      kind: 'annual',
      fromOn: businessDay(addDays(at, 2)),
      toOn: businessDay(addDays(at, 4)),
      halfDays: 6,
      reason: '回家探望父母',
    })),
  )
  await db.insert(caigouShenqing).values(
    of('caigou').map(({ id, fen = 0, at }) => ({
      caseId: id,
      items: [
        { name: '头显清洁布', quantity: 20, price_fen: '990' },
        { name: '一体机电池', quantity: 4, price_fen: '26000' },
      ],
      amount: money(fen),
      supplier: '杭州锐视数码',
      neededOn: businessDay(addDays(at, 7)),
      purpose: '门店耗材补充',
    })),
  )
  await db.insert(duiwaiFukuanShenqing).values(
    of('duiwai_fukuan').map(({ id, fen = 0, at }) => ({
      caseId: id,
      payee: '上海云界文化传媒有限公司',
      bank: '招商银行上海徐汇支行',
      account: '6214830212345678',
      amount: money(fen),
      purpose: '内容制作费首付',
      contractNo: 'HT-2026-031',
      dueOn: businessDay(addDays(at, 10)),
    })),
  )
}

async function writeWays({ db }: Transaction, told: readonly Happened[], idOf: (username: string) => Uuid): Promise<void> {
  const random = randomFrom('office ways')
  const tasks = told.flatMap(({ id, tasks: all, at }) => {
    const nodes = [...new Set(all.map(({ node }) => node))]
    return all.map(({ node, who, did, hours = 0, comment, kind = 'approve' as const }) => {
      const decidedAt = did === 'open' ? null : addMs(at, hours * HOUR_MS)
      const made = { caseId: id, node, kind, personId: idOf(who), status: did, comment: comment ?? null, decidedAt }
      return { ...made, id: random.id(at), round: nodes.indexOf(node) + 1, createdAt: at }
    })
  })
  await db.insert(officeTasks).values(tasks)
  const events = told.flatMap((story) => storyOf(story, idOf).map((event, index) => ({ ...event, caseId: story.id, seq: index + 1 })))
  await db.insert(officeEvents).values(events)
  await db
    .insert(officeCopies)
    .values(told.flatMap(({ id, copyTo, at }) => (copyTo ? [{ caseId: id, personId: idOf(copyTo), createdAt: at }] : [])))
}

function storyOf({ applicantId, at, tasks, status }: Happened, idOf: (username: string) => Uuid) {
  const event = (kind: string, createdAt: Instant, more: object = {}) => ({
    kind,
    actorId: null as Uuid | null,
    node: null as string | null,
    comment: null as string | null,
    people: [] as Uuid[],
    createdAt,
    ...more,
  })
  const nodes = [...new Set(tasks.map(({ node }) => node))]
  const ways = nodes.flatMap((node) => {
    const asked = tasks.filter((task) => task.node === node)
    const entered = event('entered', at, { node, people: asked.map(({ who }) => idOf(who)) })
    const done = asked.filter(({ did }) => did !== 'open')
    return [
      entered,
      ...done.map(({ who, did, hours = 0, comment }) =>
        event(did, addMs(at, hours * HOUR_MS), { actorId: idOf(who), node, comment: comment ?? null }),
      ),
    ]
  })
  const finished = status === 'approved' ? [event('finished', ways.at(-1)!.createdAt)] : []
  return [event('submitted', at, { actorId: applicantId }), ...ways, ...finished]
}

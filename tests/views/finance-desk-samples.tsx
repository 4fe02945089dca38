import { money, ZERO } from '#src/core/money'
import { instant } from '#src/core/time'
import { AdjustmentPage, type AdjustmentProps } from '#views/finance/adjustment'
import { AdjustmentFormPage, ChooseOperatorPage } from '#views/finance/adjustment-form'
import { type AdjustmentRowView, type AdjustmentState, AdjustmentsPage } from '#views/finance/adjustments'
import { FinanceHomePage, type FinanceHomeProps } from '#views/finance/home'
import { closingSamples } from './closing-samples'
import { ago, id, type Sample, slice } from './sample-parts'
import { LONG, NOTHING, NOW, type Say, staff } from './sample-props'

const wave = (at: number) => 1 + 0.55 * Math.sin(at * 0.9) + 0.3 * Math.sin(at * 2.3 + 1)
const flows = (scale: number) => ({
  recharge: money(Math.round(32_800_000 * scale)),
  consumption: money(Math.round(29_412_050 * scale)),
  refund: money(Math.round(1_180_000 * scale)),
})
const NO_FLOWS = { recharge: NOTHING, consumption: NOTHING, refund: NOTHING }
const NAMES = [
  '杭州幻境数字娱乐',
  '成都超维空间',
  LONG,
  '广州次元站',
  '上海云界文化传媒有限公司',
  '西安长安幻域',
  '武汉江城 XR',
  '长沙橘洲',
  '重庆山城异界',
  '南京秦淮',
]
const WORK = [
  'refunds',
  'payouts',
  'invoices',
  'red_invoices',
  'bank_transfers',
  'adjustments',
  'quarantine',
  'abnormal_orders',
  'differences',
] as const

const fullHome = (say: Say): FinanceHomeProps => ({
  now: instant('2026-03-24T06:20:41.000Z'),
  flows: { today: flows(1), yesterday: flows(0.93), month: flows(22.4), monthBefore: { ...flows(20.1), refund: NOTHING } },
  standing: { operators: 1_284, newToday: 4, activeToday: 612, liability: money(1_284_930_455), accounts: 1_279 },
  work: WORK.map((kind, at) => ({ kind, count: at === 4 ? 0 : 1 + at * 3, oldestAt: ago(at * 40_000), hours: at * 11 })),
  lights: {
    yesterday: '2026-03-23',
    bills: [
      { channel: 'wechat', state: 'closed', open: 0 },
      { channel: 'alipay', state: 'matched', open: 3 },
    ],
    proof: { finishedAt: ago(8_000), transactions: 10_234_112n, isClean: true },
    lastClosed: '2026-03-20',
    daysBehind: 3,
  },
  trend: {
    month: '2026-03',
    previous: '2026-02',
    next: null,
    days: Array.from({ length: 24 }, (_, at) => ({
      day: `2026-03-${String(at + 1).padStart(2, '0')}`,
      recharge: money(Math.round(31_000_000 * wave(at + 2))),
      consumption: money(Math.round(27_000_000 * wave(at))),
      refund: money(at % 4 === 0 ? 1_180_000 : 0),
    })),
  },
  top: {
    total: money(450_000_000),
    customers: NAMES.map((name, at) => ({
      id: id(at),
      name: say(name),
      category: at % 3 === 0 ? 'vip' : 'normal',
      amount: money(82_000_000 - at * 7_310_000),
      sessions: 18_200 - at * 1_333,
    })),
  },
})

const emptyHome = (): FinanceHomeProps => ({
  now: NOW,
  flows: { today: { ...NO_FLOWS, refund: money(10_000) }, yesterday: NO_FLOWS, month: NO_FLOWS, monthBefore: NO_FLOWS },
  standing: { operators: 0, newToday: 0, activeToday: 0, liability: NOTHING, accounts: 0 },
  work: WORK.map((kind) => ({ kind, count: 0, oldestAt: null, hours: null })),
  lights: { yesterday: '2026-03-04', bills: [], proof: null, lastClosed: null, daysBehind: 0 },
  trend: { month: '2026-02', previous: '2026-01', next: '2026-03', days: [{ day: '2026-02-01', ...NO_FLOWS }] },
  top: { customers: [], total: NOTHING },
})

const STATES: readonly AdjustmentState[] = ['draft', 'waiting', 'booked', 'rejected', 'withdrawn']

const adjustmentRow = (say: Say, at: number): AdjustmentRowView => ({
  id: id(at),
  operatorName: say('杭州幻境数字娱乐'),
  direction: at % 2 === 0 ? 'in' : 'out',
  amount: money(60_000 + at * 133_700),
  reason: say('设备故障补偿，工单 20260304-17'),
  status: STATES[at % STATES.length]!,
  createdAt: ago(at * 5_000),
  creatorName: say('张发财'),
  deciderName: at % 5 < 2 ? null : say('李薇'),
})

function adjustment(say: Say, at: number, more: Partial<AdjustmentProps> = {}): AdjustmentProps {
  const row = adjustmentRow(say, at)
  const isBooked = row.status === 'booked'
  return {
    adjustment: {
      ...row,
      operatorId: id(1),
      username: say('hangzhou_mr'),
      balance: money(100_000),
      needsSecond: true,
      submittedAt: row.status === 'draft' ? null : ago(4_000),
      decidedAt: row.deciderName ? ago(2_000) : null,
      rejectReason: row.status === 'rejected' ? say('凭证与金额不符，请重新上传') : null,
      correctsId: at % 3 === 0 ? id(77) : null,
      proofSha256: at % 2 === 0 ? 'ab'.repeat(32) : null,
      transactionId: isBooked ? id(88) : null,
      seq: isBooked ? 1_204n : null,
      balanceBefore: isBooked ? money(100_000) : null,
      balanceAfter: isBooked ? money(427_400) : null,
    },
    limit: money(500_000),
    isOwn: false,
    mayCreate: true,
    values: { reason: '' },
    errors: {},
    message: null,
    ...more,
  }
}

const chosen = (say: Say, at = 1) => ({
  id: id(at),
  name: say('杭州幻境数字娱乐'),
  username: say('hangzhou_mr'),
  category: 'vip' as const,
  balance: money(1_284_050),
})

function adjustmentSamples(say: Say) {
  const path = '/finance/adjustments'
  const filter = { status: undefined, direction: undefined, keyword: '', operator: null }
  const all = { chosen: 'all' as const, first: null, last: null, stretch: null }
  const rows = Array.from({ length: 21 }, (_, at) => adjustmentRow(say, at))
  const values = { direction: 'out', amount: say('12.345'), reason: say('太短'), corrects: say('txn_1') }
  const blank = { direction: 'in', amount: '', reason: '', corrects: '' }
  const form = { operator: chosen(say), limit: money(500_000), idempotencyKey: 'k' }
  const refused = {
    amount: say('须为最多两位小数的金额字符串'),
    reason: say('至少10个字符'),
    proof: say('请先上传转账凭证'),
    corrects: say('须为流水号'),
  }
  return [
    {
      name: 'adjustments',
      path,
      page: (
        <AdjustmentsPage
          adjustments={slice(rows, null, id(20))}
          sums={{ rows: 44, in: money(12_000_000), out: money(330_000), waiting: 3 }}
          filter={filter}
          dates={all}
          mayCreate
        />
      ),
    },
    {
      name: 'adjustments-filtered',
      path: `${path}?status=waiting&keyword=x`,
      page: (
        <AdjustmentsPage
          adjustments={slice([])}
          sums={{ rows: 0, in: ZERO, out: ZERO, waiting: 0 }}
          filter={{ status: 'waiting', direction: 'in', keyword: say('补偿'), operator: { id: id(1), name: say(LONG) } }}
          dates={{ chosen: 'custom', first: '2026-03-01', last: '2026-03-05', stretch: { from: ago(400_000), to: NOW } }}
          mayCreate={false}
        />
      ),
    },
    {
      name: 'adjustments-empty',
      path,
      page: (
        <AdjustmentsPage
          adjustments={slice([])}
          sums={{ rows: 0, in: ZERO, out: ZERO, waiting: 0 }}
          filter={filter}
          dates={all}
          mayCreate
        />
      ),
    },
    {
      name: 'adjustment-choose',
      path: `${path}/new`,
      page: <ChooseOperatorPage keyword={say('幻境')} operators={[chosen(say), { ...chosen(say, 2), name: say(LONG) }]} total={41} />,
    },
    { name: 'adjustment-choose-none', path: `${path}/new`, page: <ChooseOperatorPage keyword="" operators={[]} total={0} /> },
    { name: 'adjustment-form', path: `${path}/new`, page: <AdjustmentFormPage {...form} values={blank} errors={{}} message={null} /> },
    {
      name: 'adjustment-form-refused',
      path: `${path}/new`,
      page: <AdjustmentFormPage {...form} values={values} errors={refused} message={say('账户状态不允许此操作')} />,
    },
    ...STATES.map((state, at) => ({
      name: `adjustment-${state}`,
      path: `${path}/adj_${id(at)}`,
      page: <AdjustmentPage {...adjustment(say, at, { isOwn: state === 'draft' })} />,
    })),
    {
      name: 'adjustment-own',
      path: `${path}/adj_${id(1)}`,
      page: <AdjustmentPage {...adjustment(say, 1, { isOwn: true, message: say('该申请已处理，无法重复操作') })} />,
    },
    {
      name: 'adjustment-refused',
      path: `${path}/adj_${id(6)}`,
      page: <AdjustmentPage {...adjustment(say, 6, { values: { reason: say('短') }, errors: { reason: say('至少10个字符') } })} />,
    },
    { name: 'adjustment-auditor', path: `${path}/adj_${id(1)}`, page: <AdjustmentPage {...adjustment(say, 1, { mayCreate: false })} /> },
  ]
}

/** Finance's first page, balances moved by hand, the closing of days. */
export function financeDeskSamples(say: Say): Sample[] {
  const viewer = staff(say, 'finance', 'manager')
  return [
    { name: 'finance', path: '/finance/', page: <FinanceHomePage {...fullHome(say)} /> },
    { name: 'finance-empty', path: '/finance/', page: <FinanceHomePage {...emptyHome()} /> },
    ...adjustmentSamples(say),
    ...closingSamples(say),
  ].map((sample) => ({ ...sample, viewer }))
}

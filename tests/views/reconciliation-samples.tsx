import type { VNode } from 'preact'
import { money, ZERO } from '#src/core/money'
import { ReconciliationPage, UnbilledPage } from '#views/finance/reconciliation'
import { BillDayPage } from '#views/finance/reconciliation-day'
import { type DifferenceCase, DifferencePage, type DifferencePageProps } from '#views/finance/reconciliation-difference'
import { DifferencesPage } from '#views/finance/reconciliation-differences'
import { type BillDayView, type DifferenceView, KIND_VALUES, STATE_VALUES } from '#views/finance/reconciliation-parts'
import { ago, id, type Sample, slice } from './sample-parts'
import { NOW, type Say, staff } from './sample-props'

function aDay(say: Say, at: number): BillDayView {
  const states = ['waiting', 'imported', 'matched', 'closed'] as const
  const isWaiting = at % 4 === 0
  return {
    channel: at % 2 === 0 ? 'wechat' : 'alipay',
    billDate: `2026-02-${String(28 - at).padStart(2, '0')}`,
    state: states[at % 4]!,
    attempts: isWaiting ? 3 : 0,
    lastAnswer: isWaiting ? say('STATEMENT_CREATING') : null,
    fileName: isWaiting ? null : say('wechat_20260228.csv'),
    fileSha256: isWaiting ? null : new Uint8Array(32).fill(171),
    payments: 1_204,
    refunds: 3,
    payment: money(18_400_000),
    refund: money(120_000),
    feeMillifen: 109_680_500n,
    ourPayment: money(18_390_000 + at * 1_000),
    ourRefund: money(120_000),
    settled: money(18_270_000),
    attemptedAt: isWaiting ? ago(60) : null,
    importedAt: isWaiting ? null : ago(600),
    matchedAt: at % 4 > 1 ? ago(500) : null,
    closedAt: at % 4 === 3 ? ago(400) : null,
    open: at % 4 === 2 ? 4 : 0,
    openSum: at % 4 === 2 ? money(10_000) : ZERO,
  }
}

const aDifference = (say: Say, at: number): DifferenceView => ({
  id: id(at + 1),
  channel: at % 2 === 0 ? 'wechat' : 'alipay',
  billDate: '2026-02-27',
  kind: KIND_VALUES[at % KIND_VALUES.length]!,
  state: STATE_VALUES[at % STATE_VALUES.length]!,
  ours: at % 3 === 0 ? null : money(10_000),
  billed: at % 3 === 1 ? null : money(9_950),
  operatorName: at % 4 === 3 ? null : say('杭州幻境数字娱乐'),
  ownerName: at % 2 === 0 ? null : say('张发财'),
  number: say('019c5c6e0f7a7b2e8c417a0f2d3e4f50'),
  providerNo: say('4200001234202602270000000001'),
  dueOn: at % 6 === 2 ? '2026-03-31' : null,
  reason: say('渠道确认只收到这么多'),
})

function aCase(say: Say, at: number): DifferenceCase {
  const journal = {
    seq: 41n,
    at: ago(900),
    debit: 'clearing:wechat',
    credit: 'operator',
    amount: money(10_000),
    description: say('微信支付充值'),
  }
  const base = aDifference(say, at)
  const isProposed = base.state === 'proposed' || base.state === 'resolved'
  return {
    ...base,
    foundAt: ago(800),
    closedAt: base.state === 'resolved' || base.state === 'vanished' ? ago(10) : null,
    action: isProposed ? 'correct' : null,
    proposedAt: isProposed ? ago(60) : null,
    proposerName: isProposed ? say('李会计') : null,
    approvedAt: base.state === 'resolved' ? ago(10) : null,
    approverName: base.state === 'resolved' ? say('王总') : null,
    actionOperator: isProposed ? say('杭州幻境数字娱乐') : null,
    order:
      base.kind === 'state'
        ? null
        : {
            amount: money(10_000),
            status: 'success',
            outTradeNo: say('019c5c6e'),
            providerTxnId: say('42000012'),
            createdAt: ago(950),
            paidAt: ago(900),
          },
    payout:
      base.kind === 'state'
        ? {
            amount: money(2_000),
            status: 'abnormal',
            outRefundNo: say('r019c5c6e'),
            refundId: id(70),
            createdAt: ago(900),
            finishedAt: null,
          }
        : null,
    journal: base.kind === 'long' ? null : journal,
    resolution: base.state === 'resolved' ? { ...journal, seq: 42n } : null,
    line:
      base.kind === 'short'
        ? null
        : {
            ...{ no: 12, kind: 'payment', amount: money(9_950), feeMillifen: 60_001n, state: say('SUCCESS'), at: ago(900) },
            ...{ ourNo: say('019c5c6e'), providerNo: say('42000012'), refundNo: null },
          },
  }
}

const caseProps = (say: Say, at: number, more: Partial<DifferencePageProps> = {}): DifferencePageProps => ({
  difference: aCase(say, at),
  ageDays: 3,
  feeLines: [],
  actions: ['credit', 'quarantine'],
  asksOperator: true,
  maySettle: true,
  mayResolve: true,
  isOwn: false,
  typed: {
    action: 'credit',
    reason: say('短'),
    operator: say('nobody'),
    owner: say('s_zhang'),
    due_on: say('2026-03-31'),
    rejection: '',
    carry_reason: '',
  },
  errors: {},
  message: null,
  ...more,
})

/** Finance's reconciliation in its states. */
export function reconciliationSamples(say: Say): Sample[] {
  const viewer = staff(say, 'finance', 'manager')
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer, page })
  const proof = {
    settled: money(9_000),
    gaps: money(50),
    unbilled: money(700),
    unbilledRows: 3,
    missing: ZERO,
    reversed: ZERO,
    fees: money(40),
  }
  const proofs = [
    { channel: 'wechat' as const, balance: money(9_710), ...proof, agrees: true },
    { channel: 'alipay' as const, balance: money(9_711), ...proof, agrees: false },
  ]
  const month = { now: NOW, month: '2026-02', previous: '2026-01', next: null, proofs }
  const none = { todo: 0, proposed: 0, carried: 0, overdue: 0 }
  const days = Array.from({ length: 8 }, (_, n) => aDay(say, n))
  const differences = Array.from({ length: 12 }, (_, n) => aDifference(say, n))
  const sums = { rows: 12, ours: money(80_000), billed: money(79_600) }
  const feeLine = { no: 7, ourNo: say('019c5c6e'), kind: 'payment' as const, amount: money(10_000), feeMillifen: 100_000n, at: ago(900) }
  const errors = {
    action: say('该差异不能这样处理'),
    operator: say('没有这个运营商账号'),
    reason: say('至少10个字符'),
    owner: say('没有这个财务人员'),
  }
  const path = '/finance/reconciliation'
  const casePath = `${path}/differences/diff_${id(1)}`
  return [
    at('reconciliation', path, <ReconciliationPage {...month} days={days} counts={{ todo: 4, proposed: 1, carried: 1, overdue: 2 }} />),
    at('reconciliation-empty', path, <ReconciliationPage {...month} next="2026-03" days={[]} counts={none} />),
    at(
      'reconciliation-unbilled',
      `${path}/unbilled/wechat`,
      <UnbilledPage
        channel="wechat"
        rows={[{ at: ago(5), operatorName: say('杭州幻境数字娱乐'), signed: money(-500), description: say('原路退至付款账户'), seq: 8n }]}
      />,
    ),
    at('bill-day', `${path}/days/alipay/2026-02-25`, <BillDayPage bill={days[3]!} differences={differences} mayResolve message={null} />),
    at(
      'bill-day-waiting',
      `${path}/days/wechat/2026-02-28`,
      <BillDayPage bill={days[0]!} differences={[]} mayResolve message={say('渠道暂无账单')} />,
    ),
    at(
      'differences',
      `${path}/differences`,
      <DifferencesPage differences={slice(differences)} sums={sums} filter={{ state: 'todo', kind: 'long' }} />,
    ),
    at('differences-empty', `${path}/differences`, <DifferencesPage differences={slice([])} sums={{ ...sums, rows: 0 }} filter={{}} />),
    at('difference-open', casePath, <DifferencePage {...caseProps(say, 1, { errors, feeLines: [feeLine] })} />),
    at('difference-proposed', casePath, <DifferencePage {...caseProps(say, 3)} />),
    at('difference-own', casePath, <DifferencePage {...caseProps(say, 3, { isOwn: true, message: say('余额不足') })} />),
    at('difference-resolved', casePath, <DifferencePage {...caseProps(say, 4)} />),
    at('difference-vanished', casePath, <DifferencePage {...caseProps(say, 5)} />),
  ]
}

import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { money, ZERO } from '#src/core/money'
import { OperatorPage, type OperatorProps } from '#views/admin/operator'
import { OperatorCallsPage } from '#views/admin/operator-calls'
import { OperatorGrantsPage } from '#views/admin/operator-grants'
import { OperatorMoneyPage, type OperatorMoneyProps } from '#views/admin/operator-money'
import { OperatorStaffActsPage } from '#views/admin/operator-staff-acts'
import { OperatorStoryPage, type OperatorStoryProps } from '#views/admin/operator-story'
import { OperatorsPage } from '#views/admin/operators'
import type { StaffViewer } from '#views/page-context'
import { customerSamples, operatorFormSamples, siteSamplesOfStaff } from './operator-form-samples'
import { anOperator, closed, evidence, locked, NO_FILTER, ONE } from './operator-scene'
import { type At, ago, DAY, id, type Sample, slice } from './sample-parts'
import { NOW, type Say, staff } from './sample-props'

const MAY = [
  'operator:view',
  'operator:create',
  'operator:edit',
  'operator:lock',
  'operator:category',
  'operator:deactivate',
  'operator:apikey_view',
  'operator:apikey_reset',
  'operator:grant',
  'site:view',
  'site:manage',
  'authorization:view',
  'authorization:grant',
  'transaction:view',
  'audit:view',
  'customer:view',
]
const REQUEST = '0f3c1d2e-6a51-4a0e-9c11-2f6d3c8e1a55'

/** Operators and sites for administrators, customers for finance, in their states. */
export function operatorSamples(say: Say): Sample[] {
  const admin: StaffViewer = { ...staff(say, 'admin', 'admin'), permissions: MAY }
  const finance: StaffViewer = { ...staff(say, 'finance', 'manager'), permissions: MAY }
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: admin, page })
  const few = (name: string, path: string, page: VNode): Sample => ({
    name,
    path,
    viewer: { ...admin, permissions: ['operator:view'] },
    page,
  })
  const desk = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: finance, page })
  return [
    ...lists(say, at),
    ...details(say, at, few),
    ...operatorFormSamples(say, at),
    ...siteSamplesOfStaff(say, at),
    ...customerSamples(say, desk),
  ]
}

const PATH = '/admin/operators'

function lists(say: Say, at: At): Sample[] {
  const rows = [anOperator(say), { ...locked(say), id: id(2) }, { ...closed(say), id: id(3) }]
  const sums = { operators: 3, locked: 1, balance: money(2_568_100), consumed: money(22_800_000) }
  const none = { operators: 0, locked: 0, balance: ZERO, consumed: ZERO }
  return [
    at('operators', PATH, <OperatorsPage operators={slice(rows, null, id(3))} sums={sums} filter={NO_FILTER} sort="newest" />),
    at(
      'operators-empty',
      PATH,
      <OperatorsPage operators={slice<(typeof rows)[number]>([])} sums={none} filter={NO_FILTER} sort="newest" />,
    ),
    at(
      'operators-none',
      `${PATH}?keyword=x`,
      <OperatorsPage
        operators={slice<(typeof rows)[number]>([])}
        sums={none}
        filter={{ keyword: say('没有这家'), category: 'vip', state: 'locked', includeClosed: true }}
        sort="balance_least"
      />,
    ),
  ]
}

function details(say: Say, at: At, few: At): Sample[] {
  const operator = anOperator(say)
  const dates = dayRange({ from: '2026-03-01', to: '2026-03-04' }, NOW)
  const played = { games: 23, players: 71, amount: money(134_400) }
  const days = Array.from({ length: 30 }, (_, n) => ({ ...played, day: `2026-02-${String((n % 28) + 1).padStart(2, '0')}`, games: n }))
  const figures = { sessions: 7_898, applications: 5, sites: 3 }
  const compared = { today: played, month: played, monthBefore: played, days }
  const lastCall = { at: ago(40), ip: say('192.0.2.10'), siteName: say('西湖银泰店') }
  const page = (of: OperatorProps['operator'], more: Partial<OperatorProps> = {}) => (
    <OperatorPage now={NOW} operator={of} figures={figures} played={compared} lastCall={lastCall} evidence={null} {...more} />
  )
  const calls = (['accepted', 'replayed', 'refused'] as const).map((result, n) => ({
    at: ago(n * 40),
    requestId: id(n + 50),
    operation: 'authorize' as const,
    result,
    code: result === 'refused' ? say('INVALID_SIGNATURE') : null,
    ip: say('192.0.2.10'),
    siteName: n === 1 ? null : say('西湖银泰店'),
    key: 'present' as const,
  }))
  return [
    at('operator-one', ONE, page(operator)),
    few('operator-one-few', ONE, page(operator, { lastCall: null })),
    at('operator-one-locked', ONE, page(locked(say), { evidence: evidence(say) })),
    at('operator-one-closed', ONE, page(closed(say), { lastCall: null })),
    at('operator-story', `${ONE}/timeline`, <OperatorStoryPage operator={operator} {...aStory(say)} />),
    at(
      'operator-story-none',
      `${ONE}/timeline?chapter=keys`,
      <OperatorStoryPage
        operator={operator}
        story={slice<OperatorStoryProps['story']['rows'][number]>([])}
        games={{}}
        chapter="keys"
        dates={dates}
      />,
    ),
    at('operator-grants', `${ONE}/grants`, <OperatorGrantsPage operator={operator} {...someGrants(say)} />),
    at(
      'operator-grants-empty',
      `${ONE}/grants`,
      <OperatorGrantsPage operator={closed(say)} grants={{ total: 0, grants: [] }} requests={{ total: 0, requests: [] }} />,
    ),
    at('operator-money', `${ONE}/money`, <OperatorMoneyPage operator={operator} {...someMoney(say)} kind="recharge" dates={dates} />),
    at(
      'operator-money-empty',
      `${ONE}/money`,
      <OperatorMoneyPage
        operator={operator}
        transactions={slice<OperatorMoneyProps['transactions']['rows'][number]>([])}
        sums={{ rows: 0, in: ZERO, out: ZERO }}
        kind={undefined}
        dates={dayRange({}, NOW)}
      />,
    ),
    at('operator-calls', `${ONE}/calls`, <OperatorCallsPage operator={operator} calls={slice(calls, null, id(52))} outcome={undefined} />),
    at(
      'operator-calls-none',
      `${ONE}/calls`,
      <OperatorCallsPage operator={operator} calls={slice<(typeof calls)[number]>([])} outcome="refused" />,
    ),
    at(
      'operator-calls-empty',
      `${ONE}/calls`,
      <OperatorCallsPage operator={operator} calls={slice<(typeof calls)[number]>([])} outcome={undefined} />,
    ),
    ...staffActs(say, at, operator),
  ]
}

function staffActs(say: Say, at: At, operator: OperatorProps['operator']): Sample[] {
  const acts = [
    {
      operation: 'operator_category',
      details: { before: { category: 'normal' }, after: { category: say('vip'), pinned: true }, reason: say('季度评定') },
    },
    { operation: 'something_new', details: { after: { colour: say('blue') } } },
    { operation: 'authorization_grant', details: { app_id: id(5), amount: '12.00', name: say('西湖银泰店') } },
  ].map((act, n) => ({
    ...act,
    seq: BigInt(n + 1),
    at: ago(n * 900),
    actorName: say('李薇'),
    actorRole: n === 1 ? say('robot') : 'admin',
    ip: n === 2 ? null : say('203.0.113.7'),
    requestId: n === 2 ? null : REQUEST,
  }))
  return [
    at(
      'operator-staff',
      `${ONE}/staff-actions`,
      <OperatorStaffActsPage operator={operator} acts={slice(acts, '3', '1')} games={{ [id(5)]: say('星际矿工') }} />,
    ),
    at(
      'operator-staff-empty',
      `${ONE}/staff-actions`,
      <OperatorStaffActsPage operator={operator} acts={slice<(typeof acts)[number]>([])} games={{}} />,
    ),
  ]
}

function aStory(say: Say): Pick<OperatorStoryProps, 'story' | 'games' | 'chapter' | 'dates'> {
  const base = {
    actorKind: null,
    actorName: null,
    details: null,
    requestId: null,
    amount: null,
    balanceAfter: null,
    seq: null,
    day: null,
    games: null,
    players: null,
  }
  const event = (n: number, more: object) => ({ ...base, id: id(n), cursor: `${n}_${id(n)}`, at: ago(n * 600), ...more })
  const act = (n: number, what: string, more: object = {}) =>
    event(n, {
      kind: 'act',
      what,
      actorKind: 'staff',
      actorName: say('李薇'),
      requestId: REQUEST,
      details: { reason: say('电话核实') },
      ...more,
    })
  const entry = (n: number, what: string, amount: number) =>
    event(n, {
      kind: 'entry',
      what,
      amount: money(amount),
      balanceAfter: money(1_284_050),
      seq: BigInt(n),
      details: { description: say('微信支付充值') },
    })
  const rows = [
    event(1, { kind: 'games', what: 'games', day: '2026-03-05', games: 23, players: 71, amount: money(134_400) }),
    act(2, 'operator_lock'),
    act(3, 'login', { actorKind: 'operator', details: { failures: 3 } }),
    event(9, { kind: 'failure', what: 'sign_in', details: { ip: say('203.0.113.9') } }),
    act(4, 'operator_update', { details: { before: { name: say('旧名') }, after: { name: say('新名') } } }),
    act(5, 'something_new', { actorKind: 'system', requestId: null, details: null }),
    entry(6, 'recharge', 200_000),
    entry(7, 'refund', -50_000),
    entry(8, 'refund_payout', 0),
  ]
  return { story: slice(rows as never, null, 'next'), games: { [id(5)]: say('星际矿工') }, chapter: undefined, dates: dayRange({}, NOW) }
}

const someGrants = (say: Say) => ({
  grants: {
    total: 3,
    grants: (['active', 'expired', 'revoked'] as const).map((status, n) => ({
      id: id(n),
      appName: say('星际矿工'),
      authorizedAt: ago(100 * DAY),
      expiresAt: status === 'expired' ? ago(DAY) : null,
      revokedAt: status === 'revoked' ? ago(DAY) : null,
      revokeReason: status === 'revoked' ? say('合同到期') : null,
      note: n === 0 ? say('先开通三个月') : null,
      status,
    })),
  },
  requests: {
    total: 2,
    requests: (['pending', 'rejected'] as const).map((status, n) => ({
      id: id(n),
      appName: say('星际矿工'),
      reason: say('新店开业，需要一款四人合作的游戏'),
      status,
      rejectReason: status === 'rejected' ? say('暂不对试用客户开放') : null,
      reviewerName: status === 'rejected' ? say('李薇') : null,
      createdAt: ago(3 * DAY),
    })),
  },
})

const someMoney = (say: Say) => ({
  sums: { rows: 3, in: money(200_000), out: money(9_600) },
  transactions: slice(
    (['recharge', 'consumption', 'refund', 'adjustment'] as const).map((kind, n) => ({
      id: id(n),
      seq: BigInt(700 - n),
      at: ago(n * 700),
      kind,
      direction: kind === 'recharge' ? ('in' as const) : ('out' as const),
      amount: money(4_800),
      balanceAfter: money(1_284_050),
      orderId: kind === 'recharge' ? id(8) : null,
      refundId: kind === 'refund' ? id(9) : null,
      usageId: kind === 'consumption' ? id(7) : null,
      description: say('星际防线 · 4 人'),
    })),
    null,
    '697',
  ),
})

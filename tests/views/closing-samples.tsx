import { money, ZERO } from '#src/core/money'
import { addDays, businessDay } from '#src/core/time'
import { ClosingPage } from '#views/finance/closing'
import { ClosingDayPage } from '#views/finance/closing-day'
import type { AccountView } from '#views/finance/closing-parts'
import { ProofsPage } from '#views/finance/proofs'
import { ago, DAY, id } from './sample-parts'
import { NOW, type Say } from './sample-props'

const account = (name: AccountView['account'], opening: number, debit: number, credit: number): AccountView => ({
  account: name,
  opening: money(opening),
  debit: money(debit),
  credit: money(credit),
  closing: money(opening + debit - credit),
})
const ACCOUNTS: readonly AccountView[] = [
  account('operator', -128_493_045, 2_941_205, 3_280_000),
  account('refund_payable', 0, 118_000, 118_000),
  account('suspense', -12_000, 0, 0),
  account('clearing:wechat', 88_000_000, 2_000_000, 118_000),
  account('clearing:alipay', 71_000_000, 1_280_000, 0),
  account('clearing:bank', 1_000_000, 0, 0),
  account('revenue', -31_500_000, 0, 2_823_205),
  account('channel_fees', 5_045, 0, 0),
  account('adjustments', 0, 0, 0),
]
const BILLS = [
  { channel: 'wechat' as const, state: 'closed' as const, ours: money(1_882_000), billed: money(1_882_000), open: 0, carried: 0 },
  { channel: 'alipay' as const, state: 'matched' as const, ours: money(1_280_000), billed: money(1_279_900), open: 1, carried: 2 },
]
const KINDS = [
  { kind: 'recharge', direction: 'in' as const, rows: 41, amount: money(3_280_000) },
  { kind: 'consumption', direction: 'out' as const, rows: 812, amount: money(2_823_205) },
  { kind: 'refund', direction: 'out' as const, rows: 2, amount: money(118_000) },
  { kind: 'refund_payout', direction: 'between' as const, rows: 2, amount: money(118_000) },
]
const KEYS = ['over', 'order', 'trial', 'balances', 'games', 'proof', 'bills'] as const

/** Days of the books, open and closed, and the proofs of the ledger. */
export function closingSamples(say: Say) {
  const path = '/finance/closing'
  const days = Array.from({ length: 5 }, (_, at) => ({
    day: businessDay(addDays(NOW, -at)),
    opening: money(128_000_000),
    in: at === 3 ? ZERO : money(3_280_000),
    out: at === 3 ? ZERO : money(2_941_205),
    closing: money(128_338_795),
    closed: at < 2 ? null : { at: ago(at * 80_000), by: say('张发财'), hash: 'ab12'.repeat(16) },
  }))
  const open = (states: 'ok' | 'mixed', mayClose: boolean) => ({
    checks: KEYS.map((key, at) => ({ key, state: states === 'ok' ? ('ok' as const) : (['ok', 'waiting', 'bad'] as const)[at % 3]! })),
    bills: states === 'ok' ? BILLS.slice(0, 1) : BILLS,
    kinds: KINDS,
    mayClose,
  })
  const facts = {
    games: { count: 812, amount: '28232.05' },
    kinds: KINDS.map((row) => ({ ...row, amount: '28232.05' })),
    bills: BILLS.map((bill) => ({ ...bill, ours: '18820.00', billed: '-12.00' })),
    proof: { finished_at: '2026-03-04T20:00:12.000Z', transactions: '10234112' },
  }
  const closed = { at: ago(9_000), by: say('张发财'), hash: 'ab12'.repeat(16), prevHash: '0'.repeat(64), facts }
  const proof = (at: number, findings: unknown[]) => ({
    id: id(at),
    operators: 1_284,
    transactions: 10_234_112n,
    drift: money(findings.length > 0 ? 1_200 : 0),
    findings,
    startedAt: ago(at * DAY + 190),
    finishedAt: ago(at * DAY),
  })
  const day = { day: '2026-03-04', now: NOW, message: null, accounts: ACCOUNTS }
  const finding = { rule: 'I10', row: 'seq 12', text: say('its hash does not match its content') }
  const list = { now: NOW, month: '2026-03', previous: '2026-02', next: null, days, mayClose: true }
  return [
    { name: 'closing', path, page: <ClosingPage {...list} state={{ last: '2026-03-03', next: '2026-03-04', behind: 1 }} /> },
    {
      name: 'closing-never',
      path,
      page: <ClosingPage {...list} days={[]} next="2026-04" mayClose={false} state={{ last: null, next: null, behind: 0 }} />,
    },
    { name: 'closing-day', path: `${path}/days/2026-03-04`, page: <ClosingDayPage {...day} closing={null} open={open('ok', true)} /> },
    {
      name: 'closing-day-waits',
      path: `${path}/days/2026-03-04`,
      page: <ClosingDayPage {...day} message={say('还有未满足的条件，不能日结')} closing={null} open={open('mixed', true)} />,
    },
    {
      name: 'closing-day-auditor',
      path: `${path}/days/2026-03-04`,
      page: <ClosingDayPage {...day} closing={null} open={{ ...open('ok', false), bills: [], kinds: [] }} />,
    },
    { name: 'closing-day-closed', path: `${path}/days/2026-03-04`, page: <ClosingDayPage {...day} closing={closed} isIntact /> },
    { name: 'closing-day-broken', path: `${path}/days/2026-03-04`, page: <ClosingDayPage {...day} closing={closed} isIntact={false} /> },
    { name: 'proofs', path: `${path}/proofs`, page: <ProofsPage proofs={[proof(0, []), proof(1, [finding])]} mayProve message={null} /> },
    { name: 'proofs-found', path: `${path}/proofs`, page: <ProofsPage proofs={[proof(0, [finding])]} mayProve={false} message={null} /> },
    { name: 'proofs-empty', path: `${path}/proofs`, page: <ProofsPage proofs={[]} mayProve={false} message={say('该任务正在运行')} /> },
  ]
}

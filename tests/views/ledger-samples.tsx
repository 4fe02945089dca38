import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { minus, money, plus, ZERO } from '#src/core/money'
import { addDays, businessDay } from '#src/core/time'
import { ExportsPage, type ExportView } from '#views/operator/exports'
import { LedgerPage } from '#views/operator/ledger'
import { StatementPage } from '#views/operator/statement'
import { MOVEMENTS, TransactionsPage, type TransactionView } from '#views/operator/transactions'
import { ago, id, type Sample, slice } from './sample-parts'
import { LONG, NOW, operator, type Say } from './sample-props'

const WORDS = { recharge: '微信支付充值', consumption: '星际防线 4 人', refund: '退款至原支付渠道', adjustment: '活动赠送' } as const
const HASH = '7905356e2137db300fd7841a795a4ac3da944f12859cdae4772a77ee4e0c6cac'

function rowsOf(say: Say): TransactionView[] {
  let balance = money(1_284_050)
  return Array.from({ length: 12 }, (_, at) => {
    const kind = MOVEMENTS[at % 4]!
    const [direction, amount] = [kind === 'recharge' || at === 3 ? ('in' as const) : ('out' as const), money(12_345 + at * 999)]
    const before = direction === 'in' ? minus(balance, amount) : plus(balance, amount)
    const row: TransactionView = {
      id: id(at + 1),
      seq: BigInt(719 - at),
      at: ago(at * 4_000),
      kind,
      direction,
      amount,
      balanceBefore: before,
      balanceAfter: balance,
      usageId: kind === 'consumption' ? id(at + 100) : null,
      orderId: kind === 'recharge' ? id(at + 200) : null,
      refundId: kind === 'refund' ? id(at + 300) : null,
      channel: kind === 'recharge' ? (['wechat', 'alipay', 'bank'] as const)[at % 3]! : null,
      description: say(WORDS[kind]),
    }
    balance = before
    return row
  })
}

const SUMS = { rows: 12_719, in: money(1_986_000), out: money(1_946_900) }

function aStatement(days: number) {
  const rows = Array.from({ length: days }, (_, at) => ({
    day: businessDay(addDays(NOW, at - days)),
    rows: 14 + at,
    opening: money(66_600 + at * 51_100),
    in: at % 3 === 0 ? money(100_000) : ZERO,
    out: money(48_900),
    closing: money(66_600 + (at + 1) * 51_100),
  }))
  const sums = days === 0 ? { rows: 0, in: ZERO, out: ZERO } : SUMS
  const kinds = MOVEMENTS.map((kind) => ({
    kind,
    rows: 7,
    in: kind === 'recharge' ? money(800_000) : ZERO,
    out: kind === 'recharge' ? ZERO : money(738_800),
  }))
  return {
    first: '2026-02-01',
    last: '2026-02-28',
    opening: money(66_600),
    closing: money(127_800),
    ...sums,
    days: rows,
    kinds: days === 0 ? [] : kinds,
  }
}

function filesOf(say: Say): ExportView[] {
  const states = ['queued', 'running', 'ready', 'failed', 'expired'] as const
  return states.map((status, at) => ({
    id: id(at + 1),
    title: (['export.kind.usage', 'export.kind.transactions', 'export.kind.statistics'] as const)[at % 3]!,
    format: at % 2 === 0 ? 'excel' : 'csv',
    status,
    rowsDone: status === 'running' ? 42_000 : status === 'queued' ? 0 : 100_000,
    rowsTotal: 100_000,
    fileName: say('usage_20260305.xlsx'),
    fileBytes: status === 'ready' || status === 'expired' ? 5_518_770n : null,
    fileSha256: status === 'ready' || status === 'expired' ? new Uint8Array(32).fill(at + 17) : null,
    createdAt: ago(at * 40_000),
    expiresAt: status === 'ready' || status === 'expired' ? addDays(NOW, 3 - at) : null,
  }))
}

/** Transactions, statements, the proof of the ledger and exports in their states. */
export function ledgerSamples(say: Say): Sample[] {
  const viewer = operator(say, money(1_284_050))
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer, page })
  const [all, month] = [dayRange({}, NOW), dayRange({ range: 'month' }, NOW)]
  const none = { rows: 0, in: ZERO, out: ZERO }
  const rows = rowsOf(say)
  const head = { seq: 719n, hash: HASH, balance: money(39_100), at: NOW }
  const ledger = { now: NOW, operatorId: id(1), head, kept: { value: '', error: null } }
  const checked = { first: 1n, last: 719n, next: null, faults: [], seconds: 0.052, keptSeq: null }
  const faults = (['seq', 'link', 'hash', 'balance', 'sum', 'head', 'kept'] as const).map((kind, index) => ({
    kind,
    seq: BigInt(index + 5),
  }))
  const files = filesOf(say)
  return [
    at(
      'transactions',
      '/operator/transactions',
      <TransactionsPage transactions={slice(rows, null, '707')} sums={SUMS} kind={undefined} dates={all} />,
    ),
    at(
      'transactions-empty',
      '/operator/transactions',
      <TransactionsPage transactions={slice([])} sums={none} kind={undefined} dates={all} />,
    ),
    at(
      'transactions-filtered',
      '/operator/transactions?type=refund&range=month',
      <TransactionsPage transactions={slice([])} sums={none} kind="refund" dates={month} />,
    ),
    at(
      'transactions-long',
      '/operator/transactions',
      <TransactionsPage
        transactions={slice(
          rowsOf(() => say(LONG.repeat(3))),
          '719',
          '707',
        )}
        sums={SUMS}
        kind="recharge"
        dates={month}
      />,
    ),
    at('statement', '/operator/statement', <StatementPage dates={month} statement={aStatement(28)} />),
    at('statement-empty', '/operator/statement', <StatementPage dates={month} statement={aStatement(0)} />),
    at('ledger', '/operator/ledger', <LedgerPage {...ledger} result={null} />),
    at('ledger-empty', '/operator/ledger', <LedgerPage {...ledger} head={{ ...head, seq: 0n, at: null }} result={null} />),
    at('ledger-sound', '/operator/ledger', <LedgerPage {...ledger} result={{ ...checked, keptSeq: 12n }} />),
    at('ledger-part', '/operator/ledger', <LedgerPage {...ledger} result={{ ...checked, last: 200n, next: 201n }} />),
    at('ledger-broken', '/operator/ledger', <LedgerPage {...ledger} result={{ ...checked, faults }} />),
    at('ledger-kept-refused', '/operator/ledger', <LedgerPage {...ledger} result={null} kept={{ value: say('719'), error: say('7-?') }} />),
    at('exports', '/operator/exports', <ExportsPage at="/operator/exports" exports={slice(files)} refusal={null} />),
    at('exports-empty', '/operator/exports', <ExportsPage at="/operator/exports" exports={slice([])} refusal={null} />),
    at(
      'exports-refused',
      '/operator/exports',
      <ExportsPage at="/operator/exports" exports={slice(files.slice(2))} refusal={say('请求参数验证失败：已有 3 个导出在进行')} />,
    ),
  ]
}

import { describe, expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { instant } from '#src/core/time'
import { assetUrls } from '#src/platform/assets'
import { staff } from '#tests/views/sample-props'
import { contextOf } from '#tests/views/samples'
import { renderPage } from '#views/render'
import { AuditLogPage } from '#views/staff/audit-log'
import { AuditLogsPage, type AuditRowView } from '#views/staff/audit-logs'

const ORDER = newId()
const SHA = 'ab'.repeat(32)

/** Details as the product writes them, and what people read of them in the list. */
const TOLD: [string, Record<string, unknown>, string, string][] = [
  ['login', { door: 'pages', session_id: newId() }, '入口 网页', 'Door web pages'],
  [
    'recharge_order',
    { amount: '30000.00', payment_method: 'bank', voucher_sha256: SHA },
    '金额 ¥30,000.00；支付方式 银行转账',
    'Amount ¥30,000.00; Method bank transfer',
  ],
  [
    'invoice_request',
    { amount: '88.00', invoice_type: 'vat_normal', order_id: ORDER },
    '金额 ¥88.00；发票类型 增值税普通发票',
    'Amount ¥88.00; Invoice type Ordinary VAT invoice',
  ],
  [
    'refund_approve',
    { note: '已电话核实', plan: [{ amount: '500.00', channel: 'wechat' }], actual: '600.00' },
    '已电话核实；实退金额 ¥600.00',
    '已电话核实; Actual ¥600.00',
  ],
  [
    'operator_category',
    { before: { category: 'trial', pinned: false }, after: { category: 'normal', pinned: true } },
    '客户分类 试用 → 普通；固定分类 否 → 是',
    'Tier Trial → Standard; Pinned no → yes',
  ],
  [
    'staff_grant',
    { before: { granted: [] }, after: { granted: ['invoice:review', 'report:generate'] } },
    '授予的权限 – → 审核发票、生成报表',
    'Granted keys – → Review invoices, Generate reports',
  ],
  [
    'config_update',
    { before: '5000.00', after: '6000.00', reason: '季度调整' },
    '季度调整；¥5,000.00 → ¥6,000.00',
    '季度调整; ¥5,000.00 → ¥6,000.00',
  ],
  [
    'payment_quarantine',
    { cause: 'amount', amount: '290.00', channel: 'wechat' },
    '起因 金额不符；金额 ¥290.00；渠道 微信支付',
    'Cause Other amount; Amount ¥290.00; Channel WeChat Pay',
  ],
  ['site_create', { name: '12.00', operator_id: ORDER, elsewhere: 'raw_word' }, '名称 12.00', 'Name 12.00'],
  ['job_run', { scheduled_for: '2026-03-05T06:20:00.000Z' }, '计划时间 2026-03-05 14:20:00', 'Scheduled for 2026-03-05 14:20:00'],
]

const rowOf = (operation: string, details: Record<string, unknown>): AuditRowView => ({
  id: newId(),
  seq: 7n,
  actorKind: 'system',
  actorId: null,
  actorName: '系统',
  actorRole: 'system',
  operation,
  targetKind: null,
  targetId: null,
  details,
  ip: null,
  createdAt: instant('2026-03-05T06:20:00.000Z'),
})

const shown = (language: 'zh' | 'en', page: Parameters<typeof renderPage>[1]): string =>
  renderPage(
    contextOf(
      { name: 'audit', path: '/admin/audit-logs', viewer: staff((usual) => usual, 'admin', 'super_admin'), page: page as never },
      { language, theme: 'auto' },
      assetUrls,
    ),
    page,
  )

describe.each(TOLD)('%s is told in people’s words', (operation, details, zh, en) => {
  const rows = { rows: [rowOf(operation, details)], previous: null, next: null }
  const list = (
    <AuditLogsPage
      rows={rows as never}
      scope="all"
      people={[]}
      filter={{ who: '', operation: '', about: '' }}
      range={{ stretch: null } as never}
    />
  )
  test.each([
    ['zh', zh],
    ['en', en],
  ] as const)('%s', (language, words) => {
    const html = shown(language, list)
    expect(html).toContain(`>${words}<`)
    if (language === 'en') expect(html).not.toContain('系统')
  })
})

test('the page of an entry keeps every number, and shows amounts, moments and our words as people read them', () => {
  const entry = {
    ...rowOf('recharge_credit', {
      amount: '500.00',
      payment_method: 'wechat',
      paid_at: '2026-11-21T18:03:00.000Z',
      order_id: ORDER,
      sha256: SHA,
    }),
    userAgent: null,
    requestId: null,
    hash: SHA,
    prevHash: SHA,
  }
  const html = shown('zh', <AuditLogPage entry={entry} seesOthers />)
  for (const words of ['¥500.00', '微信支付', '2026-11-22 02:03:00', ORDER, SHA]) expect(html).toContain(words)
  expect(html).not.toContain('>wechat<')
})

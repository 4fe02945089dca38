import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { alertFacts } from '#src/core/alert-details'
import { alertSource } from '#src/core/alert-source'
import { newId } from '#src/core/ids'
import { isPlainKey, keysUnder } from '#src/core/text'
import { instant } from '#src/core/time'
import { ALERT_KINDS, type AlertKind } from '#src/notifications/alert-kinds'
import type { AlertRow } from '#src/notifications/alert-list'
import { alertMessage } from '#src/notifications/alert-words'
import { routes } from '#src/routes'

const ROOT = join(import.meta.dir, '../..')
const KINDS = Object.keys(ALERT_KINDS) as AlertKind[]
/** Nobody deals with these on a page: the alert itself is all there is. */
const WITHOUT_PAGE: AlertKind[] = ['payment_notice_refused']

test('each kind has its words in both languages, and no words are of a kind that is gone', () => {
  const named = (prefix: string) => keysUnder(prefix).map((key) => key.slice(prefix.length))
  expect(named('alerts.kind.').sort()).toEqual([...KINDS].sort())
  expect(named('alerts.what.').sort()).toEqual([...KINDS].sort())
})

test('each kind is raised somewhere', async () => {
  const sources = [...new Bun.Glob('{src,workers}/**/*.ts').scanSync(ROOT)].filter(
    (path) => !path.includes('alert-kinds') && !path.includes('alert-source'),
  )
  const code = (await Promise.all(sources.map((path) => Bun.file(join(ROOT, path)).text()))).join('\n')
  expect(KINDS.filter((kind) => !code.includes(`'${kind}'`))).toEqual([])
})

test('each kind has its section in the runbook', async () => {
  const headings = (await Bun.file(join(ROOT, 'deploy/RUNBOOK.md')).text()).split('\n').filter((line) => /^#{2,4} /.test(line))
  expect(KINDS.filter((kind) => !headings.some((line) => new RegExp(`\\b${kind}\\b`).test(line)))).toEqual([])
})

test('each kind leads to a page that is there, on the console of its audience', () => {
  const patterns = routes
    .filter(({ door, method }) => door === 'pages' && method === 'GET')
    .map(({ path, audience }) => ({ audience, at: new RegExp(`^${path.replace(/:[a-z_]+/g, '[^/]+')}$`) }))
  const lost = KINDS.filter((kind) => {
    const path = alertSource({ kind, subject: kind.startsWith('bill_') ? 'wechat 2026-03-01' : newId() })?.split('?')[0]
    if (path === undefined) return !WITHOUT_PAGE.includes(kind)
    const desk = ALERT_KINDS[kind].audience === 'finance' ? 'finance' : 'admin'
    return !patterns.some(({ audience, at }) => audience === desk && at.test(path))
  })
  expect(lost).toEqual([])
})

test('a subject stays one part of an own path', () => {
  expect(alertSource({ kind: 'job_failed', subject: '../../x?y=1#z' })).toBe('/admin/jobs?job=..%2F..%2Fx%3Fy%3D1%23z')
  expect(alertSource({ kind: 'constructor', subject: 'x' })).toBeUndefined()
})

test('facts are words: amounts in yuan, channels by name; what nobody knows stays as it is', () => {
  expect(alertFacts('zh', { amount: '约 3 元', channel: 'wechat', cause: 'keys', constructor: 'x', of_tomorrow: '<b>' })).toEqual([
    { label: '金额', value: '约 3 元' },
    { label: '渠道', value: '微信支付' },
    { label: '触发规则', value: '密钥过多' },
    { label: 'constructor', value: 'x' },
    { label: 'of_tomorrow', value: '<b>' },
  ])
  expect(
    alertFacts('zh', { delivery_error: 'unreachable oapi.dingtalk.com ECONNREFUSED', due_at: '2026-03-05T06:20:41.000Z', name: '' }),
  ).toEqual([
    { label: '错误', value: '连接不上：oapi.dingtalk.com ECONNREFUSED' },
    { label: '应运行于', value: '2026-03-05 14:20:41' },
  ])
  expect(alertFacts('en', { requested: '1280.50' })).toEqual([{ label: 'Requested', value: '¥1,280.50' }])
})

const NOW = instant('2026-03-05T06:00:00.000Z')
const row = (kind: string, more: Partial<AlertRow> = {}): AlertRow => ({
  ...{ id: newId(), kind, subject: newId(), audience: 'finance', details: {}, occurrences: 1 },
  ...{ firstAt: instant('2026-03-04T03:30:00.000Z'), lastAt: NOW, closedAt: null, closedByName: null, note: null },
  ...more,
})
const said = (...given: Parameters<typeof alertMessage>) => {
  const { title, lines } = alertMessage(...given)
  return {
    title,
    words: lines.map((line) => ('url' in line ? `${line.label} ${line.url}` : `${line.label ?? ''} ${line.value}`)).join('\n'),
  }
}

test('a reminder says how long it has been open, an end how long it lasted, who ended it and why', () => {
  expect(said('reminder', [row('refund_pending')], NOW)).toMatchObject({
    title: '提醒：退款待审核',
    words: expect.stringContaining('未处理 26 小时 30 分钟'),
  })
  const over = row('bill_missing', { closedAt: NOW, closedByName: '李薇', note: '渠道已补发账单' })
  const { title, words } = said('settled', [over], NOW)
  expect(title).toBe('恢复：账单未取到')
  for (const part of ['历时 26 小时 30 分钟', '处理人 李薇', '处理说明 渠道已补发账单']) expect(words).toContain(part)
  expect(words).not.toContain('去处理')
})

test('several are counted, the first ten named, and the list linked', () => {
  const many = Array.from({ length: 12 }, (_, n) => row('order_abnormal', { details: { amount: `${n}.00`, operator: '银河乐园' } }))
  const { title, words } = said('opened', many, NOW)
  expect(title).toBe('告警：12 项新告警')
  expect(words).toContain('警告 充值订单异常 银河乐园 ¥9.00 2026-03-04 11:30')
  expect(words).not.toContain('¥10.00')
  expect(words).toContain('另有 2 项')
  expect(words).toMatch(/查看全部 http\S+\/finance\/alerts$/)
})

test('a kind of another release is told by its code', () => {
  expect(said('opened', [row('of_tomorrow')], NOW).title).toBe('警告：of_tomorrow')
  expect(isPlainKey('alerts.kind.of_tomorrow')).toBe(false)
})

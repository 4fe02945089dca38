import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { formatYuan, money, yuan } from '#src/core/money'
import { now } from '#src/core/time'
import { documentOf } from '#src/reports/document'
import type { Section } from '#src/reports/section'
import { openTestDatabase } from '#tests/support/database'
import { pdfPages, pdfText } from '#tests/support/pdf-text'
import { csvRows, unzipped, xlsxRows } from '../exports/read'
import { ALL, bytesOf, made, removeReportFiles, twoMonths } from './scene'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let scene: Awaited<ReturnType<typeof twoMonths>>
beforeAll(async () => {
  database = await openTestDatabase()
  scene = await twoMonths()
})
afterAll(async () => {
  await removeReportFiles(database)
  await database.close()
})

const document = (first: string, last: string) =>
  documentOf({ reportType: 'custom', sections: ALL, language: 'zh', number: 'rpt_1', first, last }, now(), async () => {})
const february = () => document('2026-02-01', '2026-02-28')

const section = ({ sections }: { sections: Section[] }, key: Section['key']) => sections.find((one) => one.key === key)!
/** A table with its cells as people read them. */
function table(part: Section, title: string): unknown[][] {
  const { rows, total } = part.tables.find((one) => one.title === title)!
  const shown = (cell: unknown) => (typeof cell === 'bigint' ? yuan(money(cell)) : cell)
  return [...rows, ...(total ? [total] : [])].map((row) => row.map(shown))
}
const tiles = (part: Section) =>
  Object.fromEntries(part.tiles.map(({ label, value }) => [label, typeof value === 'bigint' ? yuan(value) : value]))

describe('the figures of a month', () => {
  test('money in and out is that of the ledger, its days are those of Shanghai, and the balances follow from it', async () => {
    const income = section(await february(), 'income_summary')
    expect(tiles(income)).toEqual({
      充值: '1100.00',
      退款: '100.00',
      净收入: '1000.00',
      消费: '260.00',
      期初未消费余额: '360.00',
      期末未消费余额: '1100.00',
    })
    expect(table(income, '本期与上期').map((row) => row.slice(0, 4))).toEqual([
      ['充值', '1100.00', '400.00', 175],
      ['退款', '100.00', '0.00', null],
      ['净收入', '1000.00', '400.00', 150],
      ['消费', '260.00', '40.00', 550],
      ['调账增加', '0.00', '0.00', null],
      ['调账减少', '0.00', '0.00', null],
      ['渠道手续费', '0.00', '0.00', null],
    ])
    const days = table(income, '逐日收支')
    expect(days).toHaveLength(29)
    expect(days[0]).toEqual(['2026-02-01', '0.00', '0.00', '0.00', '20.00', '0.00', '340.00'])
    expect(days[27]).toEqual(['2026-02-28', '0.00', '0.00', '0.00', '45.00', '0.00', '1100.00'])
    expect(days[28]).toEqual(['合计', '1100.00', '100.00', '1000.00', '260.00', '0.00', '1100.00'])
    expect(table(income, '充值来源')).toEqual([
      ['银行转账', 2, '1100.00', 100],
      ['合计', 2, '1100.00', 100],
    ])
  })

  test.each(['2026-01-31', '2026-02-14', '2026-02-28', '2026-03-01'])(
    'what is owed at the end of %s is the last balance of every journal',
    async (day) => {
      const { figures } = await document('2026-01-15', day)
      const [row] = await database.owner<{ owed: bigint }[]>`
      SELECT sum(balance_after_fen)::bigint AS owed FROM (
        SELECT DISTINCT ON (operator_id) balance_after_fen FROM transaction_records
        WHERE created_at < (${day}::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' ORDER BY operator_id, seq DESC) last`
      expect(figures.closing).toBe(yuan(money(row!.owed)))
    },
  )

  test('customers are ranked by what they consumed, with shares, and their sum is that of all', async () => {
    expect(table(section(await february(), 'top_customers'), '客户消费排名')).toEqual([
      [1, '幻境未来', 'VIP', 3, '200.00', 76.9, '600.00', '100.00'],
      [2, '星海乐园', '普通', 1, '60.00', 23.1, '500.00', '0.00'],
      [null, '合计', null, 4, '260.00', 100, '1100.00', '100.00'],
    ])
  })

  test('games are counted by game, by size of the party and by site, each of them adding up to the same', async () => {
    const games = section(await february(), 'usage_statistics')
    expect(tiles(games)).toMatchObject({ 游戏场次: 4, 玩家人次: 16, 场均玩家: '4.0', 消费: '260.00', 活跃运营商: 2, 活跃门店: 2 })
    expect(table(games, '按游戏')).toEqual([
      [1, '深海迷踪', 2, 13, 6.5, '195.00', 75],
      [2, '太空探险记', 2, 3, 1.5, '65.00', 25],
      [null, '合计', 4, 16, 4, '260.00', 100],
    ])
    expect(table(games, '按每场人数')).toEqual([
      ['1 人', 1, 25, '45.00'],
      ['2 人', 1, 25, '20.00'],
      ['3–4 人', 1, 25, '60.00'],
      ['5–8 人', 0, 0, '0.00'],
      ['9 人及以上', 1, 25, '135.00'],
      ['合计', 4, 100, '260.00'],
    ])
    expect(table(games, '按门店').map((row) => row[1])).toEqual(['北京门店 · 幻境未来', '上海门店 · 星海乐园', '合计'])
  })

  test('refunds agree with the money part', async () => {
    const refunds = section(await february(), 'refund_summary')
    expect(tiles(refunds)).toMatchObject({ 期间内申请: 1, 期间内批准: 1, 批准金额: '100.00', 账面退款: '100.00', 退回余额: '0.00' })
    expect(table(refunds, '批准的退款')).toHaveLength(1)
  })

  test('a period without anything is a report all the same, and says so', async () => {
    const empty = await document('2025-06-01', '2025-06-30')
    expect(empty.figures).toEqual({ recharge: '0.00', refund: '0.00', net: '0.00', consumption: '0.00', opening: '0.00', closing: '0.00' })
    expect(section(empty, 'top_customers').notes).toEqual(['期间内没有数据。'])
  })
})

describe('the same report as a file', () => {
  test('on paper: its words can be taken out of it, on numbered pages', async () => {
    const report = await made(scene.reviewer.id)
    const bytes = await bytesOf(report)
    const pages = pdfPages(bytes)
    const text = pdfText(bytes)
    expect(pages.length).toBeGreaterThan(1)
    for (const words of [
      '财务月报',
      '2026-02-01 至 2026-02-28',
      `rpt_${report.id}`,
      '收支汇总',
      '大客户',
      '使用统计',
      '退款汇总',
      '幻境未来',
      '北京门店 · 幻境未来',
      '¥1,100.00',
      '76.9%',
      '账本还没有完整校验过',
      `第 1 页，共 ${pages.length} 页`,
    ])
      expect(text.replaceAll('\n', ' ').replace(/\s+/g, ' ')).toContain(words)
    expect(report).toMatchObject({ fileName: 'finance_monthly_20260201_20260228.pdf', fileBytes: BigInt(bytes.length) })
    expect(report.figures).toMatchObject({
      recharge: '1100.00',
      refund: '100.00',
      net: '1000.00',
      consumption: '260.00',
      opening: '360.00',
      closing: '1100.00',
    })
  })

  test('in English, and only with the parts that were asked for', async () => {
    const text = pdfText(await bytesOf(await made(scene.reviewer.id, { language: 'en', sections: ['refund_summary'] })))
    expect(text).toContain('Monthly finance report')
    expect(text).toContain('Approved refunds')
    expect(text).not.toContain('Largest customers')
  })

  test('a year stands on paper by month and in the files by day', async () => {
    const year = { reportType: 'custom', first: '2025-03-01', last: '2026-02-28' } as const
    const text = pdfText(await bytesOf(await made(scene.reviewer.id, year)))
    expect(text).toContain('逐月收支')
    expect(text).toContain('2026-02')
    const rows = csvRows(await bytesOf(await made(scene.reviewer.id, { ...year, format: 'csv' })))
    const days = rows.filter(([first]) => /^\d{4}-\d{2}-\d{2}$/.test(first!))
    expect(days).toHaveLength(365)
    expect(days.at(-1)).toEqual(['2026-02-28', '0.00', '0.00', '0.00', '45.00', '0.00', '1100.00'])
  })

  test('as a workbook: a sheet for each table, amounts as numbers, nothing a formula', async () => {
    await database.owner`UPDATE operator_accounts SET name = '=1+1' WHERE id = ${scene.other.id}`
    const bytes = await bytesOf(await made(scene.reviewer.id, { format: 'excel' }))
    await database.owner`UPDATE operator_accounts SET name = '星海乐园' WHERE id = ${scene.other.id}`
    const sheets = [...unzipped(bytes, 'xl/workbook.xml').matchAll(/<sheet name="([^"]+)"/g)].map(([, name]) => name)
    expect(sheets).toEqual([
      '财务月报',
      '本期与上期',
      '充值来源',
      '逐日收支',
      '客户消费排名',
      '按游戏',
      '按每场人数',
      '按门店',
      '期间内的申请',
      '批准的退款',
    ])
    const cover = await xlsxRows(bytes)
    expect(cover[0]).toEqual(['项目', '内容'])
    expect(cover.find(([label]) => label === '充值')).toEqual(['充值', 1100])
    const customers = unzipped(bytes, 'xl/worksheets/sheet5.xml')
    expect(customers).not.toContain('<f>')
    expect(customers).toContain('<v>200</v>')
    // The head, two rows and the sums, which keep the format of their column.
    const lines = [...customers.matchAll(/<row r="\d+"[^>]*>(.*?)<\/row>/g)].map(([, cells]) => cells!)
    expect(lines).toHaveLength(4)
    const styleOf = (line: string, column: string) => Number(new RegExp(`r="${column}\\d+"[^>]* s="(\\d+)"`).exec(line)?.[1])
    const styles = [
      ...unzipped(bytes, 'xl/styles.xml')
        .split('<cellXfs')[1]!
        .matchAll(/<xf numFmtId="(\d+)" fontId="(\d+)"/g),
    ]
    const money = (line: string) => styles[styleOf(line, 'E')]!.slice(1)
    expect(money(lines[3]!)[0]).toBe(money(lines[1]!)[0]!)
    expect([money(lines[1]!)[1], money(lines[3]!)[1]]).toEqual(['0', '1'])
    expect(unzipped(bytes, 'xl/sharedStrings.xml')).toContain('=1+1')
  })

  test('as CSV: the tables below each other, each under its name, amounts bare', async () => {
    const rows = csvRows(await bytesOf(await made(scene.reviewer.id, { format: 'csv' })))
    const from = rows.findIndex(([first]) => first === '客户消费排名')
    expect(rows.slice(from + 1, from + 3)).toEqual([
      ['名次', '运营商', '等级', '场次', '消费', '占比', '充值', '退款'],
      ['1', '幻境未来', 'VIP', '3', '200.00', '76.9', '600.00', '100.00'],
    ])
    expect(rows.find(([first]) => first === '充值')).toEqual(['充值', '1100.00'])
  })

  test('names are words and never markup, whatever they are', async () => {
    const name = '#eval("1") *b* $x$ <label> \\u{41}'
    await database.owner`UPDATE operator_accounts SET name = ${name} WHERE id = ${scene.one.id}`
    const text = pdfText(await bytesOf(await made(scene.reviewer.id)))
    await database.owner`UPDATE operator_accounts SET name = '幻境未来' WHERE id = ${scene.one.id}`
    expect(text.replaceAll('\n', '').replace(/\s/g, '')).toContain(name.replace(/\s/g, ''))
  })
})

test('what was there plus what moved is what is left, over any stretch', async () => {
  const income = section(await document('2026-01-01', '2026-03-05'), 'income_summary')
  const { 期初未消费余额: opening, 期末未消费余额: closing } = tiles(income)
  expect([opening, closing]).toEqual(['0.00', '1177.00'])
  expect(income.notes[0]).toContain(`期初 ¥0.00，期间变动 ${formatYuan(money(117_700))}`)
})

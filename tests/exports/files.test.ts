import { describe, expect, test } from 'bun:test'
import { money } from '#src/core/money'
import type { Cell, Column, Table } from '#src/core/table'
import { instant } from '#src/core/time'
import { fileBytes } from '#src/exports/file'
import { readAhead } from '#src/platform/files'
import { PAYLOADS } from '../views/payloads'
import { csvRows, unzipped, xlsxRows } from './read'

const COLUMNS: Column[] = [
  { head: '说明', kind: 'text', width: 20 },
  { head: '数量', kind: 'count', width: 10 },
  { head: '金额', kind: 'money', width: 10 },
  { head: '时间', kind: 'moment', width: 20 },
  { head: '日期', kind: 'day', width: 12 },
  { head: '均值', kind: 'average', width: 8 },
]
const table = (rows: Cell[][], columns = COLUMNS): Table => ({
  title: '表',
  columns,
  chunks: (async function* () {
    for (let at = 0; at < rows.length; at += 3) yield rows.slice(at, at + 3)
  })(),
})
const bytesOf = async (format: 'csv' | 'excel', made: Table): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(Buffer.concat(await Array.fromAsync(fileBytes(format, made))))

const AT = instant('2026-03-05T16:20:41.000Z')
const ROW: Cell[] = ['星际防线', 5, money(1_234_567), AT, '2026-03-05', 2.5]

describe('a workbook', () => {
  test('holds numbers as numbers, amounts with two places, times as those of Shanghai', async () => {
    const [head, row] = await xlsxRows(await bytesOf('excel', table([ROW])))
    expect(head).toEqual(['说明', '数量', '金额', '时间', '日期', '均值'])
    expect(row).toEqual(['星际防线', 5, 12_345.67, instant('2026-03-06T00:20:41.000Z'), '2026-03-05', 2.5])
    const sheet = unzipped(await bytesOf('excel', table([ROW])), 'xl/styles.xml')
    expect(sheet).toContain('#,##0.00')
    expect(sheet).toContain('yyyy-mm-dd hh:mm:ss')
  })

  test('has empty cells where there is nothing, and every amount to the fen', async () => {
    const amounts = [0, 1, 99, 100, -1, -12_345, 999_999_999_999_99].map((fen) => [null, null, money(fen), null, null, null])
    const [, ...rows] = await xlsxRows(await bytesOf('excel', table(amounts)))
    expect(rows.map((row) => row[2])).toEqual([0, 0.01, 0.99, 1, -0.01, -123.45, 999_999_999_999.99])
    expect(rows[0]![0] ?? null).toBeNull()
  })

  test('never holds a formula, whatever a name begins with', async () => {
    const sheet = unzipped(
      await bytesOf('excel', table(FORMULAS.map((text) => [text, 1, null, null, null, null]))),
      'xl/worksheets/sheet1.xml',
    )
    expect(sheet).not.toMatch(/<f[ >]/)
    expect(sheet.match(/t="inlineStr"/g)!.length).toBe(FORMULAS.length + COLUMNS.length)
  })
})

describe('CSV', () => {
  test('is UTF-8 with its mark, amounts bare, times those of Shanghai', async () => {
    const bytes = await bytesOf('csv', table([ROW, [null, 0, money(50), null, null, 0]]))
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(new TextDecoder().decode(bytes)).toBe(
      '说明,数量,金额,时间,日期,均值\n星际防线,5,12345.67,2026-03-06 00:20:41,2026-03-05,2.5\n,0,0.50,,,0\n',
    )
  })

  test('hands no formula to a spreadsheet', async () => {
    const [, ...rows] = csvRows(await bytesOf('csv', table(FORMULAS.map((text) => [text, -1, money(-150), null, null, 0]))))
    for (const [at, row] of rows.entries()) {
      expect(row[0]).toBe(`'${FORMULAS[at]!}`)
      expect([row[1], row[2]]).toEqual(['-1', '-1.5'])
    }
    expect(rows).toHaveLength(FORMULAS.length)
  })
})

const FORMULAS = [
  '=1+1',
  '=HYPERLINK("http://evil.example","x")',
  '+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  "=cmd|' /C calc'!A0",
]

const FORMULA = /^[=+\-@\t\r＝＋－＠]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: the point is to find them
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

/** What can be in a name. */
const NAMES = [
  ...PAYLOADS.filter((text) => text.isWellFormed() && !FORMULA.test(text) && !CONTROL.test(text)),
  '长'.repeat(10_000),
  '😀👨‍👩‍👧‍👦🏳️‍🌈',
  'abc\u202egpj.exe\u2066',
  '行\n行"引号",逗号;分号',
  '\u200b\u200d零宽',
  'e\u0301 é',
  ' 前后空格 ',
  '&amp;<b>&#x41;',
]

test.each(['csv', 'excel'] as const)('every name survives %s', async (format) => {
  const bytes = await bytesOf(format, table(NAMES.map((text) => [text, 1, null, null, null, null])))
  const [, ...rows] = format === 'csv' ? csvRows(bytes) : await xlsxRows(bytes)
  expect(rows.map((row) => row[0])).toEqual(NAMES)
})

test('what no file can hold is left out of it and breaks nothing', async () => {
  const rows: Cell[][] = ['a\u0000b', 'a\u0008\u001fb', 'a\ud800b', '长'.repeat(40_000)].map((text) => [text, 1, null, null, null, null])
  const [, ...read] = await xlsxRows(await bytesOf('excel', table(rows)))
  expect(read.map((row) => String(row[0]).length)).toEqual([2, 2, 3, 32_767])
  expect(csvRows(await bytesOf('csv', table(rows)))).toHaveLength(5)
})

test.each(['csv', 'excel'] as const)('%s without rows has its head', async (format) => {
  const bytes = await bytesOf(format, table([]))
  expect(format === 'csv' ? csvRows(bytes) : await xlsxRows(bytes)).toEqual([COLUMNS.map(({ head }) => head)])
})

test('a file that is read ahead is whole, stops with its reader and passes on what went wrong', async () => {
  let made = 0
  const source = async function* (fails: boolean) {
    for (; made < 1_000; made++) yield new Uint8Array([made % 256])
    if (fails) throw new Error('broken off')
  }
  const chunks = await Array.fromAsync(readAhead(source(false)))
  expect(chunks.map(([byte]) => byte)).toEqual(Array.from({ length: 1_000 }, (_, at) => at % 256))
  made = 990
  expect(Array.fromAsync(readAhead(source(true)))).rejects.toThrow('broken off')
  made = 0
  for await (const _ of readAhead(source(false))) break
  expect(made).toBeLessThan(1_000)
})

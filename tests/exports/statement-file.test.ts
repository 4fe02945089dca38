import { describe, expect, test } from 'bun:test'
import { inflateSync } from 'node:zlib'
import type { Statement } from '#src/balances/statement'
import { money, ZERO } from '#src/core/money'
import { addDays, businessDay, instant, startOfDay } from '#src/core/time'
import { statementName, statementPdf } from '#src/exports/statement-file'
import { PAYLOADS } from '../views/payloads'

const AT = instant('2026-03-31T10:00:00.000Z')
const HEAD = { seq: 719n, hash: '7905356e'.repeat(8), balance: money(39_100), at: AT }

function aStatement(days: number): Statement {
  const rows = Array.from({ length: days }, (_, at) => ({
    day: businessDay(addDays(startOfDay('2026-03-01'), at)),
    rows: 3,
    opening: money(at * 900),
    in: money(1_000),
    out: money(100),
    closing: money((at + 1) * 900),
  }))
  const sums = { rows: days * 3, in: money(days * 1_000), out: money(days * 100) }
  const kinds = [
    { kind: 'recharge' as const, rows: days, in: sums.in, out: ZERO },
    { kind: 'consumption' as const, rows: days * 2, in: ZERO, out: sums.out },
  ]
  return {
    first: '2026-03-01',
    last: businessDay(addDays(startOfDay('2026-03-01'), Math.max(0, days - 1))),
    opening: ZERO,
    closing: money(days * 900),
    ...sums,
    days: rows,
    kinds: days === 0 ? [] : kinds,
  }
}

const made = (days: number, name = '星空探索 MR 乐园', language: 'zh' | 'en' = 'zh') =>
  statementPdf(aStatement(days), { name, username: 'demo_operator' }, HEAD, language, AT)

const pagesOf = (pdf: Uint8Array): number =>
  Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Type\s*\/Page\b/g)?.length ??
  objectStreams(pdf).match(/\/Type\s*\/Page\b/g)?.length ??
  0

/** What is packed inside, as far as it is deflated. */
function objectStreams(pdf: Uint8Array): string {
  const text = Buffer.from(pdf).toString('latin1')
  return [...text.matchAll(/stream\r?\n/g)]
    .map(({ index, 0: head }) => {
      const from = index + head.length
      try {
        return inflateSync(Buffer.from(text.slice(from, text.indexOf('endstream', from)), 'latin1')).toString('latin1')
      } catch {
        return ''
      }
    })
    .join('\n')
}

describe('a statement on paper', () => {
  test.each([
    [0, 1],
    [31, 1],
    [90, 3],
    [366, 8],
  ])('with %d days has %d pages', async (days, pages) => {
    const pdf = await made(days)
    expect(Buffer.from(pdf.slice(0, 5)).toString()).toBe('%PDF-')
    expect(pagesOf(pdf)).toBe(pages)
    expect(pdf.length).toBeLessThan(1_000_000)
  })

  test('carries its fonts, in two weights, and is called what it is', async () => {
    const pdf = await made(3)
    const inside = Buffer.from(pdf).toString('latin1') + objectStreams(pdf)
    expect(new Set(inside.match(/\/FontName\s*\/[A-Z]{6}\+NotoSansSC\w*-\w+/g)).size).toBe(2)
    expect(statementName(aStatement(31), 'pdf')).toBe('statement_20260301_20260331.pdf')
  })

  test('is made in both languages', async () => {
    expect(pagesOf(await made(3, '星空', 'en'))).toBe(1)
  })

  test('is made whatever the account is called, and no name is read as markup', async () => {
    const names = [
      ...PAYLOADS,
      '#eval("1")',
      '#panic("x")',
      '$x^2$',
      '*b* _i_ `c`',
      '<label>',
      '@ref',
      '\\ \\u{41}',
      '[]{}()',
      '长'.repeat(10_000),
      '𠮷野家',
      '',
    ]
    const plain = (await made(1, 'x')).length
    for (const name of names) {
      const pdf = await made(1, name)
      expect([name.slice(0, 20), pagesOf(pdf) >= 1, pdf.length > plain / 2]).toEqual([name.slice(0, 20), true, true])
    }
  }, 30_000)

  test('leaves nothing in memory that grows with the number of documents', async () => {
    for (let warm = 0; warm < 10; warm++) await made(31)
    Bun.gc(true)
    const before = process.memoryUsage().rss
    for (let document = 0; document < 60; document++) await made(31)
    Bun.gc(true)
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(60)
  }, 30_000)
})

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { formatYuan, minus, money, parseYuan, plus, smaller, times, yuan } from '#src/core/money'

test.each([
  ['0', 0n],
  ['0.0', 0n],
  ['0.01', 1n],
  ['0.1', 10n],
  ['1', 100n],
  ['007.5', 750n],
  ['1234.56', 123_456n],
  ['9999999999999.99', 999_999_999_999_999n],
])('%s yuan is %d fen', (text, fen) => {
  expect(parseYuan(text)).toBe(fen as never)
})

test.each([
  '',
  ' ',
  '1.',
  '.5',
  '1.234',
  '-1',
  '+1',
  '1e3',
  '1,000',
  '0x10',
  'NaN',
  'Infinity',
  '1 ',
  ' 1',
  '1\n',
  '１',
  '٣',
  '1.0.0',
  '1_000',
  '12345678901234',
  'null',
])('%p is no amount', (text) => {
  expect(parseYuan(text)).toBeUndefined()
})

test('what is written can be read again, to the fen, and pages show the same figure', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 999_999_999_999_999n }), (fen) => {
      expect(parseYuan(yuan(money(fen)))).toBe(fen as never)
      expect(formatYuan(money(fen)).replace(/[¥,]/g, '')).toBe(yuan(money(fen)))
    }),
    { seed: 2026 },
  )
})

describe('arithmetic', () => {
  test('is exact where floats are not', () => {
    expect(times(money(29), 100)).toBe(2_900n as never)
    expect(yuan(plus(money(10), money(20)))).toBe('0.30')
    expect(minus(money(100), money(101))).toBe(-1n as never)
    expect(smaller(money(2), money(1))).toBe(1n as never)
    expect(times(money(999_999_999_999_999), 100)).toBe(99_999_999_999_999_900n as never)
  })
  test('takes whole numbers only', () => {
    for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => times(money(1), wrong)).toThrow(RangeError)
      expect(() => money(wrong)).toThrow(RangeError)
    }
  })
})

test('negative amounts are shown with their sign', () => {
  expect([yuan(money(-5)), formatYuan(money(-123_456)), formatYuan(money(100_000_000))]).toEqual(['-0.05', '−¥1,234.56', '¥1,000,000.00'])
})

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import * as v from 'valibot'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { cutPage, isBackwards, type Keyset, keysetQuery, rowsWanted } from '#src/core/keyset'
import { addDays, instant, startOfDay } from '#src/core/time'
import { pageQuery } from '#src/page-query'
import { changedAddress } from '#views/components/address'

/** What a database does with a keyset: rows newest first, or oldest first going back. */
function ask(all: readonly number[], keyset: Keyset) {
  const back = isBackwards(keyset)
  const rows = all.filter((row) => (keyset.after ? row < Number(keyset.after) : true) && (back ? row > Number(keyset.before) : true))
  const ordered = rows.toSorted((a, b) => (back ? a - b : b - a)).slice(0, rowsWanted(keyset))
  return cutPage(ordered, keyset, String)
}

describe('pages by key', () => {
  test('forwards every row is met once, in order, and backwards the same pages come again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 260 }),
        fc.constantFrom(20 as const, 50 as const, 100 as const),
        (all, size) => {
          const pages = [ask(all, { size })]
          while (pages.at(-1)!.older) pages.push(ask(all, { size, after: pages.at(-1)!.older! }))
          expect(pages.flatMap(({ rows }) => rows)).toEqual(all.toSorted((a, b) => b - a))
          expect(pages[0]!.newer).toBeNull()
          for (let at = pages.length - 1; at > 0; at--) {
            const before = ask(all, { size, before: pages[at]!.newer! })
            expect(before.rows).toEqual(pages[at - 1]!.rows)
            expect(before.newer === null).toBe(at === 1)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('rows that arrive meanwhile move nothing', () => {
    const all = Array.from({ length: 45 }, (_, n) => n + 1)
    const first = ask(all, { size: 20 })
    const second = ask([...all, 46, 47, 48], { size: 20, after: first.older! })
    expect(second.rows).toEqual(ask(all, { size: 20, after: first.older! }).rows)
  })
})

describe('days', () => {
  const now = instant('2026-03-01T16:30:00.000Z') // 2 March, half past midnight in Shanghai
  test.each([
    ['today', '2026-03-02', '2026-03-02'],
    ['yesterday', '2026-03-01', '2026-03-01'],
    ['week', '2026-02-24', '2026-03-02'],
    ['month', '2026-03-01', '2026-03-02'],
    ['last_month', '2026-02-01', '2026-02-28'],
  ] as const)('%s is %s to %s, both whole days of Shanghai', (range, first, last) => {
    expect(dayRange({ range }, now)).toEqual({
      chosen: range,
      first,
      last,
      stretch: { from: startOfDay(first), to: addDays(startOfDay(last), 1) },
    })
  })

  test('days of one’s own count before a name, one alone is that day, turned round they are turned back', () => {
    expect(dayRange({ range: 'today', from: '2026-01-05', to: '2026-01-01' }, now)).toMatchObject({
      chosen: 'custom',
      first: '2026-01-01',
      last: '2026-01-05',
    })
    expect(dayRange({ to: '2026-01-01' }, now)).toMatchObject({ first: '2026-01-01', last: '2026-01-01' })
    expect(dayRange({}, now)).toEqual({ chosen: 'all', first: null, last: null, stretch: null })
    expect(dayRange({}, now, 'week').chosen).toBe('week')
  })
})

describe('what a page is asked for', () => {
  const schema = v.object({ ...keysetQuery, ...dayRangeQuery, site: v.optional(v.picklist(['a'])) })
  const parse = (query: string) => pageQuery(new Request(`http://x/?${query}`), schema)

  test('empty fields are not said, and what cannot be read falls back', () => {
    expect(parse('size=50&from=&to=2026-02-30&after=nonsense&range=forever&site=')).toEqual({ size: 50 } as never)
    expect(parse('size=7')).toEqual({ size: 20 } as never)
    expect(parse('after=019B7A00-0000-7000-8000-000000000001').after).toBe('019b7a00-0000-7000-8000-000000000001')
  })

  test('a field without a fallback is refused', () => {
    expect(() => parse('site=b')).toThrow(expect.objectContaining({ code: 'INVALID_PARAMS' }))
  })
})

describe('addresses', () => {
  test('a change starts on the first page again and leaves the rest', () => {
    expect(changedAddress('/operator/usage?site=a&after=x&size=50', { site: null, size: '20' })).toBe('/operator/usage?size=20')
    expect(changedAddress('/operator/usage?site=a&after=x', { before: 'y' })).toBe('/operator/usage?site=a&before=y')
    expect(changedAddress('/operator/usage?keyword=', {})).toBe('/operator/usage')
  })

  test('whatever the path holds, the outcome is one of our own', () => {
    for (const path of ['//evil.example', '/\\evil', 'javascript:alert(1)', 'https://evil.example/x', '', '/a"><b>?x="><script>']) {
      expect(changedAddress(path, { size: '20' })).toMatch(/^\/(?![/\\])[\w\-./]*\?[\w.%+=&*-]*$/)
    }
  })
})

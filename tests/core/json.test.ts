import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseJson } from '#src/core/json'

/** Milliseconds of the quickest of three tries: what the work costs, not what else the machine does. */
function cost(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return Math.min(...times)
}

test('whatever JSON.parse reads without doubt is read the same', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const parsed = parseJson(text)
      if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text))
      else expect(['text', 'duplicate_key']).toContain(parsed.fault)
    }),
    { seed: 2026, numRuns: 500 },
  )
})

test('whatever is not JSON is a fault, never a throw', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', '1', ' ', '\n', '\\u0000', '\\ud800', 'null', '\ud800')
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
      (text) => {
        const parsed = parseJson(text)
        if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text))
      },
    ),
    { seed: 2026, numRuns: 3_000 },
  )
})

describe('what is refused although JSON.parse takes it', () => {
  test.each([
    ['{"a":1,"a":2}', 'duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['{"a" :1 , "a"\n:2}', 'duplicate_key'],
    ['{"x":{"a":1,"b":{"a":1}},"y":[{"a":1},{"a":1,"a":1}]}', 'duplicate_key'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate_key'],
    ['{"a":"\\u0000"}', 'text'],
    ['{"\\u0000":1}', 'text'],
    ['"\\ud800"', 'text'],
    ['"\\udc00\\ud800"', 'text'],
    ['["\ud83d"]', 'text'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'depth'],
  ])('%s', (text, fault) => {
    expect(parseJson(text)).toEqual({ ok: false, fault } as never)
  })
  test('but not the same key in two objects, in a value or as a list', () => {
    for (const text of [
      '[{"a":1},{"a":2}]',
      '{"a":"a","b":"a"}',
      '["a","a"]',
      '{"a":{"a":{"a":1}}}',
      '{"":1}',
      '"\\ud83d\\ude00"',
      `${'['.repeat(32)}${']'.repeat(32)}`,
    ]) {
      expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
    }
  })
})

describe('a hostile body costs no time', () => {
  const MIB = 1_048_576
  test.each<[string, string]>([
    ['20,000 nested lists', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['20,000 nested objects', '{"a":'.repeat(20_000)],
    ['closing brackets only', ']'.repeat(MIB)],
    ['quotes only', '"'.repeat(MIB)],
    ['backslashes only', `"${'\\'.repeat(MIB)}`],
    ['blanks behind each string', `[${'"",          '.repeat(80_000)}`],
    ['one long key', `{"${'k'.repeat(MIB)}":1}`],
    ['escapes only', `"${'\\u0041'.repeat(170_000)}"`],
  ])('%s', (_, text) => {
    expect(cost(() => parseJson(text))).toBeLessThan(50)
  })
})

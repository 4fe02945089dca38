import { describe, expect, test } from 'bun:test'
import { type ProblemCode, type ProblemKind, problems } from '#src/core/errors'
import { invalidFields, Problem, problemDetails, problemMessage } from '#src/core/problem'

const all = Object.entries(problems) as [ProblemCode, ProblemKind][]
const texts = (words: ProblemKind['zh']): Record<string, string> => (typeof words === 'string' ? { only: words } : words)
const placeholders = (words: string): string[] => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).toSorted()

describe.each(all)('%s', (code, kind) => {
  test('has the same wordings and placeholders in both languages, no text twice, no placeholder for nothing', () => {
    const [zh, en] = [texts(kind.zh), texts(kind.en)]
    expect(Object.keys(en)).toEqual(Object.keys(zh))
    for (const [wording, words] of Object.entries(zh)) {
      if (code !== 'INVALID_SESSION_ID_FORMAT') expect(placeholders(en[wording]!)).toEqual(placeholders(words))
      expect(words).toMatch(/[\u4e00-\u9fff]/)
      expect(en[wording]).not.toMatch(/[\u4e00-\u9fff]/)
    }
  })
  test('has an HTTP status of its kind', () => {
    expect(kind.status).toBeGreaterThanOrEqual(400)
    expect(kind.status).toBeLessThan(600)
    if (kind.status >= 500 || kind.status === 429) expect(kind.retry).toBe('yes')
  })
})

test('placeholders are filled from the details, times in the time of Shanghai', () => {
  const problem = new Problem('AUTHORIZATION_EXPIRED', { expires_at: '2025-12-31T16:00:00.000Z' })
  expect(problemMessage(problem, 'zh')).toBe('应用授权已于2026-01-01 00:00:00到期，请联系管理员续期')
  expect(problemMessage(problem, 'en')).toContain('2026-01-01 00:00:00')
  expect(problemDetails(problem, 'en')).toEqual({ expires_at: '2025-12-31T16:00:00.000Z' })
})

test('several faulty fields: the first stands in the sentence, all stand in the details, in one language', () => {
  const problem = invalidFields([
    { field: 'a', message: { zh: '不能为空', en: 'is required' } },
    { field: 'b', message: { zh: '须为整数', en: 'must be a whole number' } },
  ])
  expect([problem.status, problemMessage(problem, 'zh'), problemMessage(problem, 'en')]).toEqual([
    400,
    '请求参数验证失败：a 不能为空',
    'Invalid request: a is required',
  ])
  expect(problemDetails(problem, 'en')).toEqual([
    { field: 'a', message: 'is required' },
    { field: 'b', message: 'must be a whole number' },
  ])
})

test('a value that looks like a placeholder or a pattern of replace stays as it is', () => {
  const problem = new Problem('INSUFFICIENT_BALANCE', { current_balance: '{required_amount}', required_amount: '$& $1 $$' })
  expect(problemMessage(problem, 'zh')).toBe('账户余额不足，当前余额: {required_amount}元，需要: $& $1 $$元')
})

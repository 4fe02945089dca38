import { describe, expect, test } from 'bun:test'
import { countsOf, leftOutLines } from '../run'

const ENDING = 'Ran 10 tests across 5 files. [9.00ms]\n'

describe('bin/test tells the truth', () => {
  test.each([
    ['all green', ` 3 pass\n 0 fail\n 2 expect() calls\n${ENDING}`, 0, { passed: 3, failed: 0 }],
    ['a failure', ` 3 pass\n 5 fail\n 1 error\n${ENDING}`, 1, { passed: 3, failed: 5 }],
    ['a test left out counts as failed', ` 3 pass\n 1 skip\n 1 todo\n 0 fail\n${ENDING}`, 0, { passed: 3, failed: 2 }],
    ['a name filter is no omission', ` 3 pass\n 7 filtered out\n 0 fail\n${ENDING}`, 0, { passed: 3, failed: 0 }],
    ['a bad end without a failing test', ` 3 pass\n 0 fail\n${ENDING}`, 134, { passed: 3, failed: 1 }],
    ['a run that never finished', '(pass) a\n(pass) b\n', 0, { passed: 0, failed: 1 }],
    [
      'a test that printed a summary of its own',
      ` 99 pass\n 0 fail\n(pass) liar\n\n 1 pass\n 2 fail\n${ENDING}`,
      1,
      { passed: 1, failed: 2 },
    ],
    ['colours', `\u001b[32m 3 pass\u001b[0m\n\u001b[31m 1 fail\u001b[0m\n${ENDING}`, 1, { passed: 3, failed: 1 }],
  ])('%s', (_, output, exitCode, counts) => {
    expect(countsOf(output, exitCode)).toEqual(counts)
  })

  test('finds every way to leave a test out', () => {
    // Put together here, because this file is searched too.
    const words = ['skip', 'only', 'todo', 'skipIf', 'todoIf', 'if', 'failing']
    const ways = [
      ...words.flatMap((word) => [`test.${word}(`, `  it.${word}(x)(`, `describe.concurrent.${word}(`]),
      `${'x'}it(`,
      `${'x'}describe(`,
    ]
    for (const way of ways) expect(leftOutLines(`first line\n${way}'name', () => {})`)).toEqual([2])
    expect(leftOutLines("test('a', () => {\n  expect(list.only()).toBe(1)\n  skip(todo)\n})")).toEqual([])
  })
})

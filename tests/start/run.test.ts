import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createDatabase } from '#tests/support/database'
import { until } from '#tests/support/until'
import { countsOf, heard, leftOutLines, slowestFirst } from '../run'

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
  test('a whole run starts the slowest files first, and forgets what it learnt when that cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mr-run-'))
    const learnt = join(folder, '.data/test/timings.json')
    for (const [text, isKept] of [
      ['{"version":1,"files":{"a.test.ts":7}}', true],
      ['{"version":1,"files":{"a.te', false],
      ['{"version":1,"files":{"a.test.ts":"7"}}', false],
      ['null', false],
    ] as const) {
      mkdirSync(dirname(learnt), { recursive: true })
      writeFileSync(learnt, text)
      expect(slowestFirst(folder)).toEqual(['--timings=.data/test/timings.json', '--timings=tests/timings.json', '--update-timings'])
      expect(existsSync(learnt)).toBe(isKept)
    }
    const { version, files } = JSON.parse(readFileSync('tests/timings.json', 'utf8'))
    expect(version).toBe(1)
    for (const file of Object.keys(files)) expect([file, existsSync(file)]).toEqual([file, true])
    rmSync(folder, { recursive: true })
  })

  test('it ends with the tests, also when one of them left somebody at work who has the same output', async () => {
    const tests = Bun.spawn(['sh', '-c', 'sleep 30 & echo "0 pass, left $!" >&2; exit 1'], { stdio: ['ignore', 'inherit', 'pipe'] })
    let words = ''
    await heard(tests, (more) => {
      words += more
    })
    expect([words, tests.exitCode]).toEqual([expect.stringMatching(/^0 pass, left \d+\n$/), 1])
    process.kill(Number(words.split(' ').at(-1)))
  })

  test('a server that a failing test left running goes when the test is gone', async () => {
    const database = await createDatabase()
    const failing = Bun.spawn([process.execPath, 'tests/start/left-running.ts', database.url], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [url, code] = await Promise.all([new Response(failing.stdout).text(), failing.exited])
    expect(code).toBe(1)
    await until('the server to be gone', () =>
      fetch(`${url.trim()}/health/live`).then(
        () => false,
        () => true,
      ),
    )
    await database.drop()
  })
})

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stopwatch } from '#src/core/time'
import { childEnvironment, Environment } from '#src/platform/config'
import { stopCluster } from '#tests/support/database'

/**
 * All that has to be true, in one command. Every stage runs, also after one has failed; the last line counts tests and stages.
 * With arguments it is `bun test` with those and nothing else.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
/** A test that is left out is a claim without proof: whoever cannot run one has to say so in red. */
const LEFT_OUT = /\b(?:test|it|describe)\s*(?:\.\w+)*\.(?:skip|skipIf|only|todo|todoIf|if|failing)\b|\bx(?:it|test|describe)\s*\(/

/** A browser or three server processes on a busy machine take a while; whoever hangs is still named. */
const PATIENCE_MS = 60_000

/** Two files at a time, each with databases of its own: while one waits for a browser, a process or a commit, the other one works. */
const SIDE_BY_SIDE = ['--parallel=2', '--no-isolate']

/** More than `bun test` writes after its last test. */
const SUMMARY_CHARACTERS = 4_000

type Counts = { passed: number; failed: number }
type Stage = { name: string; run: () => Promise<Counts> }

const bun = ['--no-env-file', '--bun', 'run']
const stages: Stage[] = [
  { name: 'types', run: () => check([process.execPath, ...bun, 'types']) },
  { name: 'lint', run: () => check([process.execPath, ...bun, 'lint']) },
  { name: 'unused', run: () => check([process.execPath, ...bun, 'unused']) },
  { name: 'none left out', run: noneLeftOut },
  { name: 'tests', run: () => bunTest([]) },
]

if (import.meta.main) process.exit(await main(Bun.argv.slice(2)))

async function main(chosen: string[]): Promise<number> {
  const browser = testFiles('*.e2e.{ts,tsx}')
  if (browser.length > 0) stages.push({ name: 'browser', run: () => bunTest(browser) })
  const total: Counts = { passed: 0, failed: 0 }
  for (const stage of chosen.length > 0 ? [{ name: 'tests', run: () => bunTest(chosen) }] : stages) {
    const elapsed = stopwatch()
    const { passed, failed } = await stage.run()
    total.passed += passed
    total.failed += failed
    say(`${failed === 0 ? 'ok    ' : 'FAILED'} ${stage.name.padEnd(14)} ${(elapsed() / 1000).toFixed(1)} s`)
  }
  await stopCluster()
  say(`\n${total.passed} passed, ${total.failed} failed`)
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

/** The tests choose their own database, port and folder: what a developer or a machine has set for the product must not steer them. */
function testEnvironment(): Record<string, string> {
  const product = new Set(Object.keys(Environment.entries))
  return Object.fromEntries(Object.entries(childEnvironment({ NODE_ENV: 'production' })).filter(([key]) => !product.has(key)))
}

/** A stage that is one program: quiet when it passes, its whole output when it fails. */
async function check(cmd: string[]): Promise<Counts> {
  const program = Bun.spawn({ cmd, cwd: root, env: testEnvironment(), stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [output, errors] = await Promise.all([new Response(program.stdout).text(), new Response(program.stderr).text()])
  if ((await program.exited) === 0) return { passed: 1, failed: 0 }
  // Biome colours its words also where nobody can see colours.
  say(process.stdout.isTTY ? `${output}${errors}` : Bun.stripANSI(`${output}${errors}`))
  return { passed: 0, failed: 1 }
}

async function noneLeftOut(): Promise<Counts> {
  const found = testFiles('*.{test,spec,e2e}.{ts,tsx}').flatMap((file) =>
    leftOutLines(readFileSync(`${root}/${file}`, 'utf8')).map((line) => `${file}:${line}`),
  )
  for (const place of found) say(`${place}: a test may not be left out`)
  return found.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: found.length }
}

/** The numbers of the lines of a test file that leave a test out. */
export function leftOutLines(source: string): number[] {
  return source.split('\n').flatMap((line, index) => (LEFT_OUT.test(line) ? [index + 1] : []))
}

/** Runs `bun test` with its output passed through, and counts from its closing lines. */
async function bunTest(chosen: string[]): Promise<Counts> {
  const cmd = [process.execPath, '--no-env-file', 'test', '--timeout', String(PATIENCE_MS), ...SIDE_BY_SIDE, ...chosen]
  const env = { ...testEnvironment(), ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) }
  const tests = Bun.spawn({ cmd, cwd: root, env, stdin: 'ignore', stdout: 'inherit', stderr: 'pipe' })
  let end = ''
  const decoder = new TextDecoder()
  for await (const part of tests.stderr) {
    process.stderr.write(part)
    end = (end + decoder.decode(part, { stream: true })).slice(-SUMMARY_CHARACTERS)
  }
  return countsOf(end, await tests.exited)
}

/**
 * Counts from the closing lines of `bun test` (its JUnit report leaves out files that could not be loaded). A run that ended without
 * them, or badly without a failing test, has failed once; a test left out has failed too.
 */
export function countsOf(output: string, exitCode: number): Counts {
  const lines = Bun.stripANSI(output).trimEnd().split('\n')
  const start = lines.findLastIndex((line) => /^ *\d+ pass$/.test(line))
  const summary = lines.slice(start)
  if (start === -1 || !summary.some((line) => /^Ran \d+ tests? across/.test(line))) return { passed: 0, failed: 1 }
  const count = (word: string) =>
    Number(
      summary
        .find((line) => new RegExp(`^ *\\d+ ${word}$`).test(line))
        ?.trim()
        .split(' ')[0] ?? 0,
    )
  const failed = count('fail') + count('skip') + count('todo')
  return { passed: count('pass'), failed: exitCode !== 0 && failed === 0 ? 1 : failed }
}

function testFiles(pattern: string): string[] {
  const files = [...new Bun.Glob(`tests/**/${pattern}`).scanSync({ cwd: root })].sort()
  return files.map((file) => `./${file}`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

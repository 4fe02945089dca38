import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
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

/**
 * How long each file took: the slowest start first, so that none of them runs alone at the end. What this machine has learnt stands
 * before what is kept in the project, which only knows the slow ones; nothing but the order depends on either.
 */
const LEARNT = '.data/test/timings.json'
const KNOWN = 'tests/timings.json'

/** More than `bun test` writes after its last test. */
const SUMMARY_CHARACTERS = 4_000

/** What is still in the pipe when a program has ended is there at once; a pipe that stays open belongs to somebody it left behind. */
const LAST_WORDS_MS = 500

type Counts = { passed: number; failed: number }
type Stage = { name: string; run: () => Promise<Counts> }

const bun = ['--no-env-file', '--bun', 'run']
const stages: Stage[] = [
  { name: 'types', run: () => check([process.execPath, ...bun, 'types']) },
  { name: 'lint', run: () => check([process.execPath, ...bun, 'lint']) },
  { name: 'unused', run: () => check([process.execPath, ...bun, 'unused']) },
  { name: 'none left out', run: noneLeftOut },
  { name: 'tests', run: () => bunTest(slowestFirst()) },
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
  await heard(tests, (words) => {
    process.stderr.write(words)
    end = (end + words).slice(-SUMMARY_CHARACTERS)
  })
  return countsOf(end, await tests.exited)
}

/**
 * Hands on what a program says on its standard error until it has ended. Not until the pipe closes: a server that a failing test left
 * running has the same pipe and would hold it for good.
 */
export async function heard(program: { stderr: ReadableStream<Uint8Array>; exited: Promise<number> }, say: (words: string) => void) {
  const [reader, decoder] = [program.stderr.getReader(), new TextDecoder()]
  void program.exited.then(() => Bun.sleep(LAST_WORDS_MS)).then(() => reader.cancel())
  for (let part = await reader.read(); !part.done; part = await reader.read()) say(decoder.decode(part.value, { stream: true }))
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

/** The options for a whole run; what was learnt is forgotten when it cannot be read. */
export function slowestFirst(folder = root): string[] {
  mkdirSync(dirname(`${folder}/${LEARNT}`), { recursive: true })
  if (existsSync(`${folder}/${LEARNT}`) && !isTimings(readFileSync(`${folder}/${LEARNT}`, 'utf8'))) rmSync(`${folder}/${LEARNT}`)
  return [`--timings=${LEARNT}`, `--timings=${KNOWN}`, '--update-timings']
}

function isTimings(text: string): boolean {
  try {
    const { version, files } = JSON.parse(text)
    return version === 1 && Object.values(files).every((milliseconds) => typeof milliseconds === 'number')
  } catch {
    return false
  }
}

function testFiles(pattern: string): string[] {
  const files = [...new Bun.Glob(`tests/**/${pattern}`).scanSync({ cwd: root })].sort()
  return files.map((file) => `./${file}`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

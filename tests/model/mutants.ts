import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stopwatch } from '#src/core/time'
import { childEnvironment } from '#src/platform/config'
import { MUTANTS, type Mutant } from './planted'

/**
 * Shows that the tests find what they are for: each mutant is a copy of the product with one fault planted, and its tests must fail.
 * The copy without a fault must pass them all. `bun tests/model/mutants.ts [part of a name]` prints the table.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['src', 'drizzle', 'views', 'workers', 'tests', 'package.json', 'bunfig.toml', 'tsconfig.json']
/** Two at a time keep two cores busy. */
const AT_ONCE = 2
const LONGEST_MS = 60_000

export type Finding = { name: string; caught: boolean; by: string; seconds: number; output: string }

/** A copy of the checkout that shares its packages and its test database server. */
function aCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true })
  for (const name of ['node_modules', '.data']) {
    mkdirSync(join(root, name), { recursive: true })
    symlinkSync(join(root, name), join(folder, name))
  }
  return folder
}

/** Plants a mutant in a copy; gives what takes it out again. Each piece of source must be there exactly once. */
function plant({ name, changes }: Mutant, folder: string): () => void {
  const kept = new Map<string, string>()
  for (const { file, from, to } of changes) {
    const path = join(folder, file)
    const source = readFileSync(path, 'utf8')
    if (source.split(from).length !== 2) throw new Error(`mutant "${name}": ${file} must have this exactly once: ${from}`)
    if (!kept.has(path)) kept.set(path, source)
    writeFileSync(
      path,
      source.replace(from, () => to),
    )
  }
  return () => {
    for (const [path, source] of kept) writeFileSync(path, source)
  }
}

async function runTests(folder: string, tests: string[]): Promise<{ failed: string | undefined; output: string }> {
  const written = Bun.file(join(folder, 'output.txt'))
  const run = Bun.spawn([process.execPath, '--no-env-file', 'test', '--bail', '--timeout', '20000', ...tests], {
    cwd: folder,
    env: childEnvironment({ APP_ENV: 'test', LOG_LEVEL: 'silent', MODEL_SECONDS: '8', MODEL_SHRINK: 'off', WALLET_MODEL_STEPS: '2000' }),
    stdio: ['ignore', written, written],
    // A mutant may leave server processes behind: they end with its group.
    detached: true,
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  })
  const status = await run.exited
  endGroup(run.pid)
  const output = Bun.stripANSI(await written.text())
  const failed = /^\(fail\) (.*?)(?: \[[\d.]+ms\])?$/m.exec(output)?.[1]
  if (!failed && status !== 0) throw new Error(`the tests did not run (${status}):\n${output.slice(-2_000)}`)
  return { failed, output }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nobody was left.
  }
}

/** The product without a fault: every test that is used below passes. */
async function control(): Promise<Finding> {
  const tests = [...new Set(MUTANTS.flatMap((mutant) => mutant.tests))]
  const folder = aCopy()
  const elapsed = stopwatch()
  try {
    const { failed, output } = await runTests(folder, tests)
    return { name: 'none (control)', caught: failed !== undefined, by: failed ?? '–', seconds: elapsed() / 1000, output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Plants each mutant and runs its tests. */
export async function hunt(mutants: Mutant[], tell: (finding: Finding) => void = () => {}): Promise<Finding[]> {
  const waiting = [...mutants]
  const findings: Finding[] = []
  const worker = async () => {
    const folder = aCopy()
    try {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const remove = plant(mutant, folder)
        const elapsed = stopwatch()
        const { failed, output } = await runTests(folder, mutant.tests)
        remove()
        const finding = { name: mutant.name, caught: failed !== undefined, by: failed ?? 'nobody', seconds: elapsed() / 1000, output }
        findings.push(finding)
        tell(finding)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return findings
}

if (import.meta.main) {
  const [part = ''] = Bun.argv.slice(2)
  const tell = ({ name, caught, by, seconds }: Finding) =>
    process.stdout.write(`${caught ? 'caught  ' : 'survived'} ${seconds.toFixed(1).padStart(5)} s  ${name.padEnd(66)} ${by}\n`)
  const found = await hunt(
    MUTANTS.filter(({ name }) => name.includes(part)),
    tell,
  )
  const plain = await control()
  tell(plain)
  const survivors = found.filter(({ caught }) => !caught).length
  process.stdout.write(`\n${found.length - survivors} of ${found.length} mutants caught, control ${plain.caught ? 'FAILED' : 'passed'}\n`)
  process.exit(survivors === 0 && !plain.caught ? 0 : 1)
}

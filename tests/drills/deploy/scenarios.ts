import { appendFileSync, existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stopwatch } from '#src/core/time'
import { findMachine } from '#src/releases/control'
import { currentVersion, rootOf } from '#src/releases/home'
import { type Change, changes } from './fake'
import type { Run, World } from './world'

/** A fault, and what came of it in a sentence that has to contain `expected`. */
export type Scenario = {
  fault: string
  expected: RegExp
  /** Whether another version serves afterwards. */
  changesVersion?: true
  /** Part of the quick rehearsal too. */
  quick?: true
  run(world: World): Promise<string>
}

const LONGEST_WAIT_MS = 60_000

const ending = ({ code, output }: Run): string =>
  `exit ${code}: ${output
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('✓'))
    .join(' · ')}`

const released = (change: Change) => async (world: World) => ending(await world.release(world.source(change)).ended)

const refusedBeside = /exit 1: .*✗ beside/
const undone = (words: string) => new RegExp(`exit 1: .*✗ switch.*${words}`)

/** Releases that are bad in one way or another. */
const bad: Scenario[] = [
  { fault: 'a release that exits at its start', expected: refusedBeside, run: released(changes.exitsAtStart) },
  { fault: 'a release that hangs at its start', expected: refusedBeside, run: released(changes.hangsAtStart) },
  { fault: 'a release that never gets ready on the public port', expected: undone('反复退出'), run: released(changes.neverReadyInPublic) },
  { fault: 'a release that exits after a while', expected: undone('进程退出'), run: released(changes.exitsInPublic) },
  { fault: 'a release that hangs after a while', expected: undone('(hangs|timed out)'), run: released(changes.hangsInPublic) },
  { fault: 'a release that answers 500 after a while', expected: undone('5xx'), quick: true, run: released(changes.failsInPublic) },
  { fault: 'a release that leaks memory', expected: undone('MB of memory'), run: released(changes.leaks) },
  { fault: 'a release that does not know repeated calls', expected: /exit 1: .*✗ (verify|smoke)/, run: released(changes.chargesWrong) },
  { fault: 'code without its migration', expected: /exit 1: .*✗ verify.*operator_accounts.drill/, run: released(changes.withoutMigration) },
]

const leftovers = async ({ owner }: World): Promise<string> => {
  const [row] = await owner<{ found: boolean }[]>`
    SELECT to_regclass('drill_notes') IS NOT NULL OR EXISTS (SELECT FROM information_schema.columns WHERE column_name = 'drill')
      OR EXISTS (SELECT FROM schema_migrations WHERE id = '9001_drill') AS found`
  return row!.found ? 'half of the migration stayed' : 'nothing of the migration stayed'
}

/** The process of a release that runs its migrations. */
const migrating = (): number | undefined =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        return (
          readlinkSync(`/proc/${pid}/cwd`).includes('/mr-drill-') && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('migrate\0up')
        )
      } catch {
        return false
      }
    })

const migrations: Scenario[] = [
  {
    fault: 'a migration that fails midway',
    expected: /exit 1: .*✗ migrate.*nothing of the migration stayed/,
    quick: true,
    run: async (world) => `${await released(changes.failingMigration)(world)} · ${await leftovers(world)}`,
  },
  {
    fault: 'a migration runner that is killed midway',
    expected: /exit 1: .*✗ migrate.*nothing of the migration stayed/,
    run: async (world) => {
      const running = world.release(world.source(changes.slowMigration))
      const sleeping = async () =>
        (await world.owner`SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()`)[0]
          ?.pid as number
      await until(async () => (await sleeping()) !== undefined)
      process.kill(migrating()!, 'SIGKILL')
      const end = ending(await running.ended)
      await world.owner`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()`
      return `${end} · ${await leftovers(world)}`
    },
  },
]

/** Where a release may be killed; up to `switched` the version before serves on or again, afterwards the new one does. */
const POINTS = ['preflight', 'backup', 'build', 'unpacked', 'migrate', 'verify', 'beside', 'smoke', 'switch', 'switched'] as const

const killed: Scenario[] = POINTS.map((point) => ({
  fault: `a release that is killed at ${point}`,
  expected: /exit (137|null|1): .*the one before serves/,
  run: async (world) => {
    const before = (await findMachine(world.home))!.version
    const run = await world.release(world.source(changes.good(point)), [], { FAULT_POINT: `release:${point}` }).ended
    const isBack = await until(async () => {
      const state = await findMachine(world.home)
      return state?.version === before && state?.fallback === null
    })
    return `${ending(run)} · the one before ${isBack ? 'serves' : 'does not serve'}`
  },
}))

const others: Scenario[] = [
  {
    fault: 'a disk that is full',
    expected: /exit 1: .*✗ build/,
    quick: true,
    run: async (world) => ending(await world.release(world.source(changes.good('full')), [], { FILE_BLOCKS: '100' }).ended),
  },
  {
    fault: 'two releases at once',
    expected: /second exit 1: .*another release is under way.* · first exit 0/,
    changesVersion: true,
    run: async (world) => {
      const first = world.release(world.source(changes.good('first of two')))
      await until(async () => first.output().includes('backup'))
      const second = await world.release(world.source(changes.good('second of two'))).ended
      return `second ${ending(second)} · first ${ending(await first.ended)}`
    },
  },
  {
    fault: 'no proved backup of the last 24 hours',
    expected: /exit 1: .*✗ preflight.*(no backup was proved|the last good backup is 30 h old).*--without-backup/,
    quick: true,
    run: async (world) => {
      // The machine's own workers may have made one by now.
      await world.owner`UPDATE backups SET taken_at = now() - interval '30 hours'`
      return ending(await world.command(['release', world.source(changes.good('no backup'))]).ended)
    },
  },
  {
    fault: 'an alarm that cannot be raised',
    // The constraint that keeps the alert out is itself found by the verification.
    expected: /exit 1: .*✗ verify.*no alert could be raised.* · closed as failed/,
    run: async (world) => {
      await world.owner`ALTER TABLE alerts ADD CONSTRAINT drill CHECK (kind <> 'release_failed') NOT VALID`
      const end = ending(await world.release(world.source(changes.exitsAtStart)).ended)
      await world.owner`ALTER TABLE alerts DROP CONSTRAINT drill`
      const [row] = await world.owner<{ result: string }[]>`SELECT result FROM deploy_log ORDER BY id DESC LIMIT 1`
      return `${end} · closed as ${row!.result}`
    },
  },
  {
    fault: 'an archive that was changed on its way',
    expected: /exit 1: .*✗ build.*SHA-256/,
    run: async (world) => {
      const archive = join(world.folder, 'changed.tar.gz')
      const source = world.source(changes.good('archive'))
      const packed = Bun.spawnSync(['tar', '-czf', archive, '--exclude=node_modules', '-C', source, '.'])
      const digest = new Bun.CryptoHasher('sha256').update(await Bun.file(archive).arrayBuffer()).digest('hex')
      appendFileSync(archive, 'x')
      return `${packed.success} ${ending(await world.release(archive, ['--sha256', digest]).ended)}`
    },
  },
]

const GOOD_SQL = 'CREATE TABLE drill_notes (id integer PRIMARY KEY); ALTER TABLE operator_accounts ADD COLUMN drill text'

/** What has to go well, in this order, at the end. */
const good: Scenario[] = [
  {
    fault: 'none: a release with a migration',
    expected: /exit 0(?!.*fetched)/,
    changesVersion: true,
    quick: true,
    run: async (world) => {
      const source = world.source(changes.goodMigration)
      writeFileSync(join(source, 'drizzle/expected-schema.json'), await world.fingerprintAfter(GOOD_SQL))
      const end = ending(await world.release(source).ended)
      // Packages and Bun are those of the release that ran.
      const isFetched = existsSync(join(rootOf(world.home, currentVersion(world.home)!), '.tools/bun.log'))
      return isFetched ? `${end} · Bun was fetched again` : end
    },
  },
  {
    fault: 'none: back to the release before, on the newer schema',
    expected: /exit 0.*went back to/,
    changesVersion: true,
    quick: true,
    run: async (world) => ending(await world.command(['rollback', '--watch', '3']).ended),
  },
  {
    fault: 'a kept release that somebody has changed',
    expected: /exit 1: .*✗ preflight.*src.server\.ts/,
    run: async (world) => {
      const other = readdirSync(join(world.home.folder, 'releases')).find((version) => version !== currentVersion(world.home))!
      appendFileSync(join(rootOf(world.home, other), 'src/server.ts'), '\n// changed by hand\n')
      return ending(await world.command(['rollback', other]).ended)
    },
  },
  {
    fault: 'a machine that is killed while a release is on trial',
    expected: /the one before serves/,
    run: async (world) => {
      const before = currentVersion(world.home)
      const running = world.release(world.source(changes.good('machine killed')))
      await until(async () => (await findMachine(world.home))?.fallback === before)
      world.machine().kill('SIGKILL')
      await running.ended
      await world.restartMachine()
      return `the one before ${(await findMachine(world.home))?.version === before ? 'serves' : 'does not serve'}`
    },
  },
]

export const SCENARIOS: readonly Scenario[] = [...others, ...bad, ...migrations, ...killed, ...good]

/** Whether something came true within a minute. */
async function until(condition: () => Promise<boolean>): Promise<boolean> {
  for (const elapsed = stopwatch(); elapsed() < LONGEST_WAIT_MS; await Bun.sleep(50)) if (await condition()) return true
  return false
}

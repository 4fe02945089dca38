import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseYuan } from '#src/core/money'
import { stopwatch } from '#src/core/time'
import { childEnvironment } from '#src/platform/config'
import { findMachine } from '#src/releases/control'
import { currentVersion, type Home, openHome } from '#src/releases/home'
import { readFingerprint } from '#src/schema-verify/fingerprint'
import { createDatabase, openTestDatabase, type TestDatabase } from '#tests/support/database'
import { aStore, balanceOf, type Store } from '#tests/support/factory'
import { freePort } from '#tests/support/http'
import { type Change, changes, makeSource } from './fake'
import { type Load, startLoad } from './load'

const ROOT = join(import.meta.dir, '../../..')
const REASON = '演练环境没有夜间备份，发布前不验证备份'
const BALANCE = '100000.00'
const PRICE = '1.00'
const START_MS = 30_000
/** For a release to end in any case; a rehearsal that hangs names itself. */
const COMMAND_MS = 180_000
const WATCH_SECONDS = 6

export type Run = { code: number; output: string; seconds: number }
export type Running = { process: Bun.Subprocess; ended: Promise<Run>; output(): string }
export type World = Awaited<ReturnType<typeof openWorld>>

/** A machine that runs releases from a home of its own, with a store that is played in all the time. */
export async function openWorld(watchSeconds = WATCH_SECONDS) {
  const folder = mkdtempSync(join(tmpdir(), 'mr-drill-'))
  const database = await openTestDatabase()
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const home = openHome(join(folder, 'home'))
  writeSettings(home, {
    APP_ENV: 'test',
    DATABASE_URL: database.url,
    PORT: String(port),
    LOG_LEVEL: 'error',
    DATABASE_POOL: '4',
    METRICS_TOKEN: 'a-token-for-the-drill',
  })
  // The drill's headsets all stand in one place.
  await database.owner`UPDATE system_configs SET value = '1000000' WHERE key = 'rate_limit_ip_per_minute'`
  const store = await aStore({ balance: BALANCE, price: PRICE })
  let count = 0
  const source = (change?: Change) => makeSource(join(folder, `source-${++count}`), change)
  const command = (words: string[], env: Record<string, string> = {}) => spawnCommand(home, words, env)
  const release = (from: string, words: string[] = [], env?: Record<string, string>) =>
    command(['release', from, '--watch', String(watchSeconds), '--without-backup', REASON, ...words], env)

  const first = await release(source(changes.first)).ended
  if (first.code !== 0) throw new Error(`the first release failed:\n${first.output}`)
  let machine = await startMachine(home, url)
  const load = startLoad(url, store)
  return {
    ...{ home, url, load, source, command, release, folder, owner: database.owner, store },
    machine: () => machine,
    restartMachine: async () => {
      machine = await startMachine(home, url)
    },
    /** A schema's fingerprint as a release would bring it, after `sql` on top of ours. */
    fingerprintAfter: async (sql: string) => {
      const scratch = await createDatabase()
      await scratch.owner.unsafe(sql)
      const fingerprint = await readFingerprint(scratch.owner as never)
      await scratch.drop()
      return `${JSON.stringify(fingerprint, null, 2)}\n`
    },
    faults: () => faultsOf(database, store, load),
    close: async () => {
      await load.stop()
      machine.kill('SIGTERM')
      await machine.exited
      await database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function writeSettings(home: Home, settings: Record<string, string>): void {
  mkdirSync(join(home.folder, 'shared'), { recursive: true })
  writeFileSync(
    join(home.folder, 'shared/.env'),
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
}

/** None of what a test run has in its environment: the home's settings are all there is. */
const bare = (env: Record<string, string> = {}): Record<string, string> => {
  const { PATH = '', HOME = '' } = childEnvironment({})
  return { PATH, HOME, NODE_ENV: 'production', ...env }
}

/** deploy/release or deploy/rollback of this tree, for the home. */
function spawnCommand(home: Home, [command, ...words]: string[], env: Record<string, string>): Running {
  const elapsed = stopwatch()
  // FILE_BLOCKS: no file may grow beyond so many blocks of 512 bytes, as on a disk that is full.
  const script = '[ -z "$FILE_BLOCKS" ] || ulimit -f "$FILE_BLOCKS"; exec "$0" "$@"'
  const process = Bun.spawn(['sh', '-c', script, join(ROOT, 'deploy', command!), ...words, '--home', home.folder], {
    ...{ cwd: '/', env: bare(env), stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
    timeout: COMMAND_MS,
  })
  let text = ''
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder()
    for await (const part of stream) text += decoder.decode(part, { stream: true })
  }
  const said = Promise.all([collect(process.stdout), collect(process.stderr)])
  const ended = process.exited.then(async (code) => {
    const seconds = elapsed() / 1000
    await Promise.race([said, Bun.sleep(500)])
    return { code, output: text, seconds }
  })
  return { process, ended, output: () => text }
}

async function startMachine(home: Home, url: string): Promise<Bun.Subprocess> {
  const log = Bun.file(join(home.folder, 'machine.log'))
  const machine = Bun.spawn([join(home.folder, 'current/bin/start')], { cwd: '/', env: bare(), stdin: 'ignore', stdout: log, stderr: log })
  for (const elapsed = stopwatch(); elapsed() < START_MS; await Bun.sleep(50)) {
    if (machine.exitCode !== null) break
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined)
    if (ready?.ok && (await findMachine(home))?.version === currentVersion(home)) return machine
  }
  throw new Error(`the machine did not start:\n${existsSync(log.name!) ? readFileSync(log.name!, 'utf8') : ''}`)
}

/** What the books and the callers' own notes do not agree on; none is the good answer. */
async function faultsOf({ owner }: TestDatabase, { operator }: Store, { journal, wrong }: Load): Promise<string[]> {
  // Taken before the books are read: people go on playing.
  const acknowledged = [...journal]
  const rows = await owner<{ sessionId: string; token: string }[]>`
    SELECT session_id AS "sessionId", authorization_token AS token FROM usage_records WHERE operator_id = ${operator.id}`
  const [debits] = await owner<{ count: number }[]>`
    SELECT count(*)::int AS count FROM transaction_records WHERE operator_id = ${operator.id} AND type = 'consumption'`
  const stored = new Map(rows.map(({ sessionId, token }) => [sessionId, token]))
  const lost = acknowledged.filter(({ sessionId, token }) => stored.get(sessionId) !== token)
  const balance = await balanceOf(operator.id)
  return [
    ...new Set(wrong),
    ...(stored.size === rows.length ? [] : [`${rows.length - stored.size} sessions were charged twice`]),
    ...(lost.length === 0 ? [] : [`${lost.length} acknowledged starts are lost`]),
    ...(debits!.count >= rows.length ? [] : [`${debits!.count} debits for ${rows.length} starts`]),
    // Read while people play: what was charged in between is not in the list above.
    ...(balance <= parseYuan(BALANCE)! - BigInt(rows.length) * parseYuan(PRICE)!
      ? []
      : [`${balance} fen are left after ${rows.length} starts`]),
  ]
}

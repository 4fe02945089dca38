import { closeSync, fchownSync, openSync, readFileSync } from 'node:fs'
import postgres, { type Sql } from 'postgres'
import { stopwatch } from '#src/core/time'
import { type Connection, clusterFolder, databaseConnection, EMBEDDED_DATABASE } from '#src/platform/database-url'
import { type Cluster, POSTGRES_ENVIRONMENT, prepareCluster } from './cluster'
import { dropStaleLock, findPostmaster, stopPostmaster } from './postmaster'
import { spawnAs } from './run-as'

export type StartOptions = {
  dataDir: string
  /** False: no fsync. Several times faster and worthless after a power failure, so for tests only. */
  durable?: boolean
  /** True: a server that dies under us is started again. */
  keepRunning?: boolean
  /** Told one sentence about each thing that happens. */
  log?: (sentence: string) => void
}
export type RunningPostgres = {
  connection: Exclude<Connection, { url: string }>
  /** False when it was running already. */
  startedByUs: boolean
  /** Stops the server unless another process that called `startPostgres` still needs it. Safe to call twice. */
  stop(): Promise<void>
}

/** How long a server that dies at once is tried again: after kill -9 its predecessor may linger for seconds. */
const START_RETRIES_MS = 10_000
/** Crash recovery answers "starting up" while it replays up to max_wal_size. */
const RECOVERY_MS = 600_000
/** A stop does not wait longer for a repair under way. */
const REPAIR_MS = 5_000
const POLL_MS = 20
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000
const SUPERVISOR = 'mr-game-ops supervisor'

/**
 * Runs PostgreSQL on the data directory `dataDir`, or joins the server that already does, with database `mr_game_ops` in it.
 * Throws an Error with PostgreSQL's own words when it cannot start.
 */
export async function startPostgres({
  dataDir,
  durable = true,
  keepRunning = false,
  log = () => {},
}: StartOptions): Promise<RunningPostgres> {
  const connection = embedded(dataDir)
  const ensure = () => ensureRunning(dataDir, durable, connection)
  const startedByUs = await ensure()
  let stopped = false
  let repair: Promise<void> | undefined
  const lease = openLease(connection, () => {
    if (!keepRunning || stopped || repair) return
    repair = bringBack(ensure, lease, log, () => stopped).finally(() => {
      repair = undefined
    })
  })
  const stop = async () => {
    if (stopped) return
    stopped = true
    await Promise.race([repair, Bun.sleep(REPAIR_MS)])
    const needed = await isNeededByOthers(lease)
    await lease.end({ timeout: 1 })
    if (!needed) await stopPostmaster(clusterFolder(dataDir))
  }
  try {
    await makeDatabase(lease)
  } catch (error) {
    await stop()
    throw error
  }
  return { connection, startedByUs, stop }
}

async function bringBack(
  ensure: () => Promise<boolean>,
  lease: Sql,
  log: (sentence: string) => void,
  isStopped: () => boolean,
): Promise<void> {
  log('数据库中断，正在恢复 / PostgreSQL went away, bringing it back')
  for (let pause = FIRST_PAUSE_MS; !isStopped(); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await ensure()
      await lease`select 1`
      return log('数据库已恢复 / PostgreSQL is back')
    } catch (error) {
      log((error as Error).message)
      await Bun.sleep(pause)
    }
  }
}

function embedded(dataDir: string): RunningPostgres['connection'] {
  const connection = databaseConnection({ DATA_DIR: dataDir })
  if ('url' in connection) throw new Error('unreachable: no DATABASE_URL was given')
  return { ...connection }
}

/** Returns whether we started the server; whoever else starts one at the same moment may win. */
async function ensureRunning(dataDir: string, durable: boolean, connection: RunningPostgres['connection']): Promise<boolean> {
  if ((await waitWhileStarting(connection)) === 'answers') return false
  const cluster = await prepareCluster(dataDir, durable)
  for (const elapsed = stopwatch(); elapsed() < START_RETRIES_MS; await Bun.sleep(FIRST_PAUSE_MS)) {
    dropStaleLock(cluster.folder)
    const server = spawnServer(cluster)
    let alive = true
    void server.exited.then(() => {
      alive = false
    })
    while (alive) {
      // Ours, or that of another start which was faster; then ours finds the lock taken and ends.
      if ((await waitWhileStarting(connection)) === 'answers') return findPostmaster(cluster.folder) === server.pid
      await Bun.sleep(POLL_MS)
    }
    if ((await waitWhileStarting(connection)) === 'answers') return false
  }
  throw new Error(`数据库没有启动 / PostgreSQL does not start. ${cluster.log}:\n${lastLines(cluster.log)}`)
}

/** Its own session, so that Ctrl-C in the terminal reaches the supervisor only; our end of its log is closed at once. */
function spawnServer({ binaries, folder, way, log }: Cluster) {
  const output = openSync(log, 'a', 0o600)
  // Root may start the server of another user today, that user tomorrow.
  if (way.kind === 'user') fchownSync(output, way.uid, way.gid)
  const server = Bun.spawn({
    ...spawnAs(way, [binaries.postgres, '-D', folder]),
    cwd: '/',
    env: POSTGRES_ENVIRONMENT,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    detached: true,
  })
  closeSync(output)
  server.unref()
  return server
}

type Answer = 'answers' | 'starting' | 'silent'

/** Process ids and lock files lie after kill -9; only a connection tells the truth. */
async function probe(connection: RunningPostgres['connection']): Promise<Answer> {
  const client = postgres({ ...connection, database: 'postgres', max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    await client`select 1`
    return 'answers'
  } catch (error) {
    const { code } = error as { code?: string }
    // 57P03: starting up, recovering or shutting down. A time-out: too busy to take us, but there.
    return code === '57P03' || code === 'CONNECT_TIMEOUT' ? 'starting' : 'silent'
  } finally {
    await client.end({ timeout: 1 }).catch(() => {})
  }
}

async function waitWhileStarting(connection: RunningPostgres['connection']): Promise<Exclude<Answer, 'starting'>> {
  for (const elapsed = stopwatch(); elapsed() < RECOVERY_MS; await Bun.sleep(POLL_MS)) {
    const answer = await probe(connection)
    if (answer !== 'starting') return answer
  }
  throw new Error(`数据库 ${RECOVERY_MS / 1000} 秒内没有就绪 / PostgreSQL took longer than ${RECOVERY_MS / 1000} s to get ready`)
}

/**
 * One connection held for as long as this process needs the server. It ends with the process, however that dies, so the list of
 * these connections is the list of those who need the server; and its loss tells us at once that the server is gone.
 */
const openLease = (connection: RunningPostgres['connection'], onLost: () => void): Sql =>
  postgres({
    ...connection,
    database: 'postgres',
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 5,
    onnotice: () => {},
    onclose: onLost,
    connection: { application_name: SUPERVISOR },
  })

async function isNeededByOthers(lease: Sql): Promise<boolean> {
  try {
    const others = await lease`select from pg_stat_activity where application_name = ${SUPERVISOR} and pid <> pg_backend_pid()`
    return others.length > 0
  } catch {
    return false
  }
}

async function makeDatabase(lease: Sql): Promise<void> {
  const found = await lease`select from pg_database where datname = ${EMBEDDED_DATABASE}`
  if (found.length > 0) return
  await lease.unsafe(`create database ${EMBEDDED_DATABASE}`).catch((error: { code?: string }) => {
    // Another start at the same moment made it.
    if (error.code !== '42P04' && error.code !== '23505') throw error
  })
}

const lastLines = (log: string): string => readFileSync(log, 'utf8').trim().split('\n').slice(-12).join('\n')

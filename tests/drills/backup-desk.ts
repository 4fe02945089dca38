import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { childEnvironment } from '#src/platform/config'
import type { TestDatabase } from '#tests/support/database'
import { createDatabase } from '#tests/support/database'
import type { Outcome } from './outcomes'

const ROOT = join(import.meta.dir, '../..')

/** A database with its papers and a folder for backups; every command is a process of its own, as at a shell. */
export type BackupDesk = {
  database: TestDatabase
  folder: string
  dataDir: string
  mr(args: string[], env?: Record<string, string>): Promise<Ended>
  environment(env: Record<string, string>): Record<string, string>
  /** A process that runs on; whoever starts it ends it. */
  start(args: string[], env?: Record<string, string>): Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  /** A copy of a backup to be spoiled. */
  spoiled(name: string, spoil: (folder: string) => void | Promise<void>): Promise<string>
  /** Whole backups in the folder, newest last. */
  backups(): string[]
  /** What no fault may leave: unfinished folders, copies of the database. */
  litter(): Promise<string[]>
  close(): Promise<void>
}

export type Ended = { code: number; out: string; err: string }

export async function openDesk(options: { empty?: boolean } = {}): Promise<BackupDesk> {
  const database = await createDatabase(options)
  const dataDir = mkdtempSync(join(tmpdir(), 'mr-backup-'))
  const folder = join(dataDir, 'backups')
  const environment = (env: Record<string, string>) =>
    childEnvironment({
      ...{ APP_ENV: 'test', NODE_ENV: 'production', LOG_LEVEL: 'silent' },
      ...{ DATABASE_URL: database.url, DATA_DIR: dataDir, BACKUP_DIR: folder, BACKUP_WAY: 'archive', ...env },
    })
  const start = (args: string[], env: Record<string, string> = {}) =>
    Bun.spawn([process.execPath, 'src/cli/main.ts', ...args], { cwd: ROOT, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
  const backups = () =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /^[\w]+-\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(name))
          .toSorted()
      : []
  return {
    ...{ database, folder, dataDir, environment, start, backups },
    mr: async (args, env) => {
      const child = start(args, env)
      const [out, err, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
      return { code, out, err }
    },
    spoiled: async (name, spoil) => {
      const copy = join(mkdtempSync(join(dataDir, 'spoiled-')), basename(name))
      cpSync(join(folder, name), copy, { recursive: true })
      await spoil(copy)
      return copy
    },
    litter: async () => {
      const unfinished = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.part')) : []
      const copies = await database.owner<{ name: string }[]>`
        SELECT datname AS name FROM pg_database WHERE starts_with(datname, ${`${database.connection.database.slice(0, 40)}_scratch_`})`
      return [...unfinished, ...copies.map(({ name }) => name)]
    },
    close: async () => {
      await dropFormer(database)
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** What restores left under another name. */
async function dropFormer({ owner, connection }: TestDatabase): Promise<void> {
  const former = await owner<{ name: string }[]>`
    SELECT datname AS name FROM pg_database WHERE starts_with(datname, ${`${connection.database.slice(0, 40)}_`}) AND datname <> ${connection.database}`
  for (const { name } of former) await owner.unsafe(`DROP DATABASE "${name}" WITH (FORCE)`)
}

/** A few papers, as invoices and proofs would lie there. */
export function writePapers(dataDir: string): void {
  for (const [path, text] of [
    ['invoices/2026/first.pdf', '%PDF-1.7 the first'],
    ['invoices/2026/second.pdf', ''],
    [`vouchers/${'a'.repeat(70)}/${'b'.repeat(70)}.png`, 'a picture'],
    ['bills/wechat/2026-11-20-aa', 'x'.repeat(100_000)],
  ] as const) {
    mkdirSync(join(dataDir, path, '..'), { recursive: true })
    writeFileSync(join(dataDir, path), text)
  }
}

/** One fault: what is done, and the words that have to come of it. */
export type Fault = { fault: string; expected: string; run(): Promise<string> }

/** Does one after the other; whatever throws is an outcome too. */
export async function carryOutFaults(faults: readonly Fault[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { fault, expected, run } of faults) {
    console.log(`· ${fault}`)
    const started = performance.now()
    const found = await run().catch((error: unknown) => `threw: ${error instanceof Error ? error.message : String(error)}`)
    outcomes.push({ fault, expected, found, passed: found.includes(expected), seconds: (performance.now() - started) / 1000 })
  }
  return outcomes
}

/** How a command ended, in one line: its code and the English half of what it said last. */
export function ending({ code, out, err }: Ended): string {
  const lines = (code === 0 ? out : err).trim().split('\n')
  const words = lines.find((line) => line.includes(' / ')) ?? lines[0] ?? ''
  return `exit ${code}: ${words.split(' / ').at(-1)!.trim()}`
}

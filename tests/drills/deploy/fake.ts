import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../../..')
/** What a machine runs; tests and papers have no part in it. */
const PARTS = ['bin', 'deploy', 'drizzle', 'patches', 'src', 'views', 'workers', 'package.json', 'bun.lock', 'bunfig.toml', 'tsconfig.json']

/** A change to a copy of this tree, which makes a release of its own of it. */
export type Change = (folder: string) => void

/** A folder that a release is made from: this tree, as it lies here, with its packages, and with one change. */
export function makeSource(folder: string, change: Change = () => {}): string {
  mkdirSync(folder, { recursive: true })
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  change(folder)
  return folder
}

const SERVER = 'src/server.ts'
const edit = (folder: string, path: string, work: (text: string) => string): void =>
  writeFileSync(join(folder, path), work(readFileSync(join(folder, path), 'utf8')))
const atStart =
  (code: string): Change =>
  (folder) =>
    edit(folder, SERVER, (text) => `${code}\n${text}`)
const atEnd =
  (code: string): Change =>
  (folder) =>
    edit(folder, SERVER, (text) => `${text}\n${code}\n`)

/** A statement of a migration that is newer than all others. */
const migration =
  (sql: string): Change =>
  (folder) => {
    writeFileSync(join(folder, 'drizzle/migrations/9001_drill.sql'), `SET LOCAL lock_timeout = '500ms';\n${sql}\n`)
    writeFileSync(join(folder, 'drizzle/down/9001_drill.sql'), 'DROP TABLE IF EXISTS drill_notes;\n')
  }

/** Not on its own port, where it is looked at first: a fault that only real traffic brings out. */
const IN_PUBLIC = "process.argv.includes('--shares-port')"

export const changes = {
  /** The first on a machine brings this tree's Bun along; those after it find it in the release that runs. */
  first: (folder: string) => {
    if (existsSync(join(ROOT, '.tools'))) symlinkSync(join(ROOT, '.tools'), join(folder, '.tools'))
  },
  /** Another release that is as good as this one. */
  good: (name: string): Change => atEnd(`// ${name}`),
  exitsAtStart: atStart("console.error('drill: cannot start'); process.exit(3)"),
  hangsAtStart: atStart('await new Promise(() => setInterval(() => {}, 1_000))'),
  exitsInPublic: atEnd(`if (${IN_PUBLIC}) setTimeout(() => process.exit(4), 1_500)`),
  neverReadyInPublic: atStart(`if (${IN_PUBLIC}) process.exit(5)`),
  hangsInPublic: atEnd(`if (${IN_PUBLIC}) setTimeout(() => { for (;;) {} }, 1_500)`),
  failsInPublic: (folder: string) =>
    edit(folder, 'src/http-server.ts', (text) =>
      text.replace(
        'const response = await respond(app, request, info)',
        `const response = ${IN_PUBLIC} && performance.now() > 1_500 && request.method === 'POST' ? new Response('{}', { status: 500 }) : await respond(app, request, info)`,
      ),
    ),
  leaks: atEnd(
    `if (${IN_PUBLIC}) setInterval(() => ((globalThis as { kept?: unknown[] }).kept ??= []).push(Buffer.alloc(24 * 1_048_576, 1)), 60)`,
  ),
  chargesWrong: (folder: string) =>
    edit(folder, 'src/authorize/decide.ts', (text) => text.replace('if (known) return replay(call, known)', '')),
  /** Its code asks for a column that no migration of it brings. */
  withoutMigration: (folder: string) => {
    edit(folder, 'drizzle/expected-schema.json', (text) => text.replace('{', '{\n  "column operator_accounts.drill": "text",'))
  },
  failingMigration: migration(
    'CREATE TABLE drill_notes (id integer);\nALTER TABLE operator_accounts ADD COLUMN drill text;\nSELECT 1 / 0;',
  ),
  /** Slow enough to be killed in the middle. */
  slowMigration: migration('CREATE TABLE drill_notes (id integer);\nSELECT pg_sleep(20);'),
  goodMigration: (folder: string) => {
    migration('CREATE TABLE drill_notes (id integer PRIMARY KEY);\nALTER TABLE operator_accounts ADD COLUMN drill text;')(folder)
    // A release comes with the schema that its migrations make; here the drill writes it, by the fingerprint of its own database.
    rmSync(join(folder, 'drizzle/expected-schema.json'))
  },
} satisfies Record<string, Change | ((name: string) => Change)>

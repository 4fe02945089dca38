import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrateUp, migrationIds } from '#drizzle/migrate'
import { openBackup } from '#src/backups/manifest'
import { PartWriter, readPart } from '#src/backups/part'
import { type BackupDesk, ending, type Fault, openDesk } from './backup-desk'
import { redigest } from './backup-files'

const MANIFEST = 'manifest.json'

/** Faults of a restore: it says so, and the database that stood there stands as it stood. */
export function restoreFaults(desk: BackupDesk, name: string): Fault[] {
  const target = desk.database.connection.database
  const confirmed = ['--into', target, '--confirm', target]
  const restore = async (what: string, words: string[] = [...confirmed, '--disconnect'], env?: Record<string, string>) => {
    const before = await standing(desk)
    const ended = ending(await desk.mr(['backup', 'restore', what, ...words], env))
    return `${ended}; ${(await standing(desk)) === before ? 'untouched' : 'CHANGED'}${await littered(desk)}`
  }
  return [
    { fault: 'not confirmed: a dry run', expected: 'exit 0: ', run: () => restore(name, []) },
    { fault: 'another name confirmed', expected: `add --confirm ${target}; untouched`, run: () => restore(name, ['--confirm', 'other']) },
    {
      fault: 'the database in use',
      expected: 'stop the service, or add --disconnect to end them; untouched',
      run: () => restore(name, confirmed),
    },
    {
      fault: 'made by a later release',
      expected: 'upgrade first; untouched',
      run: async () => restore(await edited(desk, name, (manifest) => manifest.migrations.push({ id: '9999_later', sha256: '00' }))),
    },
    {
      fault: 'made by other code',
      expected: 'it comes from other code; untouched',
      run: async () =>
        restore(
          await edited(desk, name, (manifest) => {
            manifest.migrations[0]!.sha256 = '00'
          }),
        ),
    },
    {
      fault: 'the backup of another installation',
      expected: 'to replace it add --foreign; untouched',
      run: async () =>
        restore(
          await edited(desk, name, (manifest) => {
            manifest.installation = 'ff'.repeat(32)
          }),
        ),
    },
    {
      fault: 'a row of the audit log taken out, and every checksum made to fit',
      expected: 'came back with',
      run: async () => restore(await shortened(desk, name, 'audit_logs')),
    },
    {
      fault: 'a row of the journal taken out, and every checksum made to fit',
      expected: 'violates foreign key constraint',
      run: async () => restore(await shortened(desk, name, 'transaction_records')),
    },
    {
      fault: 'an amount changed, and every checksum made to fit',
      expected: 'exit 1: The restored ledger has',
      run: async () => restore(await cheated(desk, name)),
    },
    {
      fault: 'kill -9 before the names are changed',
      expected: 'exit 137: ; untouched',
      run: () => restore(name, [...confirmed, '--disconnect', '--no-safety'], { FAULT_POINT: 'restore_before_swap' }),
    },
    { fault: 'made by an older release', expected: 'exit 0: the rehearsal succeeded', run: () => fromOlder() },
    {
      fault: 'in earnest, with programs connected',
      expected: 'exit 0: restored; rows as at the backup, former database kept',
      run: () => inEarnest(desk, name, confirmed),
    },
  ]
}

/** What a database is known by: that it answers, which one it is, and what it holds. */
async function standing({ database: { owner, connection } }: BackupDesk): Promise<string> {
  const [row] = await owner<{ is: string }[]>`
    SELECT d.oid || ' ' || (SELECT count(*) FROM transaction_records) || ' ' || (SELECT count(*) FROM operator_accounts) AS is
    FROM pg_database d WHERE datname = ${connection.database}`
  return row!.is
}

/** A process that was killed leaves its copy; the next backup drops it. */
async function littered(desk: BackupDesk): Promise<string> {
  const litter = (await desk.litter()).filter((name) => name.endsWith('.part'))
  return litter.length === 0 ? '' : `; LEFT ${litter.join(', ')}`
}

type Edited = {
  migrations: { id: string; sha256: string }[]
  installation: string
  tables: { name: string; rows: number; part: Part }[]
  name: string
}
type Part = { file: string; index: number; bytes: number; sha256: string; plainBytes: number }

/** Changed by somebody who knows how a backup that is not encrypted is made. */
const edited = (desk: BackupDesk, name: string, change: (manifest: Edited) => unknown): Promise<string> =>
  desk.spoiled(name, async (folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Edited
    await change(manifest)
    redigest(folder, `${JSON.stringify(manifest, null, 1)}\n`)
  })

const shortened = (desk: BackupDesk, name: string, table: string) => rewritten(desk, name, table, (lines) => lines.slice(0, -1))

/** The first amount of the journal, one fen more. */
const cheated = (desk: BackupDesk, name: string) =>
  rewritten(desk, name, 'recharge_orders', (lines, columns) => {
    const at = columns.indexOf('amount_fen')
    const cells = lines[0]!.split('\t')
    cells[at] = String(BigInt(cells[at]!) + 1n)
    return [cells.join('\t'), ...lines.slice(1)]
  })

async function rewritten(
  desk: BackupDesk,
  name: string,
  table: string,
  change: (lines: string[], columns: string[]) => string[],
): Promise<string> {
  const { manifest } = await openBackup(join(desk.folder, name))
  const { part, columns } = manifest.tables.find((found) => found.name === table)!
  const place = { backup: name, keys: undefined }
  const chunks = await Array.fromAsync(readPart({ ...place, folder: join(desk.folder, name) }, part!))
  const lines = change(Buffer.concat(chunks).toString().split('\n').slice(0, -1), columns)
  const folder = await desk.spoiled(name, (copy) => rmSync(join(copy, part!.file)))
  const writer = await PartWriter.open({ ...place, folder }, part!.file, part!.index)
  await writer.write(Buffer.from(lines.map((line) => `${line}\n`).join('')))
  const written = await writer.finish()
  const text = readFileSync(join(folder, MANIFEST), 'utf8')
  const changed = JSON.parse(text) as Edited
  changed.tables.find((found) => found.name === table)!.part = written
  redigest(folder, `${JSON.stringify(changed, null, 1)}\n`)
  return folder
}

/** A database that stands one migration before the end; its backup is brought up while it is restored. */
async function fromOlder(): Promise<string> {
  const older = await openDesk({ empty: true })
  try {
    await migrateUp(older.database.connection, { upTo: migrationIds().at(-2)!.id })
    const made = await older.mr(['backup', 'create', '--reason', 'release'])
    return made.code === 0 ? ending(await older.mr(['backup', 'drill'])) : `not made: ${ending(made)}`
  } finally {
    await older.close()
  }
}

async function inEarnest(desk: BackupDesk, name: string, confirmed: string[]): Promise<string> {
  const { owner, connection } = desk.database
  const counted = async () => (await owner<{ rows: string }[]>`SELECT count(*)::text AS rows FROM applications`)[0]!.rows
  const before = await counted()
  await owner`INSERT INTO applications (id, app_name, unit_price_fen, min_players, max_players, created_at, updated_at)
    VALUES (gen_random_uuid(), 'made after the backup', 100, 1, 2, now(), now())`
  rmSync(join(desk.dataDir, 'invoices'), { recursive: true, force: true })
  writeFileSync(join(desk.dataDir, 'vouchers-note'), 'not a paper')
  const ended = await desk.mr(['backup', 'restore', name, ...confirmed, '--disconnect'])
  const rows = await owner`SELECT 1`.catch(() => {}).then(counted)
  const former = await owner`SELECT FROM pg_database WHERE starts_with(datname, ${`${connection.database.slice(0, 40)}_before_`})`
  const papers = readFileSync(join(desk.dataDir, 'invoices/2026/first.pdf'), 'utf8')
  const [told] = await owner<{ told: number }[]>`SELECT count(*)::int AS told FROM audit_logs WHERE operation = 'backup_restore'`
  if (ended.code !== 0) return ending(ended)
  const isWhole = rows === before && papers.startsWith('%PDF') && told!.told === 1
  return `exit 0: ${ended.out.includes('restored:') ? 'restored' : 'NOT restored'}; ${isWhole ? 'rows as at the backup' : `${rows} rows`}, ${former.length === 1 ? 'former database kept' : `${former.length} kept`}`
}

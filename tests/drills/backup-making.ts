import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type S3Server, startS3 } from '#tests/support/s3-server'
import { until } from '#tests/support/until'
import { type BackupDesk, ending, type Fault } from './backup-desk'
import { flip } from './backup-files'

/** Faults while a backup is made: it says so, it leaves nothing half-done, and what was good stays good. */
export function makingFaults(desk: BackupDesk): Fault[] {
  const create = async (env?: Record<string, string>) => `${ending(await desk.mr(['backup', 'create'], env))}${await left(desk)}`
  return [
    {
      fault: 'pg_dump wanted, none installed',
      expected: 'exit 1: There is no pg_dump for PostgreSQL',
      run: () => create({ ...DUMP, PATH: '/nonexistent' }),
    },
    {
      fault: 'pg_dump older than the server',
      expected: 'exit 1: There is no pg_dump for PostgreSQL',
      run: () => create({ ...DUMP, PATH: fakeTools(desk, 'older', 'echo "pg_dump (PostgreSQL) 9.6.24"') }),
    },
    {
      fault: 'pg_dump fails midway',
      expected: 'exit 1: pg_dump failed: the server went away',
      run: () =>
        create({
          ...DUMP,
          PATH: fakeTools(
            desk,
            'failing',
            'case "$1" in --version) echo "pg_dump (PostgreSQL) 99.1";; *) echo rows; echo "the server went away" >&2; exit 1;; esac',
          ),
        }),
    },
    {
      fault: 'a folder that cannot be made',
      expected: 'exit 1: Cannot write to the backup folder',
      run: () => create({ BACKUP_DIR: '/dev/null/backups' }),
    },
    {
      fault: 'too little room on the disk',
      expected: 'exit 1: ',
      run: () => onSmallDisk(desk, 'size=8m', 'has 8.0 MB left, the backup needs about'),
    },
    {
      fault: 'the disk full in the middle of writing',
      expected: 'exit 1: ',
      run: () => onSmallDisk(desk, 'size=400m,nr_inodes=24', 'The disk is full'),
    },
    { fault: 'two backups at once', expected: 'one good, one told: Another backup is under way; nothing left', run: () => twice(desk) },
    {
      fault: 'kill -9 before the backup has its name',
      expected: 'killed, then good; nothing left',
      run: () => killed(desk, 'backup_written'),
    },
    {
      fault: 'kill -9 while the copy is restored',
      expected: 'killed, then good; nothing left',
      run: () => killed(desk, 'backup_restored'),
    },
    { fault: 'the connections of the restore cut off', expected: 'exit 1 and why; nothing left', run: () => cutOff(desk) },
    ...sourceFaults(desk, create),
    ...copyFaults(desk, create),
  ]
}

const DUMP = { BACKUP_WAY: 'pg_dump' }

/** What must be said besides the way it ended. */
async function left(desk: BackupDesk): Promise<string> {
  const litter = await desk.litter()
  return litter.length === 0 ? '; nothing left' : `; LEFT ${litter.join(', ')}`
}

function fakeTools(desk: BackupDesk, name: string, script: string): string {
  const folder = join(desk.dataDir, `tools-${name}`)
  mkdirSync(folder, { recursive: true })
  for (const tool of ['pg_dump', 'pg_restore']) {
    writeFileSync(join(folder, tool), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, tool), 0o755)
  }
  return folder
}

/** In a mount namespace of its own, where this machine lets us have one. */
async function onSmallDisk(desk: BackupDesk, size: string, expected: string): Promise<string> {
  const folder = join(desk.dataDir, 'small-disk')
  mkdirSync(folder, { recursive: true })
  const script = `mount -t tmpfs -o ${size} tmpfs "$0" || exit 77; shift 0; "$@"; code=$?; ls "$0" >&2; exit $code`
  const own = process.getuid?.() === 0 ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount']
  const child = Bun.spawn([...own, 'sh', '-c', script, folder, process.execPath, 'src/cli/main.ts', 'backup', 'create'], {
    cwd: join(import.meta.dir, '../..'),
    env: { ...desk.environment({ BACKUP_DIR: folder }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [err, code] = [await new Response(child.stderr).text(), await child.exited]
  if (code === 77) return `exit 1: this machine gives no small disk: ${expected}`
  const words = ending({ code, out: '', err })
  const rest = err.trim().split('\n').slice(1).join(' ')
  return `${words.includes(expected) ? words : `WRONG ${words}`}${rest === '' ? '; nothing left' : `; LEFT ${rest}`}`
}

async function twice(desk: BackupDesk): Promise<string> {
  const outcomes = await Promise.all([desk.mr(['backup', 'create']), desk.mr(['backup', 'create'])])
  const good = outcomes.filter(({ code }) => code === 0).length
  const told = outcomes.find(({ code }) => code === 1)
  return `${good === 1 ? 'one good' : `${good} good`}, one told: ${told ? ending(told).replace('exit 1: ', '') : 'nothing'}${await left(desk)}`
}

async function killed(desk: BackupDesk, point: string): Promise<string> {
  const before = desk.backups().length
  const first = await desk.mr(['backup', 'create'], { FAULT_POINT: point })
  const dead = first.code === 0 ? 'NOT killed' : 'killed'
  const isNamed = desk.backups().length > before
  const listed = (await desk.mr(['backup', 'list'])).out
  const counted = isNamed && !listed.includes('unproved') ? 'COUNTED ' : ''
  const second = await desk.mr(['backup', 'create'])
  return `${dead}, then ${counted}${second.code === 0 ? 'good' : ending(second)}${await left(desk)}`
}

/** Whoever restores loses its connections again and again, as in a restart of the server. */
async function cutOff(desk: BackupDesk): Promise<string> {
  const child = desk.start(['backup', 'create'])
  const words = new Response(child.stderr).text()
  await until('the copy is being restored', async () => {
    const [row] = await desk.database.owner<{ ended: number }[]>`
      SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity
      WHERE application_name = 'mr-restore' AND starts_with(datname, ${`${desk.database.connection.database}_scratch_`})`
    return row!.ended > 0 || child.exitCode !== null
  })
  const ended = ending({ code: await child.exited, out: '', err: await words })
  return `${/^exit 1: \w/.test(ended) ? 'exit 1 and why' : ended}${await left(desk)}`
}

/** What is wrong in the original shows in the copy, and the backup does not count. */
function sourceFaults({ database: { owner } }: BackupDesk, create: () => Promise<string>): Fault[] {
  const without = async (undo: string, wrong: string) => {
    await asSuperuser(wrong)
    return create().finally(() => asSuperuser(undo))
  }
  const asSuperuser = (statement: string) =>
    owner.begin(async (sql) => {
      await sql`SELECT set_config('session_replication_role', 'replica', true)`
      await sql.unsafe(statement)
    })
  const first = '(SELECT id FROM operator_accounts ORDER BY id LIMIT 1)'
  return [
    {
      fault: 'a balance in the original changed by hand',
      expected: 'exit 1: The restored ledger has',
      run: () =>
        without(
          `UPDATE operator_accounts SET balance_fen = balance_fen - 1 WHERE id = ${first}`,
          `UPDATE operator_accounts SET balance_fen = balance_fen + 1 WHERE id = ${first}`,
        ),
    },
    {
      fault: 'a table in the original that no release knows',
      expected: 'exit 1: Table public.of_others of the backup is not in the restored schema',
      run: () => without('DROP TABLE of_others', 'CREATE TABLE of_others (id int)'),
    },
    {
      fault: 'a row in the original that its constraints forbid',
      expected: 'exit 1: ',
      run: () =>
        without(
          `DELETE FROM message_preferences WHERE type = 'system'`,
          `INSERT INTO message_preferences (operator_id, type, by_mail, updated_at) VALUES ('00000000-0000-7000-8000-000000000000', 'system', true, now())`,
        ),
    },
  ]
}

/** The copy elsewhere: whatever happens there, the backup here is good. */
function copyFaults(desk: BackupDesk, create: (env: Record<string, string>) => Promise<string>): Fault[] {
  const wayTo = ({ url, accessKey, secretKey }: S3Server) => ({
    BACKUP_S3_URL: url,
    BACKUP_S3_ACCESS_KEY: accessKey,
    BACKUP_S3_SECRET_KEY: secretKey,
  })
  const withBucket = async (work: (bucket: S3Server) => Promise<string>) => {
    const bucket = startS3()
    return work(bucket).finally(() => bucket.stop())
  }
  const openAlerts = async () => {
    const [row] = await desk.database.owner<{ open: number }[]>`
      SELECT count(*)::int AS open FROM alerts WHERE kind = 'backup_failed' AND subject = 'copy' AND closed_at IS NULL`
    return `, ${row!.open} alert`
  }
  return [
    {
      fault: 'the bucket refuses the secret',
      expected: 'exit 0: NOT copied elsewhere, see the alert; nothing left, 1 alert',
      run: () => withBucket(async (bucket) => (await create({ ...wayTo(bucket), BACKUP_S3_SECRET_KEY: 'wrong' })) + (await openAlerts())),
    },
    {
      fault: 'the bucket is away',
      expected: 'exit 0: NOT copied elsewhere, see the alert; nothing left, 1 alert',
      run: () =>
        withBucket(async (bucket) => {
          bucket.fails(true)
          return (await create(wayTo(bucket))) + (await openAlerts())
        }),
    },
    {
      fault: 'the bucket is back: copied, then fetched with a byte flipped there',
      expected: 'exit 0: copied elsewhere; nothing left, 0 alert; fetched: exit 1: The file',
      run: () =>
        withBucket(async (bucket) => {
          const made = (await create(wayTo(bucket))) + (await openAlerts())
          const name = desk.backups().at(-1)!
          const key = [...bucket.objects.keys()].find((found) => found.endsWith('public.operator_accounts.copy.zst'))!
          await Bun.write(join(desk.dataDir, 'flipped'), bucket.objects.get(key)!)
          flip(join(desk.dataDir, 'flipped'))
          bucket.objects.set(key, await Bun.file(join(desk.dataDir, 'flipped')).bytes())
          return `${made}; fetched: ${ending(await desk.mr(['backup', 'fetch', name], wayTo(bucket)))}`
        }),
    },
  ]
}

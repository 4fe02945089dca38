import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { migrateUp, migrationIds } from '#drizzle/migrate'
import { startPostgres } from '#src/embedded-postgres/supervisor'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { loadSettings, seedSettings } from '#src/settings/settings'

type SocketConnection = { host: string; port: number; username: string; database: string }

/** One PostgreSQL for all tests of a checkout, without fsync; it stays between runs, its databases do not. */
const DATA_DIR = join(import.meta.dir, '../../.data/test')

let cluster: Promise<SocketConnection> | undefined
let counter = 0

async function startCluster(): Promise<SocketConnection> {
  const { connection } = await startPostgres({ dataDir: DATA_DIR, durable: false })
  return connection as SocketConnection
}

/** Stops the tests' PostgreSQL unless another run still uses it; the last thing `bin/test` does. */
export async function stopCluster(): Promise<void> {
  const { stop } = await startPostgres({ dataDir: DATA_DIR, durable: false })
  await stop()
}

/** A superuser's connection: what an administrator of the database could do. */
const asOwner = (connection: SocketConnection): Sql<{ bigint: bigint }> =>
  postgres({ ...connection, max: 2, onnotice: () => {}, types: { bigint: postgres.BigInt } })

/** The URL of a test database, for server processes of their own. */
export const urlOf = ({ host, username, database }: SocketConnection): string =>
  `postgres://${username}@${encodeURIComponent(host)}:5432/${database}`

/** The template holds the migrated schema of exactly these migrations; each test database is a copy of it. */
async function templateName(server: SocketConnection): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for (const { path } of migrationIds()) hasher.update(await Bun.file(path).text())
  const name = `template_${hasher.digest('hex').slice(0, 16)}`
  const sql = asOwner(server)
  try {
    await sql`SELECT pg_advisory_lock(1)`
    const found = await sql`SELECT FROM pg_database WHERE datname = ${name} AND datistemplate`
    if (found.length === 0) {
      await sql.unsafe(`DROP DATABASE IF EXISTS ${name}`)
      await sql.unsafe(`CREATE DATABASE ${name}`)
      await migrateUp({ ...server, database: name })
      await sql.unsafe(`ALTER DATABASE ${name} IS_TEMPLATE true`)
    }
    return name
  } finally {
    await sql.end()
  }
}

export type TestDatabase = {
  connection: SocketConnection
  url: string
  /** Unrestricted SQL, as a superuser. */
  owner: Sql<{ bigint: bigint }>
  drop(): Promise<void>
}

/** A database of its own with the schema in it. */
export async function createDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  cluster ??= startCluster()
  const server = await cluster
  const database = `t${process.pid}_${++counter}_${Math.random().toString(36).slice(2, 8)}`
  const template = options.empty ? undefined : await templateName(server)
  const admin = asOwner(server)
  await admin.unsafe(`CREATE DATABASE ${database}${template ? ` TEMPLATE ${template}` : ''}`)
  const connection = { ...server, database }
  const owner = asOwner(connection)
  // Nobody waits for the clock's reports: every workers process of a test would make up for the last three and leave their files.
  if (template) await owner`UPDATE report_schedules SET is_on = false`
  // Nor for its backup, which would be made and restored behind every test that starts workers.
  if (template) await owner`INSERT INTO system_configs (key, value, type, updated_at) VALUES ('backup_daily', 'false', 'boolean', now())`
  const drop = async () => {
    await owner.end({ timeout: 1 })
    await leftAlone(admin, database)
    await admin.unsafe(`DROP DATABASE ${database} WITH (FORCE)`)
    await admin.end()
  }
  return { connection, url: urlOf(connection), owner, drop }
}

const LOOKS = 50
const LOOK_MS = 10

/** Connections that have said goodbye are gone a moment later; a server process that was left running is ended by force after that. */
async function leftAlone(admin: Sql<{ bigint: bigint }>, database: string): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const [row] = await admin`SELECT count(*)::int AS connected FROM pg_stat_activity WHERE datname = ${database}`
    if (row!.connected === 0) return
    await Bun.sleep(LOOK_MS)
  }
}

/** A fresh database, opened for the code of this process as web and workers open it. Call `close` in afterAll. */
export async function openTestDatabase(): Promise<TestDatabase & { close(): Promise<void> }> {
  const database = await createDatabase()
  openDatabase(database.connection, { max: 10, name: 'mr-test', asApplication: true })
  await seedSettings()
  await loadSettings()
  const close = async () => {
    await closeDatabase()
    await database.drop()
  }
  return { ...database, close }
}

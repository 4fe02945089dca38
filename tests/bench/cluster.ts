import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { migrateUp, migrationIds } from '#drizzle/migrate'
import { startPostgres } from '#src/embedded-postgres/supervisor'

export type Place = { host: string; port: number; username: string; database: string }

/** A PostgreSQL of our own with fsync on; cluster and made histories stay here between runs. */
const DATA_DIR = join(import.meta.dir, '../../.data/bench')

export type Bench = {
  /** A fresh copy of the template, made by `fill` when it is missing. */
  copy(template: string, fill: (place: Place) => Promise<void>): Promise<Place>
  drop(place: Place): Promise<void>
  version: string
  stop(): Promise<void>
}

/** Unrestricted SQL, for filling and proving. */
export const asOwner = (place: Place): Sql<{ bigint: bigint }> =>
  postgres({ ...place, max: 1, onnotice: () => {}, types: { bigint: postgres.BigInt } })

export const urlOf = ({ host, username, database }: Place): string => `postgres://${username}@${encodeURIComponent(host)}:5432/${database}`

/** Starts the cluster. */
export async function startBench(): Promise<Bench> {
  const server = await startPostgres({ dataDir: DATA_DIR, durable: true })
  const place = server.connection as Place
  const admin = asOwner(place)
  const [setting] = await admin<
    { fsync: string; version: string }[]
  >`SELECT current_setting('fsync') AS fsync, current_setting('server_version') AS version`
  if (setting?.fsync !== 'on') throw new Error('the benchmark needs fsync = on')
  const suffix = await schemaDigest()
  await dropLeftovers(admin, suffix)
  let counter = 0
  return {
    version: setting.version,
    copy: async (template, fill) => {
      const source = `${template}_${suffix}`
      await ensureTemplate(admin, place, source, fill)
      const database = `run_${++counter}`
      await admin.unsafe(`CREATE DATABASE ${database} TEMPLATE ${source} STRATEGY FILE_COPY`)
      await admin.unsafe('CHECKPOINT')
      return { ...place, database }
    },
    drop: async ({ database }) => {
      await admin.unsafe(`DROP DATABASE ${database} WITH (FORCE)`)
    },
    stop: async () => {
      await admin.end({ timeout: 5 })
      await server.stop()
    },
  }
}

/** Copies of a run that was killed, and templates of another schema: a million games take more than a gigabyte. */
async function dropLeftovers(admin: Sql<{ bigint: bigint }>, suffix: string): Promise<void> {
  const names = await admin<{ datname: string }[]>`
    SELECT datname FROM pg_database WHERE datname ^@ 'run_' OR datname ^@ 'games_' AND right(datname, ${suffix.length}) <> ${suffix}`
  for (const { datname } of names) {
    await admin.unsafe(`ALTER DATABASE ${datname} IS_TEMPLATE false`)
    await admin.unsafe(`DROP DATABASE ${datname} WITH (FORCE)`)
  }
}

async function ensureTemplate(
  admin: Sql<{ bigint: bigint }>,
  place: Place,
  name: string,
  fill: (place: Place) => Promise<void>,
): Promise<void> {
  const found = await admin`SELECT FROM pg_database WHERE datname = ${name} AND datistemplate`
  if (found.length > 0) return
  await admin.unsafe(`DROP DATABASE IF EXISTS ${name}`)
  await admin.unsafe(`CREATE DATABASE ${name}`)
  await migrateUp({ ...place, database: name })
  await fill({ ...place, database: name })
  await admin.unsafe(`ALTER DATABASE ${name} IS_TEMPLATE true`)
}

/** Templates belong to exactly these migrations and this way of filling them. */
async function schemaDigest(): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for (const { path } of migrationIds()) hasher.update(await Bun.file(path).text())
  for (const file of ['world.ts', 'history.ts']) hasher.update(await Bun.file(join(import.meta.dir, file)).text())
  return hasher.digest('hex').slice(0, 12)
}

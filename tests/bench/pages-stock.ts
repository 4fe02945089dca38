import { join } from 'node:path'
import postgres from 'postgres'
import { migrateUp } from '#drizzle/migrate'
import { seedLoad } from '#drizzle/seed/load'
import { now } from '#src/core/time'
import { startPostgres } from '#src/embedded-postgres/supervisor'

export type Place = { host: string; port: number; username: string; database: string }

/** A PostgreSQL of our own; what was loaded stays here between runs, since ten million games take a quarter of an hour. */
const DATA_DIR = join(import.meta.dir, '../../.data/bench')

/** Starts the cluster with a database of so many games in it, at the head of our migrations. Pages only read, so it is never copied. */
export async function openStock(rows: number, say: (line: string) => void): Promise<{ place: Place; stop(): Promise<void> }> {
  const server = await startPostgres({ dataDir: DATA_DIR, durable: true })
  const cluster = server.connection as Place
  const place = { ...cluster, database: `pages_${rows}_${await digest()}` }
  const admin = postgres({ ...cluster, max: 1, onnotice: () => {} })
  const [found] = await admin`SELECT FROM pg_database WHERE datname = ${place.database} AND datistemplate`
  if (!found) {
    say(`loading ${rows} games …`)
    await admin.unsafe(`DROP DATABASE IF EXISTS ${place.database} WITH (FORCE)`)
    await admin.unsafe(`CREATE DATABASE ${place.database}`)
    await migrateUp(place)
    await seedLoad(place, { rows, operators: 20, now: now() })
    // The mark of a load that was finished.
    await admin.unsafe(`ALTER DATABASE ${place.database} IS_TEMPLATE true`)
  } else await migrateUp(place)
  await admin.end({ timeout: 5 })
  return { place, stop: () => server.stop() }
}

/** A database belongs to this way of loading; migrations that came later are applied to it. */
async function digest(): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  const files = ['seed/load.ts', 'seed/load-world.ts', 'migrations/0005_usage_rollups.sql']
  for (const file of files) hasher.update(await Bun.file(join(import.meta.dir, '../../drizzle', file)).text())
  return hasher.digest('hex').slice(0, 12)
}

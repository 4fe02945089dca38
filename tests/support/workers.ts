import type { openTestDatabase } from './database'
import { spawnProduct } from './product-process'
import { until } from './until'

/** A workers process of its own on the given database; ends on `stop` as under its supervisor. */
export function spawnWorkers(databaseUrl: string, env: Record<string, string> = {}): { stop(): Promise<number> } {
  const child = spawnProduct('workers/main.ts', { DATABASE_URL: databaseUrl, ...env })
  return {
    stop: async () => {
      child.kill('SIGTERM')
      return child.exited
    },
  }
}

/** Until a workers process has told the pages what it does: from then on a run can be asked for. */
export async function workersAreUp({ owner }: Pick<Awaited<ReturnType<typeof openTestDatabase>>, 'owner'>): Promise<void> {
  await until('a workers process', async () => (await owner`SELECT FROM scheduled_jobs LIMIT 1`).length === 1)
}

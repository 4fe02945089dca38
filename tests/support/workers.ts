import { JOBS } from '#workers/schedule'
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

type Owner = Pick<Awaited<ReturnType<typeof openTestDatabase>>, 'owner'>

/** As if the clock had gone all along: workers that start now make up for nothing (except one job, if given), and what runs is what somebody asked for. */
export async function nothingMissed({ owner }: Owner, except?: string): Promise<void> {
  await owner`
    INSERT INTO job_runs (job, scheduled_for, started_at, finished_at, status)
    SELECT name, now(), now(), now(), 'ok' FROM unnest(${JOBS.map(({ name }) => name).filter((name) => name !== except)}::text[]) AS j (name)`
}

/** Until a workers process has told the pages what it does: from then on a run can be asked for. */
export async function workersAreUp({ owner }: Owner): Promise<void> {
  await until('a workers process', async () => (await owner`SELECT FROM scheduled_jobs LIMIT 1`).length === 1)
}

import { spawnProduct } from './product-process'

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

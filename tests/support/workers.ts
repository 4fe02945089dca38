import { childEnvironment } from '#src/platform/config'

/** A workers process of its own on the given database; ends on `stop` as under its supervisor. */
export function spawnWorkers(databaseUrl: string, env: Record<string, string> = {}): { stop(): Promise<number> } {
  const child = Bun.spawn([process.execPath, 'workers/main.ts'], {
    cwd: `${import.meta.dir}/../..`,
    env: childEnvironment({ APP_ENV: 'test', NODE_ENV: 'production', LOG_LEVEL: 'silent', DATABASE_URL: databaseUrl, ...env }),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return {
    stop: async () => {
      child.kill('SIGTERM')
      return child.exited
    },
  }
}

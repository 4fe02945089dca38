import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { childEnvironment } from '#src/platform/config'
import { SUPERVISED } from '#src/platform/supervised'
import { freePort } from '#tests/support/http'
import { type Place, urlOf } from './cluster'

export type Server = {
  port: number
  /** Resident memory now, in MB. */
  rssMb(): number
  stop(): Promise<void>
}

const ROOT = join(import.meta.dir, '../..')
const PROGRAMS = { ours: 'src/server.ts', baseline: 'tests/bench/baseline-server.ts', perRequest: 'tests/bench/per-request-server.ts' }
export type Kind = keyof typeof PROGRAMS

/** A server process as in production: its own process, log level info, log lines thrown away by the kernel. */
export async function startServer(kind: Kind, place: Place, pool: number): Promise<Server> {
  const port = freePort()
  const child = Bun.spawn([process.execPath, PROGRAMS[kind], SUPERVISED], {
    cwd: ROOT,
    env: childEnvironment({
      APP_ENV: 'development',
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      PORT: String(port),
      DATABASE_URL: urlOf(place),
      DATABASE_POOL: String(pool),
    }),
    // Its standard input closes when this process ends, however that happens, and the server ends with it.
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  await answers(port, child)
  return {
    port,
    rssMb: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    stop: async () => {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

async function answers(port: number, child: Bun.Subprocess): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server process ended with ${child.exitCode}`)
    const isUp = await fetch(`http://127.0.0.1:${port}/v1/game/sites`).then(
      () => true,
      () => false,
    )
    if (isUp) return
    await Bun.sleep(20)
  }
  throw new Error(`no answer on port ${port}`)
}

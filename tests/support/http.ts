import { type HttpServer, openPort } from '#src/http-server'
import { spawnProduct } from './product-process'

/** The product's HTTP server in this process, on a port of its own. */
export const startServer = (): HttpServer => openPort(0, '127.0.0.1')

export type ServerProcess = { url: string; process: Bun.Subprocess; kill(signal?: NodeJS.Signals): Promise<void> }

/** A server process of its own on the given database. `env` may name a FAULT_POINT. */
export async function spawnServer(databaseUrl: string, env: Record<string, string> = {}): Promise<ServerProcess> {
  const port = freePort()
  const child = spawnProduct('src/server.ts', { LOG_LEVEL: 'warn', PORT: String(port), DATABASE_URL: databaseUrl, ...env })
  const url = `http://127.0.0.1:${port}`
  await answers(url, child)
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    child.kill(signal)
    await child.exited
  }
  return { url, process: child, kill }
}

/** A port nobody uses right now. */
export function freePort(): number {
  const probe = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { port } = probe
  probe.stop(true)
  return port!
}

async function answers(url: string, child: Bun.Subprocess): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server process ended with ${child.exitCode}`)
    const up = await fetch(`${url}/health/live`).then(
      (response) => response.status === 200,
      () => false,
    )
    if (up) return
    await Bun.sleep(20)
  }
  throw new Error(`no answer from ${url}`)
}

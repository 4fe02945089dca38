import { createServer } from 'node:net'
import { stopwatch } from '#src/core/time'
import { SUPERVISED } from '#src/platform/supervised'
import type { Release } from './generation'
import { lastWords } from './program'
import { requireReady } from './smoke'

const READY_MS = 20_000
const POLL_MS = 50
const STOP_MS = 5_000

/** A web process of a release on a port of its own, which nobody else calls. */
export type Beside = { url: string; stop(): Promise<void> }

/** Starts it and waits until it says that it is ready. Throws an Error with its last words when it ends or takes too long. */
export async function startBeside(
  { root, bun }: Release,
  environment: (given: Record<string, string>) => Record<string, string>,
): Promise<Beside> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = environment({ NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), WEB_PROCESSES: '1' })
  // Our end of its standard input closes with us, however we end, and it ends then too.
  const child = Bun.spawn([bun, 'src/server.ts', SUPERVISED], { cwd: root, env, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' })
  const said = collect(child)
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await child.exited
    clearTimeout(late)
  }
  try {
    await untilReady(url, child)
  } catch (error) {
    await stop()
    throw new Error(`${(error as Error).message}\n${lastWords(said())}`.trim())
  }
  return { url, stop }
}

async function untilReady(url: string, child: Bun.Subprocess): Promise<void> {
  let last = ''
  for (const elapsed = stopwatch(); elapsed() < READY_MS; await Bun.sleep(POLL_MS)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`新版本启动后退出（${child.signalCode ?? child.exitCode}） / the new release ended at its start`)
    const fault = await requireReady(url).then(
      () => undefined,
      (error: Error) => error.message,
    )
    if (fault === undefined) return
    last = fault
  }
  throw new Error(`新版本 ${READY_MS / 1000} 秒内未就绪 / the new release was not ready within ${READY_MS / 1000} s: ${last}`)
}

/** Keeps the end of what a process says; a pipe that nobody reads would stop it. */
function collect(child: { stdout: ReadableStream<Uint8Array>; stderr: ReadableStream<Uint8Array> }): () => string {
  const texts = ['', '']
  const read = async (stream: ReadableStream<Uint8Array>, index: number) => {
    const decoder = new TextDecoder()
    for await (const part of stream) texts[index] = (texts[index] + decoder.decode(part, { stream: true })).slice(-4_000)
  }
  void Promise.allSettled([read(child.stdout, 0), read(child.stderr, 1)])
  return () => texts[1] || texts[0] || ''
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const trial = createServer()
    trial.once('error', reject)
    trial.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = trial.address()
      trial.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })

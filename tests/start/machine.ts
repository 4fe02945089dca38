import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { childEnvironment } from '#src/platform/config'

/** One `bin/start` in a session of its own, as a terminal would run it. */
export type Machine = {
  url: string
  /** All it has printed so far. */
  output(): string
  /** Returns when it has printed `words`; throws with its output when it ended before, or after `seconds`. */
  prints(words: string, seconds?: number): Promise<void>
  /** Ctrl-C: the signal goes to every process of the terminal. Returns the exit code. */
  interrupt(): Promise<number>
  kill(): Promise<void>
  exited: Promise<number>
}

export function startMachine(dataDir: string, port: number, extra: Record<string, string> = {}): Machine {
  const env = childEnvironment({
    APP_ENV: 'development',
    SEED_DEMO: 'auto',
    DATABASE_URL: '',
    DATA_DIR: dataDir,
    PORT: String(port),
    ...extra,
  })
  const child = Bun.spawn(['bin/start'], { env, detached: true, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  let text = ''
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder()
    for await (const part of stream) text += decoder.decode(part, { stream: true })
  }
  void collect(child.stdout)
  void collect(child.stderr)
  const prints = async (words: string, seconds = 60) => {
    await until(() => text.includes(words) || child.exitCode !== null || child.signalCode !== null, seconds).catch(() => {})
    if (!text.includes(words)) throw new Error(`bin/start did not print "${words}":\n${text}`)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => text,
    prints,
    interrupt: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGINT')
      return await child.exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      await child.exited
    },
    exited: child.exited,
  }
}

/** Processes that were started for this data directory: it is in their environment or on their command line. */
export function processesOf(dataDir: string, words = ''): number[] {
  if (process.platform !== 'linux') {
    const lines = Bun.spawnSync(['ps', 'axeww', '-o', 'pid=,command=']).stdout.toString().split('\n')
    return lines.filter((line) => line.includes(dataDir) && line.includes(words)).map((line) => Number.parseInt(line, 10))
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => describes(pid, dataDir, words)).map(Number)
}

function describes(pid: string, dataDir: string, words: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return command.includes(words) && `${command}${readFileSync(`/proc/${pid}/environ`, 'utf8')}`.includes(dataDir)
  } catch {
    return false
  }
}

/** Waits for `condition`; throws after `seconds`. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`did not come true within ${seconds} s: ${condition}`)
    await Bun.sleep(20)
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

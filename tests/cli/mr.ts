import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childEnvironment } from '#src/platform/config'
import type { TestDatabase } from '#tests/support/database'

/** A production environment that lacks nothing. */
export const PRODUCTION = {
  APP_ENV: 'production',
  PUBLIC_URL: 'https://mr.example',
  MASTER_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
  JWT_SECRET: 'a secret of a test that is long enough',
  METRICS_TOKEN: 'a token of a test',
}

export type Ended = { code: number; out: string; err: string }

/** The command line as a process of its own, with nothing of the machine's own terminal. */
export async function mr(
  args: string[],
  options: { database?: TestDatabase; env?: Record<string, string>; stdin?: string } = {},
): Promise<Ended> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mr-cli-'))
  const child = Bun.spawn([process.execPath, 'src/cli/main.ts', ...args], {
    cwd: join(import.meta.dir, '../..'),
    env: childEnvironment({
      APP_ENV: 'test',
      NODE_ENV: 'production',
      LOG_LEVEL: 'silent',
      DATA_DIR: dataDir,
      ...(options.database ? { DATABASE_URL: options.database.url } : {}),
      ...options.env,
    }),
    stdin: new Blob([options.stdin ?? '']),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
  rmSync(dataDir, { recursive: true, force: true })
  return { code, out, err }
}

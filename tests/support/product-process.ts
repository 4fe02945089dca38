import { childEnvironment } from '#src/platform/config'
import { SUPERVISED } from '#src/platform/supervised'

/**
 * One of the product's long-lived programs (`src/server.ts`, `workers/main.ts`) as a process of its own. Its standard input is never
 * written to: it closes when the test process ends, however it ends, and the program then goes too. A test that fails leaves nobody behind.
 */
export const spawnProduct = (
  program: string,
  env: Record<string, string>,
  words: string[] = [],
): Bun.Subprocess<'pipe', 'inherit', 'inherit'> =>
  Bun.spawn([process.execPath, program, ...words, SUPERVISED], {
    cwd: `${import.meta.dir}/../..`,
    env: childEnvironment({ APP_ENV: 'test', NODE_ENV: 'production', LOG_LEVEL: 'silent', ...env }),
    stdio: ['pipe', 'inherit', 'inherit'],
  })

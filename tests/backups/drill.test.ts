import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { childEnvironment } from '#src/platform/config'

test('the quick rehearsal: every fault comes to the outcome that it has to', async () => {
  const child = Bun.spawn([process.execPath, 'tests/drills/main.ts', 'backup', 'quick'], {
    cwd: join(import.meta.dir, '../..'),
    env: childEnvironment({}),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const out = await new Response(child.stdout).text()
  expect(out).toContain('backup: 12 faults, 0 wrong outcomes')
  expect(await child.exited).toBe(0)
}, 300_000)

import { expect, test } from 'bun:test'
import { childEnvironment } from '#src/platform/config'

/** The raw text that the product writes when it logs one hostile thing. */
function logged(kind: string): string {
  const run = Bun.spawnSync([process.execPath, `${import.meta.dir}/log-hostile.ts`, kind], {
    env: childEnvironment({ APP_ENV: 'test', LOG_LEVEL: 'debug' }),
  })
  expect(run.stderr.toString()).toBe('')
  return run.stdout.toString()
}

test.each(['lines', 'colours', 'large', 'secrets', 'odd'])(
  '%s: one line of JSON, without a character that a terminal would obey',
  (kind) => {
    const text = logged(kind)
    expect(text.endsWith('\n')).toBe(true)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    expect(JSON.parse(text)).toMatchObject({ level: 'warn', message: 'hostile' })
    expect(text.length).toBeLessThan(10_000)
  },
)

test('what was written can be read back, cut where it was too long', () => {
  expect(JSON.parse(logged('lines')).user_id).toBe('a\r\nlevel: error\n{"level":"error"}\u2028\u2029\u0085')
  expect(JSON.parse(logged('large')).user_id).toHaveLength(1_025)
})

test('no secret reaches a line, however deep it lies', () => {
  expect(logged('secrets')).not.toContain('canary')
})

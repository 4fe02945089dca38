import { expect, test } from 'bun:test'
import { environmentFaults } from '#src/platform/config'

test.each([
  [{ PORT: '80x' }, 'PORT'],
  [{ PORT: '70000' }, 'PORT'],
  [{ APP_ENV: 'staging' }, 'APP_ENV'],
  [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
  [{ TRUSTED_PROXIES: '10.0.0.0/abc' }, 'TRUSTED_PROXIES'],
  [{ TRUSTED_PROXIES: '10.0.0.0/64' }, 'TRUSTED_PROXIES'],
  [{ TRUSTED_PROXIES: 'proxy.local' }, 'TRUSTED_PROXIES'],
  [{ MASTER_KEYS: '1:short' }, 'MASTER_KEYS'],
  [{ JWT_SECRET: 'short' }, 'JWT_SECRET'],
  [{ METRICS_TOKEN: 'x' }, 'METRICS_TOKEN'],
])('%j is refused by name', (env, name) => {
  expect(environmentFaults(env as Record<string, string>).map((fault) => fault.split(' ')[0])).toEqual([name])
})

test('all faults are listed at once, and production wants its secrets', () => {
  expect(environmentFaults({ PORT: 'x', LOG_LEVEL: 'loud' })).toHaveLength(2)
  const missing = environmentFaults({ APP_ENV: 'production', FAULT_POINT: 'begun' })
  for (const name of ['DATABASE_URL', 'PUBLIC_URL', 'MASTER_KEYS', 'JWT_SECRET', 'METRICS_TOKEN', 'FAULT_POINT']) {
    expect(missing.some((fault) => fault.startsWith(`${name} `))).toBe(true)
  }
})

test('good values and empty ones pass', () => {
  expect(environmentFaults({ PORT: '8000', TRUSTED_PROXIES: '10.0.0.0/8, ::1, 192.0.2.7', DATABASE_URL: '' })).toEqual([])
})

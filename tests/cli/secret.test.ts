import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeyText } from '#src/platform/key-files'
import { mr, PRODUCTION } from './mr'

const folder = mkdtempSync(join(tmpdir(), 'mr-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))

const OLD = `1:${Buffer.alloc(32, 7).toString('base64')}`
const BOTH = `${OLD},2:${Buffer.alloc(32, 8).toString('base64')}`
const TEXT = '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n'
const path = join(folder, 'merchant.pem')
const content = () => readFileSync(path, 'utf8')
const seal = (keys: string) => mr(['secret', 'seal', path], { env: { MASTER_KEYS: keys } })

test('a key file is sealed in place, again under a newer master key, and opens to the same bytes', async () => {
  writeFileSync(path, TEXT)
  expect((await seal(OLD)).code).toBe(0)
  expect(content()).toStartWith('mr-sealed:v1:1:')
  expect(content()).not.toContain('secret')
  expect(statSync(path).mode & 0o777).toBe(0o600)

  const before = content()
  expect((await seal(OLD)).out).toContain('already sealed')
  expect(content()).toBe(before)

  expect((await seal(BOTH)).code).toBe(0)
  expect(content()).toStartWith('mr-sealed:v1:2:')
  expect(openKeyText(content(), BOTH)).toBe(TEXT)
  expect(() => openKeyText(content(), OLD)).toThrow()
})

test('what no master key opens is left as it is', async () => {
  const before = content()
  const { code, err } = await seal(`3:${Buffer.alloc(32, 9).toString('base64')}`)
  expect(code).toBe(1)
  expect(err).toContain('none of MASTER_KEYS opens')
  expect(content()).toBe(before)
})

test('it works in production before the rest of the configuration is in order', async () => {
  writeFileSync(path, TEXT)
  const env = { ...PRODUCTION, DATABASE_URL: 'postgres://x/y', WECHAT_PRIVATE_KEY_FILE: path }
  expect((await mr(['secret', 'seal', path], { env })).code).toBe(0)
  const without = await mr(['secret', 'seal', path], { env: { ...env, MASTER_KEYS: '' } })
  expect(without.code).toBe(1)
  expect(without.err).toContain('MASTER_KEYS is required')
})

test('a file that is not there is one sentence', async () => {
  const { code, err } = await mr(['secret', 'seal', join(folder, 'none')])
  expect(code).toBe(1)
  expect(err).toContain('ENOENT')
})

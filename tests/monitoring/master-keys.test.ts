import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealContext } from '#src/accounts/api-keys'
import { addDays, now } from '#src/core/time'
import { prepareGateway } from '#src/gateway-simulator/keys'
import { adviseOnKeys, checkMasterKeys, type MasterKeyStanding } from '#src/monitoring/master-keys/standing'
import { config } from '#src/platform/config'
import { openKeyText, sealKeyText } from '#src/platform/key-files'
import { sealUnder, unsealUnder } from '#src/platform/sealing'
import { totpContext } from '#src/staff/second-factor'
import { mr } from '#tests/cli/mr'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff } from '#tests/support/factory'

let database: Awaited<ReturnType<typeof openTestDatabase>>
const folder = mkdtempSync(join(tmpdir(), 'mr-keys-'))
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

const OLD = config().MASTER_KEYS
const BOTH = `${OLD},2:${Buffer.alloc(32, 8).toString('base64')}`
const openAlerts = async () =>
  (
    await database.owner<{ subject: string }[]>`SELECT subject FROM alerts WHERE kind = 'master_key_old' AND closed_at IS NULL ORDER BY 1`
  ).map(({ subject }) => subject)

test('reseal writes API keys, TOTP secrets and key files again under the newest key, opens to the same, and can be run again', async () => {
  const operators = await Promise.all(Array.from({ length: 130 }, () => anOperator()))
  const staff = await aStaff('admin')
  const { cipher } = sealUnder(OLD, 'JBSWY3DPEHPK3PXP', totpContext(staff.id))
  await database.owner`UPDATE admin_accounts SET totp_cipher = ${Buffer.from(cipher)}, totp_version = 1, totp_since = now() WHERE id = ${staff.id}`
  const channels = await prepareGateway(folder, { port: 1 })
  const file = channels.WECHAT_API_V3_KEY_FILE!
  const plain = readFileSync(file, 'utf8')
  writeFileSync(file, sealKeyText(plain, OLD))
  const env = { ...channels, MASTER_KEYS: BOTH }

  const first = await mr(['secret', 'reseal'], { database, env })
  expect([first.code, first.err]).toEqual([0, ''])
  expect(first.out).toContain('API Key 130 · TOTP 1')
  for (const { id, apiKey } of operators.slice(0, 3)) {
    const [row] = await database.owner<{ cipher: Uint8Array; version: number }[]>`
      SELECT api_key_cipher AS cipher, api_key_version AS version FROM operator_accounts WHERE id = ${id}`
    expect(row!.version).toBe(2)
    expect(unsealUnder(BOTH, row!, sealContext(id))).toBe(apiKey)
  }
  const [row] = await database.owner<{ cipher: Uint8Array; version: number }[]>`
    SELECT totp_cipher AS cipher, totp_version AS version FROM admin_accounts WHERE id = ${staff.id}`
  expect(unsealUnder(BOTH, row!, totpContext(staff.id))).toBe('JBSWY3DPEHPK3PXP')
  const entries = await database.owner`SELECT details FROM audit_logs WHERE operation = 'master_key_reseal'`
  expect(entries.map(({ details }) => details)).toEqual([{ api_keys: 130, totp_secrets: 1 }])

  const again = await mr(['secret', 'reseal'], { database, env })
  expect(again.out).toContain('API Key 0 · TOTP 0')
  expect(readFileSync(file, 'utf8')).toStartWith('mr-sealed:v1:2:')
  expect(openKeyText(readFileSync(file, 'utf8'), BOTH)).toBe(plain)
}, 30_000)

test('a process that lacks the key says which one, and nothing is changed', async () => {
  const { code, err } = await mr(['secret', 'reseal'], { database, env: { MASTER_KEYS: `3:${Buffer.alloc(32, 9).toString('base64')}` } })
  expect([code, err]).toEqual([1, '缺少主密钥 2，仍有密文需要 / master key 2 is missing\n'])
})

test('another key under a number that was used before is refused before anything is sealed under it', async () => {
  const { code, err } = await mr(['secret', 'reseal'], { database, env: { MASTER_KEYS: `2:${Buffer.alloc(32, 5).toString('base64')}` } })
  expect(code).toBe(1)
  expect(err).toContain('master key 2 is another key than before')
})

const aKey = (version: number, changes: Partial<MasterKeyStanding> = {}): MasterKeyStanding => ({
  ...{ version, isConfigured: true, firstUsedAt: addDays(now(), -10), apiKeys: 0, totpSecrets: 0, files: 0, ...changes },
})
test.each([
  ['a young key with an old one that nothing needs', [aKey(2), aKey(1)], { rotate: null, remove: [1], missing: [] }],
  ['the same within the overlap', [aKey(2, { firstUsedAt: addDays(now(), -6) }), aKey(1)], { rotate: null, remove: [], missing: [] }],
  ['an old one that a file needs', [aKey(2), aKey(1, { files: 1 })], { rotate: null, remove: [], missing: [] }],
  ['a key of 90 days', [aKey(1, { firstUsedAt: addDays(now(), -90), apiKeys: 5 })], { rotate: 90, remove: [], missing: [] }],
  ['one that was taken out too early', [aKey(2), aKey(1, { isConfigured: false, apiKeys: 1 })], { rotate: null, remove: [], missing: [1] }],
] as [string, MasterKeyStanding[], ReturnType<typeof adviseOnKeys>][])('advice: %s', (_, keys, advice) => {
  expect(adviseOnKeys(keys, now())).toEqual(advice)
})

test('the morning check tells of an old key and of a missing one, once each, and of their end', async () => {
  expect(await checkMasterKeys({ now: now() })).toMatchObject({ missing: 1, removable: 0 })
  expect(await openAlerts()).toEqual(['missing'])
  await checkMasterKeys({ now: addDays(now(), 91) })
  expect(await openAlerts()).toEqual(['missing', 'rotate'])
  await database.owner`UPDATE operator_accounts SET api_key_version = 1`
  await database.owner`UPDATE admin_accounts SET totp_version = 1`
  await checkMasterKeys({ now: now() })
  expect(await openAlerts()).toEqual([])
})

import { expect, test } from 'bun:test'
import { mr } from '#tests/cli/mr'
import { withServer } from '#tests/support/api'
import { WALLET_CHECKS } from '#views/assets/wallet-check-flow.js'
import { aPartner } from './partner'

const { started } = withServer()
const check = (words: string[], stdin?: string) =>
  mr(['wallet', 'check', '--url', started.url, ...words], { database: started.database, ...(stdin === undefined ? {} : { stdin }) })

test('mr wallet check goes through every step with a key of its own, all green', async () => {
  const { code, out, err } = await check([])
  expect([code, err]).toEqual([0, ''])
  expect(out.match(/^✓/gm)).toHaveLength(WALLET_CHECKS.length)
  expect(out).toContain('all green')
})

test('mr wallet check says which step fails and what was answered, and exits 1', async () => {
  const partner = await aPartner({ scopes: ['wallet:read', 'wallet:credit'] })
  const { code, out, err } = await check(['--key-stdin'], `${partner.key}\n`)
  expect(code).toBe(1)
  expect(out).toMatch(/^✗ 扣减/m)
  expect(err).toContain('PERMISSION_DENIED')
  expect(out + err).not.toContain(partner.key)
})

test('mr wallet verify proves the statements', async () => {
  const { code, out } = await mr(['wallet', 'verify'], { database: started.database })
  expect([code, /钱包无误/.test(out)]).toEqual([0, true])
})

import { afterAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFaults } from '#src/platform/config'
import { sealKeyText } from '#src/platform/key-files'
import { readPaymentSettings } from '#src/platform/payment-settings'
import { PRODUCTION } from '#tests/cli/mr'

const folder = mkdtempSync(join(tmpdir(), 'mr-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const MASTER_KEYS = `1:${Buffer.alloc(32, 7).toString('base64')}`
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const weak = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const bare = (pem: string) => pem.replace(/-----.*-----|\s/g, '')

const WECHAT = {
  WECHAT_APP_ID: 'wx1',
  WECHAT_MCH_ID: '1900000001',
  WECHAT_CERT_SERIAL: 'AA11',
  WECHAT_PRIVATE_KEY_FILE: file('merchant.pem', pair.privateKey),
  WECHAT_API_V3_KEY_FILE: file('v3.txt', '0123456789abcdef0123456789abcdef\n'),
  WECHAT_PLATFORM_KEYS: `PUB_KEY_ID_01:${file('platform.pem', pair.publicKey)}`,
}
const ALIPAY = {
  ALIPAY_APP_ID: '2021000000000001',
  ALIPAY_SELLER_ID: '2088000000000001',
  ALIPAY_PRIVATE_KEY_FILE: file('app.txt', bare(pair.privateKey)),
  ALIPAY_PUBLIC_KEY_FILE: file('alipay.txt', bare(pair.publicKey)),
}

describe('a channel of payment', () => {
  test('is switched off without settings, on with all of them', () => {
    const around = { masterKeys: MASTER_KEYS, production: false }
    expect(readPaymentSettings({}, around)).toEqual({ settings: {}, faults: [] })
    const { settings, faults } = readPaymentSettings({ ...WECHAT, ...ALIPAY }, around)
    expect(faults).toEqual([])
    expect(settings.wechat).toMatchObject({ baseUrl: 'https://api.mch.weixin.qq.com', merchantId: '1900000001' })
    expect(settings.alipay).toMatchObject({ gatewayUrl: 'https://openapi.alipay.com/gateway.do', sellerId: '2088000000000001' })
  })

  test('with some of its settings is a fault that names each missing one', () => {
    expect(environmentFaults({ WECHAT_APP_ID: 'wx1', ALIPAY_GATEWAY: 'https://x/gateway.do' })).toEqual([
      'WECHAT_MCH_ID is required when WeChat Pay is switched on',
      'WECHAT_CERT_SERIAL is required when WeChat Pay is switched on',
      'WECHAT_PRIVATE_KEY_FILE is required when WeChat Pay is switched on',
      'WECHAT_API_V3_KEY_FILE is required when WeChat Pay is switched on',
      'WECHAT_PLATFORM_KEYS is required when WeChat Pay is switched on',
      'ALIPAY_APP_ID is required when Alipay is switched on',
      'ALIPAY_SELLER_ID is required when Alipay is switched on',
      'ALIPAY_PRIVATE_KEY_FILE is required when Alipay is switched on',
      'ALIPAY_PUBLIC_KEY_FILE is required when Alipay is switched on',
    ])
  })

  test.each([
    [{ ...WECHAT, WECHAT_PRIVATE_KEY_FILE: '/nowhere' }, 'WECHAT_PRIVATE_KEY_FILE names a file that cannot be read (ENOENT)'],
    [{ ...WECHAT, WECHAT_PRIVATE_KEY_FILE: file('no.pem', 'hello') }, 'WECHAT_PRIVATE_KEY_FILE names a file that holds no RSA private key'],
    [
      { ...WECHAT, WECHAT_PRIVATE_KEY_FILE: file('weak.pem', weak.privateKey) },
      'WECHAT_PRIVATE_KEY_FILE names a file that holds no RSA private key',
    ],
    [{ ...WECHAT, WECHAT_API_V3_KEY_FILE: file('short.txt', 'short') }, 'WECHAT_API_V3_KEY_FILE names a file that does not hold 32'],
    [{ ...WECHAT, WECHAT_PLATFORM_KEYS: 'nonsense' }, 'WECHAT_PLATFORM_KEYS must be serial:file'],
    [{ ...WECHAT, WECHAT_PLATFORM_KEYS: 'A1:/nowhere' }, 'WECHAT_PLATFORM_KEYS names a file that cannot be read'],
    [{ ...WECHAT, WECHAT_MCH_ID: 'abc' }, 'WECHAT_MCH_ID must be digits'],
    [{ ...WECHAT, WECHAT_BASE_URL: 'ftp://x' }, 'WECHAT_BASE_URL must be a URL'],
    [{ ...ALIPAY, ALIPAY_PUBLIC_KEY_FILE: file('no.txt', 'AAAA') }, 'ALIPAY_PUBLIC_KEY_FILE names a file that holds no RSA public key'],
  ])('%# a wrong setting is told by its name, never by its content', (env, fault) => {
    const faults = environmentFaults(env as Record<string, string>)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toStartWith(fault)
  })
})

describe('production', () => {
  const production = { ...PRODUCTION, MASTER_KEYS, DATABASE_URL: 'postgres://x/y' }
  const sealed = (name: string, text: string, keys = MASTER_KEYS) => file(name, sealKeyText(text, keys))
  const good = {
    ...WECHAT,
    WECHAT_PRIVATE_KEY_FILE: sealed('s1', pair.privateKey),
    WECHAT_API_V3_KEY_FILE: sealed('s2', '0123456789abcdef0123456789abcdef'),
    ...ALIPAY,
    ALIPAY_PRIVATE_KEY_FILE: sealed('s3', bare(pair.privateKey)),
  }

  test('takes sealed key files and https', () => {
    expect(environmentFaults({ ...production, ...good })).toEqual([])
  })

  test('refuses unsealed secrets, plain http and what its master keys do not open, all at once', () => {
    const otherKeys = `1:${Buffer.alloc(32, 9).toString('base64')}`
    const bad = {
      ...good,
      WECHAT_BASE_URL: 'http://api.mch.weixin.qq.com',
      ALIPAY_GATEWAY: 'http://127.0.0.1:9/gateway.do',
      WECHAT_PRIVATE_KEY_FILE: WECHAT.WECHAT_PRIVATE_KEY_FILE,
      WECHAT_API_V3_KEY_FILE: WECHAT.WECHAT_API_V3_KEY_FILE,
      ALIPAY_PRIVATE_KEY_FILE: sealed('s4', pair.privateKey, otherKeys),
    }
    expect(environmentFaults({ ...production, ...bad }).sort()).toEqual([
      'ALIPAY_GATEWAY must be https when APP_ENV=production',
      'ALIPAY_PRIVATE_KEY_FILE names a sealed file that none of MASTER_KEYS opens',
      'WECHAT_API_V3_KEY_FILE names a file that is not sealed: run mr secret seal on it',
      'WECHAT_BASE_URL must be https when APP_ENV=production',
      'WECHAT_PRIVATE_KEY_FILE names a file that is not sealed: run mr secret seal on it',
    ])
  })
})

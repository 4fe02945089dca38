import type { KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { apiV3Key, KeyFileFault, readKeyFile, rsaPrivateKey, rsaPublicKey } from './key-files'

const text = v.optional(v.pipe(v.string(), v.trim()))
const address = v.optional(
  v.pipe(
    v.string(),
    v.check((given) => URL.canParse(given) && ['http:', 'https:'].includes(new URL(given).protocol), 'must be a URL with http: or https:'),
  ),
)
const digits = v.optional(v.pipe(v.string(), v.regex(/^\d{1,32}$/, 'must be digits')))

/** `serial:file`, several parted by commas: platform certificates by their serial, platform public keys by their PUB_KEY_ID_. */
const PlatformKeys = v.optional(
  v.pipe(
    v.string(),
    v.check((given) => platformKeyFiles(given).length > 0, 'must be serial:file, several parted by commas'),
  ),
)

function platformKeyFiles(given: string): { serial: string; file: string }[] {
  const parts = given.split(',').map((part) => /^([0-9A-Za-z_]{1,64}):(.+)$/.exec(part.trim()))
  return parts.some((part) => part === null) ? [] : parts.map((part) => ({ serial: part![1]!, file: part![2]! }))
}

/** The environment of the two payment channels. A channel with none of its settings is switched off. */
export const PAYMENT_ENVIRONMENT = {
  WECHAT_BASE_URL: address,
  WECHAT_APP_ID: text,
  WECHAT_MCH_ID: digits,
  WECHAT_CERT_SERIAL: v.optional(v.pipe(v.string(), v.regex(/^[0-9A-Za-z_]{1,64}$/, 'must be letters and digits'))),
  WECHAT_PRIVATE_KEY_FILE: text,
  WECHAT_API_V3_KEY_FILE: text,
  WECHAT_PLATFORM_KEYS: PlatformKeys,
  ALIPAY_GATEWAY: address,
  ALIPAY_APP_ID: digits,
  ALIPAY_SELLER_ID: digits,
  ALIPAY_PRIVATE_KEY_FILE: text,
  ALIPAY_PUBLIC_KEY_FILE: text,
}
export type PaymentEnvironment = Partial<Record<keyof typeof PAYMENT_ENVIRONMENT, string>>
type Name = keyof PaymentEnvironment

export type WechatSettings = {
  baseUrl: string
  appId: string
  merchantId: string
  certificateSerial: string
  privateKey: KeyObject
  apiV3Key: string
  /** By serial; during a switch of the provider several are in use. */
  platformKeys: Map<string, KeyObject>
}
export type AlipaySettings = {
  gatewayUrl: string
  appId: string
  sellerId: string
  privateKey: KeyObject
  publicKey: KeyObject
}
export type PaymentSettings = { wechat?: WechatSettings; alipay?: AlipaySettings }

/** Required together, once one of the channel's settings is there; the address of the provider has a default. */
const WECHAT_NEEDS = [
  'WECHAT_APP_ID',
  'WECHAT_MCH_ID',
  'WECHAT_CERT_SERIAL',
  'WECHAT_PRIVATE_KEY_FILE',
  'WECHAT_API_V3_KEY_FILE',
  'WECHAT_PLATFORM_KEYS',
] as const satisfies Name[]
const ALIPAY_NEEDS = ['ALIPAY_APP_ID', 'ALIPAY_SELLER_ID', 'ALIPAY_PRIVATE_KEY_FILE', 'ALIPAY_PUBLIC_KEY_FILE'] as const satisfies Name[]

const WECHAT_API = 'https://api.mch.weixin.qq.com'
const ALIPAY_API = 'https://openapi.alipay.com/gateway.do'

type Surroundings = { masterKeys: string; production: boolean }

/** The settings of the channels that are configured, and all that is wrong with them, one line each. */
export function readPaymentSettings(given: PaymentEnvironment, around: Surroundings): { settings: PaymentSettings; faults: string[] } {
  const faults: string[] = []
  const reader = keyReader(around, faults)
  const wechat = isWhole(given, 'WECHAT_', WECHAT_NEEDS, 'WeChat Pay is switched on', faults) ? readWechat(given, reader) : undefined
  const alipay = isWhole(given, 'ALIPAY_', ALIPAY_NEEDS, 'Alipay is switched on', faults) ? readAlipay(given, reader) : undefined
  if (around.production) {
    for (const name of ['WECHAT_BASE_URL', 'ALIPAY_GATEWAY'] as const) {
      if (given[name]?.startsWith('http:')) faults.push(`${name} must be https when APP_ENV=production`)
    }
  }
  return { settings: { ...(wechat && { wechat }), ...(alipay && { alipay }) }, faults }
}

/** A channel with none of its settings is off, one with some of them is a fault that names the missing ones. */
function isWhole(given: PaymentEnvironment, prefix: string, needs: readonly Name[], when: string, faults: string[]): boolean {
  if (!Object.entries(given).some(([name, value]) => name.startsWith(prefix) && value)) return false
  const missing = needs.filter((name) => !given[name])
  faults.push(...missing.map((name) => `${name} is required when ${when}`))
  return missing.length === 0
}

type ReadKey = <T>(name: Name, file: string, isSecret: boolean, parse: (text: string) => T) => T | undefined

/** Reads a key file; what is wrong with it becomes a fault under its variable's name, and the next file is read all the same. */
const keyReader =
  ({ masterKeys, production }: Surroundings, faults: string[]): ReadKey =>
  (name, file, isSecret, parse) => {
    try {
      return parse(readKeyFile(file, { masterKeys, mustBeSealed: production && isSecret }))
    } catch (error) {
      if (!(error instanceof KeyFileFault)) throw error
      faults.push(`${name} ${error.message}`)
      return undefined
    }
  }

function readWechat(given: PaymentEnvironment, read: ReadKey): WechatSettings | undefined {
  const platformKeys = new Map<string, KeyObject>()
  for (const { serial, file } of platformKeyFiles(given.WECHAT_PLATFORM_KEYS!)) {
    const key = read('WECHAT_PLATFORM_KEYS', file, false, (pem) => rsaPublicKey(pem, serial))
    if (key) platformKeys.set(serial, key)
  }
  const privateKey = read('WECHAT_PRIVATE_KEY_FILE', given.WECHAT_PRIVATE_KEY_FILE!, true, rsaPrivateKey)
  const key = read('WECHAT_API_V3_KEY_FILE', given.WECHAT_API_V3_KEY_FILE!, true, apiV3Key)
  if (!privateKey || !key) return undefined
  return {
    baseUrl: given.WECHAT_BASE_URL || WECHAT_API,
    appId: given.WECHAT_APP_ID!,
    merchantId: given.WECHAT_MCH_ID!,
    certificateSerial: given.WECHAT_CERT_SERIAL!,
    privateKey,
    apiV3Key: key,
    platformKeys,
  }
}

function readAlipay(given: PaymentEnvironment, read: ReadKey): AlipaySettings | undefined {
  const privateKey = read('ALIPAY_PRIVATE_KEY_FILE', given.ALIPAY_PRIVATE_KEY_FILE!, true, rsaPrivateKey)
  const publicKey = read('ALIPAY_PUBLIC_KEY_FILE', given.ALIPAY_PUBLIC_KEY_FILE!, false, (pem) => rsaPublicKey(pem))
  if (!privateKey || !publicKey) return undefined
  return {
    gatewayUrl: given.ALIPAY_GATEWAY || ALIPAY_API,
    appId: given.ALIPAY_APP_ID!,
    sellerId: given.ALIPAY_SELLER_ID!,
    privateKey,
    publicKey,
  }
}

import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { now } from '#src/core/time'
import { issueCertificate } from './certificate'

/** Who is who at the simulated providers; written once, beside the keys. */
type Identity = {
  wechat: { appId: string; mchId: string; merchantSerial: string; platformSerial: string; publicKeyId: string }
  alipay: { appId: string; sellerId: string; buyerId: string }
}

/** The keys of both sides: private where the simulator signs, public where it checks us; `stranger` belongs to nobody. */
export type Keys = {
  identity: Identity
  merchant: KeyObject
  platformCertificate: KeyObject
  platformCertificatePem: string
  platformPublicKey: KeyObject
  apiV3: string
  alipayApp: KeyObject
  alipay: KeyObject
  stranger: KeyObject
}

const PAIRS = ['wechat-merchant', 'wechat-platform-certificate', 'wechat-platform-public-key', 'alipay-app', 'alipay', 'stranger'] as const
type Pair = (typeof PAIRS)[number]
type Environment = Record<string, string>

const IDENTITY_FILE = 'identity.json'
const API_V3_FILE = 'wechat-api-v3-key.txt'
const CERTIFICATE_FILE = 'wechat-platform-certificate.crt'
const RSA_BITS = 2048

const secretHalf = (folder: string, pair: Pair): string => join(folder, `${pair}.key`)
const publicHalf = (folder: string, pair: Pair): string => join(folder, `${pair}.pub`)

/**
 * Makes keys and identities in `folder` unless they are there, and tells what the product's environment has to be to pay through a
 * simulator on `port`. A folder that is given keeps its keys for ever: a restart does not break what is under way.
 */
export async function prepareGateway(folder: string, { port }: { port: number }): Promise<Environment> {
  const home = resolve(folder)
  if (!existsSync(join(home, IDENTITY_FILE))) await writeKeys(home)
  const environment = productEnvironment(home, port)
  writeFileSync(join(home, 'gateway.json'), `${JSON.stringify(environment, undefined, 2)}\n`)
  return environment
}

function productEnvironment(home: string, port: number): Environment {
  const { wechat, alipay } = readIdentity(home)
  const base = `http://127.0.0.1:${port}`
  const platform = [
    `${wechat.platformSerial}:${join(home, CERTIFICATE_FILE)}`,
    `${wechat.publicKeyId}:${publicHalf(home, 'wechat-platform-public-key')}`,
  ]
  return {
    WECHAT_BASE_URL: `${base}/`,
    WECHAT_APP_ID: wechat.appId,
    WECHAT_MCH_ID: wechat.mchId,
    WECHAT_CERT_SERIAL: wechat.merchantSerial,
    WECHAT_PRIVATE_KEY_FILE: secretHalf(home, 'wechat-merchant'),
    WECHAT_API_V3_KEY_FILE: join(home, API_V3_FILE),
    WECHAT_PLATFORM_KEYS: platform.join(','),
    ALIPAY_GATEWAY: `${base}/gateway.do`,
    ALIPAY_APP_ID: alipay.appId,
    ALIPAY_SELLER_ID: alipay.sellerId,
    ALIPAY_PRIVATE_KEY_FILE: secretHalf(home, 'alipay-app'),
    ALIPAY_PUBLIC_KEY_FILE: publicHalf(home, 'alipay'),
  }
}

async function writeKeys(home: string): Promise<void> {
  mkdirSync(home, { recursive: true })
  const pairs = await Promise.all(PAIRS.map(() => promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })))
  const identity = newIdentity()
  for (const [at, pair] of PAIRS.entries()) {
    writeFileSync(secretHalf(home, pair), pairs[at]!.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    writeFileSync(publicHalf(home, pair), pairs[at]!.publicKey.export({ type: 'spki', format: 'pem' }))
  }
  writeFileSync(join(home, API_V3_FILE), randomBytes(16).toString('hex'), { mode: 0o600 })
  const certified = pairs[PAIRS.indexOf('wechat-platform-certificate')]!
  writeFileSync(join(home, CERTIFICATE_FILE), issueCertificate(certified, identity.wechat.platformSerial, now()).pem)
  // Last and in one step: where this file is, all others are whole.
  writeFileSync(join(home, 'identity.new'), JSON.stringify(identity, undefined, 2))
  renameSync(join(home, 'identity.new'), join(home, IDENTITY_FILE))
}

/** Numbers in the shapes of the real ones, and different on every machine. */
function newIdentity(): Identity {
  const digits = (count: number) => String(BigInt(`0x${randomBytes(16).toString('hex')}`) % 10n ** BigInt(count)).padStart(count, '0')
  const serial = () => `5${randomBytes(20).toString('hex').slice(1).toUpperCase()}`
  const mchId = `19${digits(8)}`
  return {
    wechat: {
      appId: `wx${randomBytes(8).toString('hex')}`,
      mchId,
      merchantSerial: serial(),
      platformSerial: serial(),
      publicKeyId: `PUB_KEY_ID_01${mchId}${digits(20)}`,
    },
    alipay: { appId: `2021${digits(12)}`, sellerId: `2088${digits(12)}`, buyerId: `2088${digits(12)}` },
  }
}

const readIdentity = (home: string): Identity => JSON.parse(readFileSync(join(home, IDENTITY_FILE), 'utf8')) as Identity

/** What the simulator signs with and checks with; `folder` was prepared. */
export function readKeys(folder: string): Keys {
  const home = resolve(folder)
  const key = (pair: Pair) => createPrivateKey(readFileSync(secretHalf(home, pair), 'utf8'))
  return {
    identity: readIdentity(home),
    // Node derives the public half from a private key wherever it checks, so one object serves both.
    merchant: key('wechat-merchant'),
    platformCertificate: key('wechat-platform-certificate'),
    platformCertificatePem: readFileSync(join(home, CERTIFICATE_FILE), 'utf8'),
    platformPublicKey: key('wechat-platform-public-key'),
    apiV3: readFileSync(join(home, API_V3_FILE), 'utf8').trim(),
    alipayApp: key('alipay-app'),
    alipay: key('alipay'),
    stranger: key('stranger'),
  }
}

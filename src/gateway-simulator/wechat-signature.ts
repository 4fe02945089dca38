import { createCipheriv, createPublicKey, createSign, createVerify, type KeyObject, randomBytes } from 'node:crypto'
import { noteMerchantClock, type Simulator, signingTime } from './simulator'

/** WeChat Pay's side of the signatures: what it checks of ours, exactly, and what it writes. */

export type SignFault = 'header' | 'merchant' | 'serial' | 'time' | 'signature'

const SCHEME = 'WECHATPAY2-SHA256-RSA2048 '
const FIELDS = ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'] as const
type Authorization = Record<(typeof FIELDS)[number], string>

/** `target` is the path with its query as it came over the wire, `body` the raw bytes. */
export type SignedCall = { method: string; target: string; body: Uint8Array; authorization: string | null }

/** Undefined when the merchant's signature is right to the last byte. */
export function requestFault(simulator: Simulator, call: SignedCall): SignFault | undefined {
  const given = readAuthorization(call.authorization ?? '')
  if (!given) return 'header'
  const { mchId, merchantSerial } = simulator.keys.identity.wechat
  if (given.mchid !== mchId) return 'merchant'
  if (given.serial_no !== merchantSerial) return 'serial'
  const head = `${call.method}\n${call.target}\n${given.timestamp}\n${given.nonce_str}\n`
  const verify = createVerify('RSA-SHA256').update(head).update(call.body).update('\n')
  if (!verify.verify(createPublicKey(simulator.keys.merchant), Buffer.from(given.signature, 'base64'))) return 'signature'
  // Last, because only a merchant who proved himself tells us what time it is where he is.
  return noteMerchantClock(simulator, Number(given.timestamp) * 1000) ? undefined : 'time'
}

/** All five fields once each, in any order, and nothing else. */
function readAuthorization(header: string): Authorization | undefined {
  if (!header.startsWith(SCHEME)) return undefined
  const pairs = header.slice(SCHEME.length).split(',')
  const found: Record<string, string> = {}
  for (const pair of pairs) {
    const [, name, value] = /^(\w+)="([^"]+)"$/.exec(pair.trim()) ?? []
    if (name === undefined || value === undefined || name in found) return undefined
    found[name] = value
  }
  if (pairs.length !== FIELDS.length || FIELDS.some((field) => !(field in found))) return undefined
  const given = found as Authorization
  const wellFormed = /^\d{10}$/.test(given.timestamp) && /^[0-9A-Za-z]{32}$/.test(given.nonce_str) && isBase64(given.signature)
  return wellFormed ? given : undefined
}

/** Written in the one right way: the last letter of base64 has bits that no decoder looks at. */
export const isBase64 = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text

export type PlatformKey = 'certificate' | 'public-key'

/** The headers over an answer or a notification. */
export function signedHeaders(simulator: Simulator, body: string, by: PlatformKey, secondsAhead = 0): Record<string, string> {
  const timestamp = String(Math.floor(signingTime(simulator).getTime() / 1000) + secondsAhead)
  const nonce = randomBytes(16).toString('hex')
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': signWith(platformKey(simulator, by), `${timestamp}\n${nonce}\n${body}\n`),
    'Wechatpay-Serial': platformSerial(simulator, by),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  }
}

export const signWith = (key: KeyObject, text: string): string => createSign('RSA-SHA256').update(text).sign(key, 'base64')

const platformKey = ({ keys }: Simulator, by: PlatformKey): KeyObject =>
  by === 'certificate' ? keys.platformCertificate : keys.platformPublicKey

export const platformSerial = ({ keys }: Simulator, by: PlatformKey): string =>
  by === 'certificate' ? keys.identity.wechat.platformSerial : keys.identity.wechat.publicKeyId

/** The key of an answer: the one that the request asks for, else the one of the mode. */
export function keyOfAnswer(simulator: Simulator, asked: string | null): PlatformKey {
  if (asked === platformSerial(simulator, 'public-key')) return 'public-key'
  if (asked === platformSerial(simulator, 'certificate')) return 'certificate'
  return keyOfMode(simulator)
}

/** In a mix, half of everything is signed with either key. */
export function keyOfMode({ settings }: Simulator): PlatformKey {
  if (settings.signing !== 'mix') return settings.signing
  return randomBytes(1)[0]! < 128 ? 'certificate' : 'public-key'
}

export type Sealed = { algorithm: 'AEAD_AES_256_GCM'; ciphertext: string; associated_data: string; nonce: string }

/** AES-256-GCM under the APIv3 key; the tag stands behind the cipher text. */
export function seal({ keys }: Simulator, text: string, associatedData: string): Sealed {
  const nonce = randomBytes(6).toString('hex')
  const cipher = createCipheriv('aes-256-gcm', keys.apiV3, nonce).setAAD(Buffer.from(associatedData))
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
  return { algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: associatedData, nonce }
}

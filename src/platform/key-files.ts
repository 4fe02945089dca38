import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseMasterKeys, sealUnder, unsealUnder } from './sealing'

/**
 * A key file is plain (PEM, or the bare text of a symmetric key) or sealed: one line
 * `mr-sealed:v1:<version of the master key>:<base64 of nonce, tag and ciphertext>`, AES-256-GCM under that key of MASTER_KEYS.
 */
const SEALED = /^mr-sealed:v1:(\d{1,9}):([A-Za-z0-9+/]+={0,2})\s*$/
/** A sealed key file opens only as a key file, whatever else is sealed under the same master key. */
const CONTEXT = 'key-file'
/** The largest key or certificate is a few kilobytes. */
const MAX_BYTES = 65_536

export const sealedVersion = (text: string): number | undefined => {
  const version = SEALED.exec(text)?.[1]
  return version === undefined ? undefined : Number(version)
}

/** The text of a sealed file that holds `plain`, under the newest master key. */
export function sealKeyText(plain: string, masterKeys: string): string {
  const { version, cipher } = sealUnder(masterKeys, plain, CONTEXT)
  return `mr-sealed:v1:${version}:${Buffer.from(cipher).toString('base64')}\n`
}

/** What a key file's text holds. Throws when it is sealed and its master key is gone or its bytes were changed. */
export function openKeyText(text: string, masterKeys: string): string {
  const match = SEALED.exec(text)
  if (!match) return text
  return unsealUnder(masterKeys, { version: Number(match[1]), cipher: Buffer.from(match[2]!, 'base64') }, CONTEXT)
}

export const newestVersion = (masterKeys: string): number => parseMasterKeys(masterKeys).at(-1)!.version

/** The sentence of a fault goes to the operator's screen: it never quotes what the file holds. */
export class KeyFileFault extends Error {}

/** Reads a key file. Throws KeyFileFault when it cannot be read or opened, or when it must be sealed and is not. */
export function readKeyFile(path: string, options: { masterKeys: string; mustBeSealed: boolean }): string {
  const text = fileText(path)
  if (options.mustBeSealed && sealedVersion(text) === undefined) {
    throw new KeyFileFault('names a file that is not sealed: run mr secret seal on it')
  }
  try {
    return openKeyText(text, options.masterKeys)
  } catch {
    throw new KeyFileFault('names a sealed file that none of MASTER_KEYS opens')
  }
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, MAX_BYTES)
  } catch (error) {
    throw new KeyFileFault(`names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
  }
}

/** An RSA private key of at least 2048 bits; Alipay's tools write them as bare base64 without the PEM lines. */
export function rsaPrivateKey(text: string): KeyObject {
  return rsa(
    [() => createPrivateKey(text), () => derKey(text, 'pkcs8', createPrivateKey), () => derKey(text, 'pkcs1', createPrivateKey)],
    'names a file that holds no RSA private key of 2048 bits or more',
  )
}

/** An RSA public key, alone or in its certificate. A certificate must have the serial that it is configured under. */
export function rsaPublicKey(text: string, serial?: string): KeyObject {
  if (serial !== undefined && text.includes('BEGIN CERTIFICATE') && certificateSerial(text) !== serial.toUpperCase()) {
    throw new KeyFileFault('names a certificate whose serial is another one')
  }
  return rsa(
    [() => createPublicKey(text), () => derKey(text, 'spki', createPublicKey)],
    'names a file that holds no RSA public key or certificate of 2048 bits or more',
  )
}

function rsa(readers: (() => KeyObject)[], fault: string): KeyObject {
  for (const made of readers) {
    try {
      const key = made()
      if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return key
    } catch {
      // Not written in this way: the next one may fit.
    }
  }
  throw new KeyFileFault(fault)
}

type FromDer<T extends string> = (input: { key: Buffer; format: 'der'; type: T }) => KeyObject

const derKey = <T extends string>(text: string, type: T, create: FromDer<T>): KeyObject =>
  create({ key: Buffer.from(text.replace(/\s/g, ''), 'base64'), format: 'der', type })

function certificateSerial(text: string): string {
  try {
    return new X509Certificate(text).serialNumber.toUpperCase()
  } catch {
    return ''
  }
}

/** The APIv3 key: exactly 32 bytes of text. */
export function apiV3Key(text: string): string {
  const key = text.trim()
  if (Buffer.byteLength(key) !== 32) throw new KeyFileFault('names a file that does not hold 32 characters')
  return key
}

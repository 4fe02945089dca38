import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A secret at rest: nonce (12 bytes), tag (16 bytes) and ciphertext, under the master key of `version`. */
export type Sealed = { cipher: Uint8Array; version: number }

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** The master keys of `MASTER_KEYS` by version, newest last. During a rotation the old and the new one are both there. */
export const parseMasterKeys = (text: string): { version: number; key: Buffer }[] =>
  text
    .split(',')
    .map((entry) => {
      const [version, key] = entry.trim().split(':')
      return { version: Number(version), key: Buffer.from(key!, 'base64') }
    })
    .sort((a, b) => a.version - b.version)

/** Encrypts with AES-256-GCM under the newest of `masterKeys`. `context` (say, whose key it is) must be given again to open it. */
export function sealUnder(masterKeys: string, plain: string, context: string): Sealed {
  const { version, key } = parseMasterKeys(masterKeys).at(-1)!
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return { version, cipher: Buffer.concat([nonce, cipher.getAuthTag(), text]) }
}

/** Decrypts; throws when the master key is gone, or when the bytes or the context were changed. */
export function unsealUnder(masterKeys: string, { cipher, version }: Sealed, context: string): string {
  const master = parseMasterKeys(masterKeys).find((key) => key.version === version)
  if (!master) throw new Error(`master key ${version} is not configured`)
  const bytes = Buffer.from(cipher)
  const decipher = createDecipheriv('aes-256-gcm', master.key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
}

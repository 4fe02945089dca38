import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { config } from '#src/platform/config'
import { parseMasterKeys } from '#src/platform/sealing'
import { BackupFault } from './faults'

/** How a backup is encrypted: which key of BACKUP_KEY, and what makes this backup's own key of it. Stands in the manifest. */
export type Encryption = { algorithm: 'AES-256-GCM'; keyId: string; salt: string }

/** The keys of one backup, made from one of BACKUP_KEY: one for its parts, one for its manifest. */
export type BackupKeys = { encryption: Encryption; parts: Buffer; manifest: Buffer }

const SALT_BYTES = 32
const KEY_BYTES = 32
const TAG_BYTES = 16

/** Version and the beginning of the key's digest: a key of the same version that is another one is told apart. */
const idOf = ({ version, key }: { version: number; key: Buffer }): string =>
  `${version}:${new Bun.CryptoHasher('sha256').update(key).digest('hex').slice(0, 8)}`

const configured = () => {
  const { BACKUP_KEY } = config()
  return BACKUP_KEY ? parseMasterKeys(BACKUP_KEY) : []
}

/** Keys for a new backup under the newest of BACKUP_KEY; undefined where none is set, and backups are then not encrypted. */
export function newKeys(): BackupKeys | undefined {
  const newest = configured().at(-1)
  return newest && derive(newest.key, { algorithm: 'AES-256-GCM', keyId: idOf(newest), salt: randomBytes(SALT_BYTES).toString('base64') })
}

/** The keys that open a backup. Throws BackupFault when BACKUP_KEY has none that fits. */
export function keysFor(encryption: Encryption | null): BackupKeys | undefined {
  if (!encryption) return undefined
  const known = configured()
  const found = known.find((key) => idOf(key) === encryption.keyId)
  if (!found) throw new BackupFault(known.length === 0 ? 'key_missing' : 'key_wrong', { key: encryption.keyId })
  return derive(found.key, encryption)
}

/** A backup has keys of its own, so that counting up is a nonce that never comes twice. */
function derive(master: Buffer, encryption: Encryption): BackupKeys {
  const salt = Buffer.from(encryption.salt, 'base64')
  const key = (purpose: string) => Buffer.from(hkdfSync('sha256', master, salt, `mr-backup ${purpose}`, KEY_BYTES))
  return { encryption, parts: key('parts'), manifest: key('manifest') }
}

/** What a chunk's place says: chunks that were swapped, repeated, cut off or taken from elsewhere do not open. */
export type ChunkPlace = { backup: string; part: number; chunk: number; isLast: boolean }

function nonceOf({ part, chunk }: ChunkPlace): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(part, 0)
  nonce.writeBigUInt64BE(BigInt(chunk), 4)
  return nonce
}

const wordsOf = ({ backup, isLast }: ChunkPlace): Buffer => Buffer.from(`${backup} ${isLast ? 'last' : 'more'}`)

/** Encrypts one chunk: ciphertext, then its tag. */
export function sealChunk({ parts }: BackupKeys, place: ChunkPlace, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', parts, nonceOf(place)).setAAD(wordsOf(place))
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Decrypts one chunk; throws when a bit of it or its place is not as it was. */
export function openChunk({ parts }: BackupKeys, place: ChunkPlace, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const decipher = createDecipheriv('aes-256-gcm', parts, nonceOf(place)).setAAD(wordsOf(place))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)), decipher.final()])
}

/** What proves a manifest: with a key nobody else can make it, without one it finds accidents. */
export const digestOf = (text: string, keys: BackupKeys | undefined): string =>
  keys
    ? `hmac-sha256:${createHmac('sha256', keys.manifest).update(text).digest('hex')}`
    : `sha256:${new Bun.CryptoHasher('sha256').update(text).digest('hex')}`

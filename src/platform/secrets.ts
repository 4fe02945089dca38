import { randomBytes } from 'node:crypto'
import { config } from './config'
import { type Sealed, sealUnder, unsealUnder } from './sealing'

/** Encrypts with AES-256-GCM under the newest master key. `context` (say, whose key it is) must be given again to open it. */
export const seal = (plain: string, context: string): Sealed => sealUnder(config().MASTER_KEYS, plain, context)

/** Decrypts; throws when the master key is gone, or when the bytes or the context were changed. */
export const unseal = (sealed: Sealed, context: string): string => unsealUnder(config().MASTER_KEYS, sealed, context)

/** `bytes` random bytes in hex. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex')

/** SHA-256 of a text. */
export const sha256 = (text: string): Uint8Array => new Bun.CryptoHasher('sha256').update(text).digest()

import { createDecipheriv, createVerify, type KeyObject } from 'node:crypto'
import type { Instant } from '#src/core/time'
import { NoticeRefused } from './gateway'

/** Notifications this far from our clock, or farther, are a replay or a mistake. */
const MAX_OFFSET_SECONDS = 300
/** WeChat Pay asks from time to time whether we check at all: this signature must be refused. */
const PROBE = 'WECHATPAY/SIGNTEST/'
const SIGNATURE_TYPE = 'WECHATPAY2-SHA256-RSA2048'
const TAG_BYTES = 16
const NONCE_BYTES = 12

/**
 * Verifies a notification of WeChat Pay over its raw bytes: RSA-SHA256 by the key of `Wechatpay-Serial`, a platform certificate or a
 * public key, both may be in use. Throws NoticeRefused with the reason. (The client library has no such check, and its own for answers
 * lets an offset of exactly five minutes pass.)
 */
export function verifyWechatNotice(headers: Headers, body: Uint8Array, keys: ReadonlyMap<string, KeyObject>, at: Instant): void {
  const signature = headers.get('wechatpay-signature')
  if (signature?.startsWith(PROBE)) throw new NoticeRefused('probe')
  const timestamp = header(headers, 'wechatpay-timestamp', /^\d{1,11}$/)
  const nonce = header(headers, 'wechatpay-nonce', /^[\x21-\x2b\x2d-\x7e]{1,64}$/)
  const serial = header(headers, 'wechatpay-serial', /^[0-9A-Za-z_]{1,64}$/)
  // Base64 alone: an empty one, or two that were joined by a comma, is none.
  header(headers, 'wechatpay-signature', /^[A-Za-z0-9+/]{300,1400}={0,2}$/)
  if ((headers.get('wechatpay-signature-type') ?? SIGNATURE_TYPE) !== SIGNATURE_TYPE) throw new NoticeRefused('signature_type')
  if (Math.abs(Math.floor(at.getTime() / 1000) - Number(timestamp)) >= MAX_OFFSET_SECONDS) throw new NoticeRefused('timestamp')
  const key = keys.get(serial)
  if (!key) throw new NoticeRefused('serial')
  const verifier = createVerify('RSA-SHA256').update(`${timestamp}\n${nonce}\n`).update(body).update('\n')
  if (!verifier.verify(key, signature!, 'base64')) throw new NoticeRefused('signature')
}

function header(headers: Headers, name: string, form: RegExp): string {
  const value = headers.get(name)
  if (!value) throw new NoticeRefused('header_missing')
  if (!form.test(value)) throw new NoticeRefused('header_malformed')
  return value
}

export type Resource = { algorithm: string; ciphertext: string; nonce: string; associated_data?: string | undefined }

/**
 * Opens what was encrypted with our APIv3 key (AES-256-GCM, the tag behind the ciphertext); undefined when it was changed or is not for
 * us. The tag must be whole: a shorter one is easier to guess, and node accepts it unless it is told its length.
 */
export function openResource({ algorithm, ciphertext, nonce, associated_data = '' }: Resource, apiV3Key: string): Buffer | undefined {
  const bytes = Buffer.from(ciphertext, 'base64')
  if (algorithm !== 'AEAD_AES_256_GCM' || bytes.length < TAG_BYTES || Buffer.byteLength(nonce) !== NONCE_BYTES) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', apiV3Key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(associated_data)).setAuthTag(bytes.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

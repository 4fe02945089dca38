import { createHmac, timingSafeEqual } from 'node:crypto'

export type SignedRequest = {
  /** 64 lower-case hex characters, used as UTF-8 text, not decoded. */
  apiKey: string
  /** As sent, Unix seconds. */
  timestamp: string
  method: string
  /** Path and query exactly as sent, alias prefix included. */
  path: string
  /** The raw bytes of the body, empty for GET. */
  body: Uint8Array
}

/** The signature of API 1.1: Base64(HMAC-SHA256(key, "{timestamp}\n{METHOD}\n{path}\n{raw body}")), 44 characters. */
export function signRequest({ apiKey, timestamp, method, path, body }: SignedRequest): string {
  return createHmac('sha256', apiKey).update(`${timestamp}\n${method}\n${path}\n`).update(body).digest('base64')
}

/** Compares in constant time; a signature of another length or alphabet is simply wrong. */
export function isSignedBy(request: SignedRequest, signature: string): boolean {
  const expected = Buffer.from(signRequest(request))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** SHA-256 of an API key in hex: how keys are looked up without decrypting anything. */
export const apiKeyDigest = (apiKey: string): string => new Bun.CryptoHasher('sha256').update(apiKey).digest('hex')

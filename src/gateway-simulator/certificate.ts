import { createSign, type KeyObject } from 'node:crypto'
import { addDays, type Instant, iso } from '#src/core/time'

/** A platform certificate as WeChat Pay hands it out: X.509 v3, made by hand because no runtime of ours can issue one. */

const SHA256_WITH_RSA = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00]
const COMMON_NAME = [0x06, 0x03, 0x55, 0x04, 0x03]
const VALID_DAYS = 5 * 365

const [SEQUENCE, SET, INTEGER, BIT_STRING, UTF8_STRING, UTC_TIME, VERSION] = [0x30, 0x31, 0x02, 0x03, 0x0c, 0x17, 0xa0]

export type Issued = { pem: string; validFrom: Instant; validUntil: Instant }

/** Signs `publicKey` with its own private half; `serial` is 40 hexadecimal digits, the first below 8. */
export function issueCertificate(keys: { publicKey: KeyObject; privateKey: KeyObject }, serial: string, at: Instant): Issued {
  const [validFrom, validUntil] = [addDays(at, -1), addDays(at, VALID_DAYS)]
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, Buffer.from(COMMON_NAME), der(UTF8_STRING, Buffer.from('Tenpay.com sim')))))
  const algorithm = der(SEQUENCE, Buffer.from(SHA256_WITH_RSA))
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from(serial, 'hex')),
    algorithm,
    name,
    der(SEQUENCE, utcTime(validFrom), utcTime(validUntil)),
    name,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = createSign('RSA-SHA256').update(body).sign(keys.privateKey)
  const whole = der(SEQUENCE, body, algorithm, der(BIT_STRING, Buffer.from([0]), signature))
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return { pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`, validFrom, validUntil }
}

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content])
}

function lengthOf(size: number): number[] {
  if (size < 0x80) return [size]
  if (size < 0x100) return [0x81, size]
  return [0x82, size >> 8, size & 0xff]
}

/** `YYMMDDHHMMSSZ`. */
const utcTime = (at: Instant): Buffer => der(UTC_TIME, Buffer.from(`${iso(at).replace(/\D/g, '').slice(2, 14)}Z`))

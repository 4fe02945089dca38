import { createVerify, type KeyObject } from 'node:crypto'
import { NoticeRefused } from './gateway'
import { asText } from './wire'

const BASE64 = /^[A-Za-z0-9+/]{300,1400}={0,2}$/
/** A form of Alipay has some thirty fields. */
const MAX_FIELDS = 100

/**
 * Verifies a notification of Alipay and gives its fields: the values decoded exactly once, `sign` and `sign_type` dropped, the rest sorted
 * and joined. RSA2 is pinned: the client library believes the sender's `sign_type` and so accepts RSA with SHA-1. Throws NoticeRefused.
 */
export function verifyAlipayNotice(body: Uint8Array, key: KeyObject): Map<string, string> {
  const fields = formFields(body)
  const sign = fields.get('sign')
  if (!sign) throw new NoticeRefused('signature_missing')
  if (fields.get('sign_type') !== 'RSA2') throw new NoticeRefused('signature_type')
  if (!BASE64.test(sign)) throw new NoticeRefused('signature')
  fields.delete('sign')
  fields.delete('sign_type')
  const text = [...fields.keys()]
    .sort()
    .map((name) => `${name}=${fields.get(name)}`)
    .join('&')
  if (!isSigned(text, sign, key)) throw new NoticeRefused('signature')
  return fields
}

/** A field that comes twice has no one value, and what cannot be decoded was not written by Alipay. */
function formFields(body: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>()
  for (const pair of asText(body).split('&')) {
    const at = pair.indexOf('=')
    if (at < 1) throw new NoticeRefused('body')
    const name = decoded(pair.slice(0, at))
    if (fields.has(name) || fields.size === MAX_FIELDS) throw new NoticeRefused('body')
    fields.set(name, decoded(pair.slice(at + 1)))
  }
  return fields
}

/** Form decoding, once and no more: a `%25` becomes `%` and stays it, `&quot;` is six characters. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new NoticeRefused('body')
  }
}

/**
 * The signed bytes of an answer: what stands between `{"<method>_response":` and the signature, unchanged. The answer must have exactly
 * this form. The client library verifies the first node of that name but reads the last one, so that a genuine answer with a second
 * node appended would be believed; and it verifies only what it finds.
 */
export function verifyAlipayAnswer(raw: string, node: string, key: KeyObject): boolean {
  const start = `{"${node}":`
  const match = /,(?:"alipay_cert_sn":"[0-9a-f]{1,64}",)?"sign":"([A-Za-z0-9+/\\]{300,1400}={0,2})"\}\s*$/.exec(raw)
  if (!raw.startsWith(start) || !match) return false
  // JSON may write a slash as `\/`.
  return isSigned(raw.slice(start.length, match.index), match[1]!.replaceAll('\\', ''), key)
}

const isSigned = (text: string, sign: string, key: KeyObject): boolean =>
  createVerify('RSA-SHA256').update(text, 'utf8').verify(key, sign, 'base64')

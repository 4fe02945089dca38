import { createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto'
import type { Simulator } from './simulator'
import { isBase64 } from './wechat-signature'

/** Alipay's side of the signatures: sorted parameters in, the raw text of a node out. */

export type Parameters = Record<string, string>

/** All parameters in order of their names, values as they are meant, without those in `without` and without empty ones. */
export const sortedText = (parameters: Parameters, without: readonly string[]): string =>
  Object.keys(parameters)
    .filter((name) => !without.includes(name) && parameters[name] !== '')
    .sort()
    .map((name) => `${name}=${parameters[name]}`)
    .join('&')

/** A request's signature covers `sign_type` as well. */
export function isSignedByApp({ keys }: Simulator, parameters: Parameters): boolean {
  const signature = parameters.sign ?? ''
  if (signature === '' || !isBase64(signature)) return false
  const text = sortedText(parameters, ['sign'])
  return createVerify('RSA-SHA256').update(text, 'utf8').verify(createPublicKey(keys.alipayApp), Buffer.from(signature, 'base64'))
}

export const signRsa2 = (key: KeyObject, text: string): string => createSign('RSA-SHA256').update(text, 'utf8').sign(key, 'base64')

/** What RSA2 replaced: a notification in it has to be refused. */
export const signRsa1 = (key: KeyObject, text: string): string => createSign('RSA-SHA1').update(text, 'utf8').sign(key, 'base64')

/** Signs a form as notifications and returns to the shop carry it: neither `sign` nor `sign_type` is covered. */
export function signedForm({ keys }: Simulator, parameters: Parameters): Parameters {
  const sign = signRsa2(keys.alipay, sortedText(parameters, ['sign', 'sign_type']))
  return { ...parameters, sign, sign_type: 'RSA2' }
}

/** Undefined when a parameter came twice: which one was meant is anybody's guess. */
export function readForm(...parts: URLSearchParams[]): Parameters | undefined {
  const found: Parameters = {}
  for (const [name, value] of parts.flatMap((part) => [...part])) {
    if (name in found) return undefined
    found[name] = value
  }
  return found
}

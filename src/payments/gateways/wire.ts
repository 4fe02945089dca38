import * as v from 'valibot'
import { type Money, money, parseYuan } from '#src/core/money'
import { formatDateTime, type Instant, instant } from '#src/core/time'
import { GatewayUnknown, NoticeRefused } from './gateway'

/** Every call of a provider ends after this, answered or not; a page that waits gives up a little later. */
export const CALL_MS = 8_000

/** `2026-11-21T18:00:00+08:00`, the form that providers take for a moment. */
export const shanghaiTime = (at: Instant): string => `${formatDateTime(at).replace(' ', 'T')}+08:00`

/** A moment as providers write it: RFC 3339, or `yyyy-MM-dd HH:mm:ss` of Shanghai. Null for anything else: a time is not worth a payment. */
export function providerTime(text: string | undefined): Instant | null {
  if (!text) return null
  const at = instant(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text.replace(' ', 'T')}+08:00` : text)
  return Number.isNaN(at.getTime()) ? null : at
}

/** An amount in fen as JSON carries it. */
export const fen = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.transform((given): Money => money(given)),
)

/** An amount in yuan as a decimal text. */
export const yuanAmount = v.pipe(
  v.string(),
  v.transform((given) => parseYuan(given)),
  v.custom<Money>((given) => given !== undefined),
)

/** The answer as `schema` knows it. An answer of another form proves nothing: GatewayUnknown. */
export function understood<S extends v.GenericSchema>(schema: S, answer: unknown, call: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, answer)
  if (!parsed.success) throw new GatewayUnknown(`${call}: an answer of another form`)
  return parsed.output
}

/** Texts for providers are limited in bytes. */
export function cutToBytes(text: string, bytes: number): string {
  let cut = text.toWellFormed()
  while (Buffer.byteLength(cut) > bytes) cut = [...cut].slice(0, -1).join('')
  return cut
}

/** A notification's bytes as text; throws NoticeRefused when they are not UTF-8 or could not be kept as text. */
export function asText(body: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    if (!text.includes('\0')) return text
  } catch {
    // Not UTF-8: refused below.
  }
  throw new NoticeRefused('body')
}

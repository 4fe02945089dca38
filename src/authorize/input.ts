import * as v from 'valibot'
import { idOf } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import type { FieldFault } from '#src/core/problem'
import { say, type Validated, validateBody } from '#src/core/validation'

/** What a headset server sends with every call. */
export type Credentials = { apiKey: string; timestamp: string; signature: string }
/** What it asks for. */
export type GameStart = { applicationId: Uuid; siteId: Uuid; playerCount: number }

const API_KEY = /^[0-9a-f]{64}$/
/** Up to 13 digits: a clock in milliseconds parses and is then told that it is expired. */
const TIMESTAMP = /^\d{1,13}$/

/** Rung 1 of the ladder for headers. A signature of the wrong form is wrong, not malformed: rung 3 says so. */
export function parseCredentials(headers: Headers): Validated<Credentials> {
  const apiKey = headers.get('x-api-key') ?? ''
  const timestamp = headers.get('x-timestamp') ?? ''
  const signature = headers.get('x-signature') ?? ''
  const faults: FieldFault[] = []
  if (!API_KEY.test(apiKey))
    faults.push({ field: 'X-Api-Key', message: { zh: '须为64位小写十六进制字符', en: 'must be 64 lower-case hex characters' } })
  if (!TIMESTAMP.test(timestamp)) faults.push({ field: 'X-Timestamp', message: { zh: '须为Unix时间戳（秒）', en: 'must be Unix seconds' } })
  if (!signature) faults.push({ field: 'X-Signature', message: { zh: '不能为空', en: 'is required' } })
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: { apiKey, timestamp, signature } }
}

const playerCount = v.pipe(
  v.number(),
  v.check((value) => Number.isInteger(value) && value >= 1 && value <= 100, say('须为1-100的整数', 'must be a whole number from 1 to 100')),
  v.metadata({ type: 'integer', minimum: 1, maximum: 100, examples: [2] }),
)

/** Exactly three fields; nothing unknown, nothing converted. */
export const GameStartBody = v.strictObject({ app_id: idOf('application'), site_id: idOf('site'), player_count: playerCount })

/** Rung 1 for the body: right fields, right types, right ids; all faulty fields are named at once. */
export function parseGameStart(body: Uint8Array): Validated<GameStart> {
  const parsed = validateBody(GameStartBody, body)
  if (!parsed.ok) return parsed
  const { app_id, site_id, player_count } = parsed.value
  return { ok: true, value: { applicationId: app_id, siteId: site_id, playerCount: player_count } }
}

/** SHA-256 in hex of the normalised request (API 1.2): the same game start, however it was written down. */
export const requestHash = ({ applicationId, siteId, playerCount }: GameStart): string =>
  new Bun.CryptoHasher('sha256').update(`${applicationId}|${siteId}|${playerCount}`).digest('hex')

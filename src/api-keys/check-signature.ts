import { createHmac } from 'node:crypto'
import { signRequest } from '#src/platform/client-signature'

/** What an integrator says about a request that was refused: what was sent, what was signed, and the signature. */
export type SignedAttempt = {
  timestamp: string
  method: string
  path: string
  body: string
  /** The text their program signed, if they can print it. */
  signed: string
  signature: string
}

type CheckedLine = { name: 'timestamp' | 'method' | 'path' | 'body'; expected: string; given: string | null; same: boolean | null }

/** The first mistake that explains the signature; `unknown` when none of the known ones does. */
export type Finding =
  | 'right'
  | 'lines_differ'
  | 'key_decoded'
  | 'hex'
  | 'url_alphabet'
  | 'no_padding'
  | 'newline_at_end'
  | 'carriage_returns'
  | 'method_case'
  | 'path_without_query'
  | 'path_without_version'
  | 'whole_address'
  | 'body_left_out'
  | 'timestamp_ms'
  | 'unknown'

export type SignatureCheck = {
  finding: Finding
  lines: CheckedLine[]
  /** The present moment is too far away from the timestamp. */
  isStale: boolean
}

type Attempt = Pick<SignedAttempt, 'timestamp' | 'method' | 'path' | 'body'>

/**
 * Finds out why a signature is refused. It says which line differs and whether the signature is right, never the right signature: who
 * borrowed a session must not be able to have requests signed here.
 */
export function checkSignature(attempt: SignedAttempt, apiKey: string, nowSeconds: number): SignatureCheck {
  const right = { ...attempt, method: attempt.method.trim().toUpperCase(), timestamp: attempt.timestamp.trim(), path: attempt.path.trim() }
  const lines = comparedLines(right, attempt.signed)
  return { finding: findingOf(right, attempt, lines, apiKey), lines, isStale: Math.abs(nowSeconds - Number(right.timestamp)) > 300 }
}

function comparedLines(right: Attempt, signed: string): CheckedLine[] {
  const [timestamp, method, path, ...body] = signed.split('\n')
  const given = signed === '' ? [null, null, null, null] : [timestamp ?? '', method ?? '', path ?? '', body.join('\n')]
  return (['timestamp', 'method', 'path', 'body'] as const).map((name, at) => {
    const text = given[at] ?? null
    return { name, expected: right[name], given: text, same: text === null ? null : text === right[name] }
  })
}

function findingOf(right: Attempt, { signature, signed }: SignedAttempt, lines: CheckedLine[], apiKey: string): Finding {
  const given = signature.trim()
  if (given === sign(apiKey, right)) return 'right'
  // What was signed says it best: it differs, and it is what made this signature.
  const found = MISTAKES.find(([, make]) => make(right, apiKey).includes(given))
  if (found) return found[0]
  if (signed !== '' && lines.some((line) => line.same === false)) return 'lines_differ'
  return 'unknown'
}

const sign = (apiKey: string, { timestamp, method, path, body }: Attempt): string =>
  signRequest({ apiKey, timestamp, method, path, body: new TextEncoder().encode(body) })

const textOf = ({ timestamp, method, path, body }: Attempt): string => `${timestamp}\n${method}\n${path}\n${body}`

const signText = (apiKey: string | Buffer, text: string): string => createHmac('sha256', apiKey).update(text).digest('base64')

/** The mistakes people make, each with the signatures it leads to. */
const MISTAKES: readonly (readonly [Finding, (right: Attempt, apiKey: string) => string[]])[] = [
  ['key_decoded', (right, key) => [signText(Buffer.from(key, 'hex'), textOf(right))]],
  [
    'hex',
    (right, key) => {
      const hex = Buffer.from(sign(key, right), 'base64').toString('hex')
      return [hex, hex.toUpperCase(), Buffer.from(hex).toString('base64')]
    },
  ],
  ['url_alphabet', (right, key) => [sign(key, right).replaceAll('+', '-').replaceAll('/', '_')]],
  ['no_padding', (right, key) => [sign(key, right).replace(/=+$/, ''), Buffer.from(sign(key, right), 'base64').toString('base64url')]],
  ['newline_at_end', (right, key) => [signText(key, `${textOf(right)}\n`)]],
  ['carriage_returns', (right, key) => [signText(key, textOf(right).replaceAll('\n', '\r\n'))]],
  ['method_case', (right, key) => [sign(key, { ...right, method: right.method.toLowerCase() })]],
  ['path_without_query', (right, key) => [sign(key, { ...right, path: right.path.split('?')[0]! })]],
  ['path_without_version', (right, key) => [sign(key, { ...right, path: right.path.replace(/^(\/api)?\/v1/, '') })]],
  ['whole_address', (right, key) => ['http', 'https'].map((scheme) => sign(key, { ...right, path: `${scheme}://localhost${right.path}` }))],
  ['body_left_out', (right, key) => [sign(key, { ...right, body: '' }), signText(key, textOf({ ...right, body: '' }).trimEnd())]],
  ['timestamp_ms', (right, key) => [sign(key, { ...right, timestamp: `${right.timestamp}000` })]],
]

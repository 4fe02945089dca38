import { signRequest } from '#src/platform/client-signature'

/** The worked example of the contract (API.md 1.1): documentation values, signed here and not copied, so that the page cannot be wrong. */
const API_KEY = '8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca'
const TIMESTAMP = '1767225600'
const PATH = '/v1/auth/game/authorize'
const BODY = '{"app_id":"app_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55","site_id":"site_019b7a10-6000-7c3d-8e52-7a9b0c1d2e3f","player_count":5}'
const QUERY_PATH = '/v1/game/sites?page_size=50'

const signed = (method: string, path: string, body: string): string =>
  signRequest({ apiKey: API_KEY, timestamp: TIMESTAMP, method, path, body: new TextEncoder().encode(body) })

/** Each part of the example as text, and what comes out. */
export function workedExample() {
  const toSign = `${TIMESTAMP}\nPOST\n${PATH}\n${BODY}`
  return {
    apiKey: API_KEY,
    timestamp: TIMESTAMP,
    method: 'POST',
    path: PATH,
    body: BODY,
    bodyBytes: BODY.length,
    toSign,
    toSignBytes: toSign.length,
    sha256: new Bun.CryptoHasher('sha256').update(toSign).digest('hex'),
    signature: signed('POST', PATH, BODY),
    queryPath: QUERY_PATH,
    querySignature: signed('GET', QUERY_PATH, ''),
    shell: [
      `KEY=${API_KEY}`,
      `BODY='${BODY}'`,
      `printf '%s\\n%s\\n%s\\n%s' ${TIMESTAMP} POST ${PATH} "$BODY" |`,
      `  openssl dgst -sha256 -hmac "$KEY" -binary | base64`,
    ].join('\n'),
  }
}

import { apiKeyDigest } from '#src/platform/client-signature'
import { infoOf } from '#src/platform/http'
import { isListedOrigin, partnerOfKey } from './partners'

const HEADERS = 'Content-Type, Idempotency-Key, X-Partner-Key, X-Timestamp, X-Signature'
const HEARD = 'Idempotency-Replayed, Retry-After, X-Request-Id'

/** What a browser asks before it calls from another origin: yes only where some partner has listed that origin. */
export async function preflight(request: Request): Promise<Response> {
  const origin = request.headers.get('origin')
  if (!origin || !(await isListedOrigin(origin))) return new Response(null, { status: 204, headers: { Vary: 'Origin' } })
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': HEADERS,
      'Access-Control-Max-Age': '600',
      Vary: 'Origin',
    },
  })
}

/** Lets the page that called read the answer, where the partner whose key it used has listed its origin. */
export async function allowOrigin(request: Request, response: Response): Promise<Response> {
  const [origin, key] = [request.headers.get('origin'), request.headers.get('x-partner-key')]
  if (!origin || !key) return response
  response.headers.append('Vary', 'Origin')
  // Nobody is told more because the database is away.
  const partner = await partnerOfKey(apiKeyDigest(key), infoOf(request).now).catch(() => undefined)
  if (!partner?.origins.includes(origin)) return response
  response.headers.set('Access-Control-Allow-Origin', origin)
  response.headers.set('Access-Control-Expose-Headers', HEARD)
  return response
}

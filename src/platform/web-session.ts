import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { config } from './config'

const COOKIE = 'mr_session'

const attributes = (): string => `Path=/; HttpOnly; SameSite=Lax${config().PUBLIC_URL.startsWith('https:') ? '; Secure' : ''}`

/** Set-Cookie for a new sign-in. The value is random; only its hash is stored. */
export const sessionCookie = (secret: string, maxAgeSeconds: number): string =>
  `${COOKIE}=${secret}; Max-Age=${maxAgeSeconds}; ${attributes()}`

/** Set-Cookie that takes the cookie away. */
export const endedCookie = (): string => `${COOKIE}=; Max-Age=0; ${attributes()}`

/** The value of a cookie; undefined when it is not there. */
export function cookieValue(request: Request, name: string = COOKIE): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value) return value
  }
  return undefined
}

/** The token that forms of a signed-in session carry; made from the session, so it needs no storage and ends with it. */
export const csrfToken = (sessionId: Uuid): string => createHmac('sha256', config().JWT_SECRET).update(`csrf:${sessionId}`).digest('hex')

/** Throws PERMISSION_DENIED unless the token belongs to the session. */
export function requireCsrfToken(sessionId: Uuid, given: string | null | undefined): void {
  const expected = Buffer.from(csrfToken(sessionId))
  const token = Buffer.from(given ?? '')
  if (token.length !== expected.length || !timingSafeEqual(token, expected))
    throw new Problem('PERMISSION_DENIED', { required: 'csrf_token' })
}

/**
 * Throws PERMISSION_DENIED for a form that another site sent. Browsers say where a form comes from; one that does not say it is
 * refused, as is one from nowhere (`Origin: null`).
 */
export function requireSameOrigin(request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const isOurs = site === null ? origin !== null && ownOrigins(request).includes(origin) : site === 'same-origin'
  if (!isOurs) throw new Problem('PERMISSION_DENIED', { required: 'same_origin' })
}

const ownOrigins = (request: Request): string[] => [new URL(config().PUBLIC_URL).origin, `http://${request.headers.get('host')}`]

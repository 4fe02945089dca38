import { jwtVerify, SignJWT } from 'jose'
import { JWTExpired } from 'jose/errors'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { now } from '#src/core/time'
import { config } from './config'

export type TokenRole = 'operator' | 'admin' | 'finance' | 'analyst'
export type TokenClaims = { sub: Uuid; role: TokenRole; sid: Uuid; jti: string }

const secret = (): Uint8Array => new TextEncoder().encode(config().JWT_SECRET)
const seconds = (at: Instant): number => Math.floor(at.getTime() / 1000)

/** A bearer token (API 1): HS256 with sub, role, sid, jti, iat, exp. It is only a pointer; the session row decides. */
export function signToken({ sub, role, sid, jti }: TokenClaims, issuedAt: Instant, expiresAt: Instant): Promise<string> {
  return new SignJWT({ role, sid })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setJti(jti)
    .setIssuedAt(seconds(issuedAt))
    .setExpirationTime(seconds(expiresAt))
    .sign(secret())
}

/** The claims of a token, or why it is none. The algorithm is ours, never the token's choice. */
export async function verifyToken(token: string): Promise<TokenClaims | 'malformed' | 'expired'> {
  try {
    const { payload } = await jwtVerify(token, secret(), {
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'role', 'sid', 'jti', 'iat', 'exp'],
      currentDate: now(),
    })
    return payload as unknown as TokenClaims
  } catch (error) {
    return error instanceof JWTExpired ? 'expired' : 'malformed'
  }
}

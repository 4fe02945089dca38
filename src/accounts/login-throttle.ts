import { and, eq, gt, max, min, ne, sql } from 'drizzle-orm'
import { loginFailures } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { addSeconds, type Instant } from '#src/core/time'
import { read } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { rateLimitBlocked } from '#src/platform/metrics'
import { setting } from '#src/settings/settings'

export type Realm = 'operator' | 'staff'

/** Waits after the 5th, 6th … failure in seconds; then the whole window. Growing, never a lock: nobody can shut out another for good. */
const WAITS = [15, 30, 60, 120, 300]

/**
 * Takes a turn at signing in. It counts as failed until `forgetLoginFailures`, so that a hundred guesses sent at once are a hundred
 * failures and not one. Throws RATE_LIMIT_EXCEEDED while the account or the address has to wait (API 3). Turns are rows: they count
 * across processes and restarts, and an unknown name waits like a known one.
 */
export async function takeLoginTurn(realm: Realm, username: string, info: RequestInfo): Promise<void> {
  const turn = { id: newId(), realm, username: accountKey(username), ip: info.ip, at: info.now }
  await read().insert(loginFailures).values(turn)
  const since = gt(loginFailures.at, addSeconds(info.now, -60 * setting('login_window_minutes')))
  const others = and(since, ne(loginFailures.id, turn.id))
  const [account, address] = await Promise.all([
    failures(and(eq(loginFailures.realm, realm), eq(loginFailures.username, turn.username), others)),
    failures(and(eq(loginFailures.ip, info.ip), others)),
  ])
  const retryAfter = Math.max(accountWait(account, info.now), addressWait(address, info.now))
  if (retryAfter <= 0) return
  await read().delete(loginFailures).where(eq(loginFailures.id, turn.id))
  rateLimitBlocked.inc({ type: 'login' })
  throw new Problem(
    'RATE_LIMIT_EXCEEDED',
    { scope: 'login', limit: setting('login_max_failures'), window_seconds: 60 * setting('login_window_minutes'), retry_after: retryAfter },
    'login',
  )
}

/** A right password ends the account's count, this address's part of it included; gives how many turns there were, the right one too. */
export async function forgetLoginFailures(realm: Realm, username: string): Promise<number> {
  const turns = await read()
    .delete(loginFailures)
    .where(and(eq(loginFailures.realm, realm), eq(loginFailures.username, accountKey(username))))
    .returning({ id: loginFailures.id })
  return turns.length
}

const accountKey = (username: string): string => username.toLowerCase().slice(0, 64)

type Failures = { count: number; last: Instant | null; first: Instant | null }

async function failures(where: ReturnType<typeof and>): Promise<Failures> {
  const [found] = await read()
    .select({
      count: sql<number>`count(*)::int`,
      last: max(loginFailures.at),
      first: min(loginFailures.at),
    })
    .from(loginFailures)
    .where(where)
  return found!
}

function accountWait({ count, last }: Failures, now: Instant): number {
  const over = count - setting('login_max_failures')
  if (over < 0 || !last) return 0
  const seconds = WAITS[over] ?? 60 * setting('login_window_minutes')
  return secondsUntil(addSeconds(last, seconds), now)
}

function addressWait({ count, first }: Failures, now: Instant): number {
  if (count < setting('login_max_failures_ip') || !first) return 0
  return secondsUntil(addSeconds(first, 60 * setting('login_window_minutes')), now)
}

const secondsUntil = (at: Instant, now: Instant): number => Math.ceil((at.getTime() - now.getTime()) / 1000)

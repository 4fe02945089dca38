import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { type Instant, iso, now } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { log } from '#src/platform/log'
import { unreadOf } from './inbox'

/** How an operator stands: what a page that is open keeps true. */
export type Standing = { asOf: Instant; unread: number; balance: Money; ledgerSeq: bigint }

/** A page that is open. `tell` is called after each look, `gone` once when its session has ended. */
export type Follower = { sessionId: Uuid; operatorId: Uuid; tell(standing: Standing): void; gone(): void }

/**
 * One look every two seconds for all open pages of this process together, in one statement. A look and no NOTIFY: a charge would pay
 * for that at its COMMIT, where all charges queue for it, and what is lost on the way nobody would know.
 */
const LOOK_MS = 2_000

const followers = new Set<Follower>()
let timer: ReturnType<typeof setInterval> | undefined
let looking = false

/** Keeps a page told until the returned function is called; the first look comes at once. */
export function follow(follower: Follower): () => void {
  followers.add(follower)
  timer ??= setInterval(() => void look(), LOOK_MS)
  void lookFor([follower])
  return () => {
    followers.delete(follower)
    if (followers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** A slow database is not asked twice at once. */
async function look(): Promise<void> {
  if (looking) return
  looking = true
  await lookFor([...followers])
  looking = false
}

async function lookFor(chosen: Follower[]): Promise<void> {
  try {
    const standings = await standingsOf(chosen)
    for (const follower of chosen) {
      if (!followers.has(follower)) continue
      const standing = standings.get(follower.sessionId)
      if (standing) follower.tell(standing)
      else follower.gone()
    }
  } catch (error) {
    // The pages keep what they have, and say since when; the next look is two seconds away.
    log('warn', 'open pages not told', { operation: 'live', pages: chosen.length, error })
  }
}

/** Session → standing; sessions that have ended, and those of accounts that are locked or closed, are left out. */
async function standingsOf(chosen: Follower[]): Promise<Map<Uuid, Standing>> {
  const db = { sql: rawSql() }
  const at = now()
  const rows = await db.sql<(Omit<Standing, 'asOf'> & { sessionId: Uuid })[]>`
    SELECT s.id AS "sessionId", o.balance_fen AS balance, o.ledger_seq AS "ledgerSeq", ${unreadOf(db)} AS unread
    FROM auth_sessions s JOIN operator_accounts o ON o.id = s.operator_id
    WHERE s.id = ANY (${[...new Set(chosen.map(({ sessionId }) => sessionId))]}::uuid[])
      AND s.revoked_at IS NULL AND s.expires_at > ${iso(at)}::timestamptz AND NOT o.is_locked AND o.deactivated_at IS NULL`
  return new Map(rows.map(({ sessionId, ...standing }) => [sessionId, { ...standing, asOf: at }]))
}

/** How an operator stands now, for a page that asks by itself. */
export async function standingOf(operatorId: Uuid, at: Instant): Promise<Standing> {
  const db = { sql: rawSql() }
  const [row] = await db.sql<Omit<Standing, 'asOf'>[]>`
    SELECT o.balance_fen AS balance, o.ledger_seq AS "ledgerSeq", ${unreadOf(db)} AS unread FROM operator_accounts o WHERE o.id = ${operatorId}`
  return { ...row!, asOf: at }
}

import type { CATEGORIES } from '#drizzle/schema'
import { recordAll, SYSTEM } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { type Money, yuan } from '#src/core/money'
import { addMs, businessDay, type Instant, iso, startOfMonth } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import type { Tick } from '#src/monitoring/tick'
import { notify } from '#src/notifications/messages'
import { rawSql, type Transaction, transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import { CATEGORY_NAMES } from './category'

/** Operators of one transaction: their rows are locked for some milliseconds. */
const AT_ONCE = 200

type Category = (typeof CATEGORIES)[number]
type Month = { first: string; last: string; end: Instant }

/**
 * Puts every operator whose tier is not pinned into the tier of what it consumed in the month past, and tells those that moved. Bounded
 * steps in the order of ids, each whole: run again, it goes over all and moves nobody twice. Who came after that month keeps its tier.
 */
export async function recomputeTiers({ now, signal, progress }: Tick): Promise<{ operators: number; raised: number; lowered: number }> {
  const month = monthPast(now)
  const counts = { operators: 0, raised: 0, lowered: 0 }
  const total = await countFree(month)
  for (let after: Uuid | null = null; ; ) {
    signal.throwIfAborted()
    const ids = await nextFree(month, after)
    if (ids.length === 0) return counts
    const moves = await transaction((tx) => moveSome(tx, ids, month, now))
    counts.operators += ids.length
    counts.raised += moves.filter(isRaise).length
    counts.lowered += moves.filter((move) => !isRaise(move)).length
    progress({ done: counts.operators, total })
    after = ids.at(-1)!
  }
}

function monthPast(now: Instant): Month {
  const end = startOfMonth(now)
  const lastMoment = addMs(end, -1)
  return { first: businessDay(startOfMonth(lastMoment)), last: businessDay(lastMoment), end }
}

const isFree = ({ end }: Month) => rawSql()`deactivated_at IS NULL AND NOT category_pinned AND created_at < ${iso(end)}::timestamptz`

async function countFree(month: Month): Promise<number> {
  const [row] = await rawSql()<{ count: number }[]>`SELECT count(*)::int AS count FROM operator_accounts WHERE ${isFree(month)}`
  return row!.count
}

async function nextFree(month: Month, after: Uuid | null): Promise<Uuid[]> {
  const rows = await rawSql()<{ id: Uuid }[]>`
    SELECT id FROM operator_accounts WHERE ${isFree(month)} ${after ? rawSql()`AND id > ${after}` : rawSql()``} ORDER BY id LIMIT ${AT_ONCE}`
  return rows.map(({ id }) => id)
}

type Standing = { id: Uuid; category: Category; consumed: Money }
type Move = Standing & { next: Category }

async function moveSome(tx: Transaction, ids: Uuid[], { first, last }: Month, now: Instant): Promise<Move[]> {
  await lockOperators(tx, { ids })
  const standings = await tx.sql<Standing[]>`
    SELECT o.id, o.category, coalesce(sum(d.total_fen), 0)::bigint AS consumed
    FROM operator_accounts o LEFT JOIN usage_days d ON d.operator_id = o.id AND d.day BETWEEN ${first}::date AND ${last}::date
    WHERE o.id = ANY (${ids}::uuid[]) AND o.deactivated_at IS NULL AND NOT o.category_pinned GROUP BY o.id ORDER BY o.id`
  const moves = standings.map((one) => ({ ...one, next: tierOf(one.consumed) })).filter(({ category, next }) => category !== next)
  if (moves.length === 0) return moves
  await tx.sql`
    UPDATE operator_accounts o SET category = m.category, updated_at = ${iso(now)}::timestamptz
    FROM unnest(${moves.map(({ id }) => id)}::uuid[], ${moves.map(({ next }) => next)}::text[]) AS m (id, category) WHERE o.id = m.id`
  const month = first.slice(0, 7)
  for (const move of moves) {
    const content = `${month.replace('-', '年')}月消费${yuan(move.consumed)}元，客户分类由${CATEGORY_NAMES[move.category]}调整为${CATEGORY_NAMES[move.next]}。`
    await notify(tx, [move.id], { type: 'system', title: '客户分类已调整', content }, now)
  }
  await recordAll(
    tx,
    moves.map(({ id, category, next, consumed }) => ({
      actor: SYSTEM,
      origin: null,
      operation: 'operator_category',
      target: { kind: 'operator', id },
      details: { before: { category, pinned: false }, after: { category: next, pinned: false }, month, consumed: yuan(consumed) },
      at: now,
    })),
  )
  return moves
}

/** The tier of a month's consumption (PRODUCT 4). */
function tierOf(consumed: Money): Category {
  if (consumed >= setting('vip_tier_monthly_threshold')) return 'vip'
  return consumed >= setting('normal_tier_monthly_threshold') ? 'normal' : 'trial'
}

const RANKS: Record<Category, number> = { trial: 0, normal: 1, vip: 2 }
const isRaise = ({ category, next }: Move): boolean => RANKS[next] > RANKS[category]

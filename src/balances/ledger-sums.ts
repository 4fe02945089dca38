import { type Money, plus, ZERO } from '#src/core/money'
import { invalidField } from '#src/core/problem'
import { addDays, businessDay, type Instant, startOfDay } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { playedBetween } from '#src/usage/figures'
import { type LedgerFilter, matching } from './all-transactions'
import { seqRange } from './seq-range'

/** How many rows there are, what they brought operators and took from them, and what moved between accounts of the company. */
export type LedgerSums = { rows: number; in: Money; out: Money; between: Money }

/** Amounts stand in no sum and no index: they are looked for among so many rows at most. */
const MOST_BY_AMOUNT = 100_000

/**
 * Over a whole filter: games from their sums, the little that is no game from its rows. Throws INVALID_PARAMS where an amount is looked
 * for among more rows than can be read.
 */
export async function ledgerSums(filter: LedgerFilter, now: Instant): Promise<LedgerSums> {
  if (filter.ids) return rowSums(filter)
  const { least, most, ...rest } = filter
  const whole = await sumsWithoutAmount(rest, now)
  if (least === undefined && most === undefined) return whole
  if (whole.rows > MOST_BY_AMOUNT)
    throw invalidField(
      least === undefined ? 'max_amount' : 'min_amount',
      `按金额查找最多覆盖${MOST_BY_AMOUNT}行，现有${whole.rows}行，请先选运营商、类型或缩短时间`,
      `an amount is looked for among at most ${MOST_BY_AMOUNT} rows, there are ${whole.rows}: choose an operator, a type or fewer days first`,
    )
  return rowSums(filter)
}

async function sumsWithoutAmount(filter: LedgerFilter, now: Instant): Promise<LedgerSums> {
  const [games, others] = await Promise.all([gamesOf(filter, now), othersOf(filter)])
  return { rows: games.games + others.rows, in: others.in, out: plus(games.amount, others.out), between: others.between }
}

const NO_GAMES = { games: 0, amount: ZERO }

/** A game's row carries the time of the game: without an end, all that began. */
async function gamesOf({ kind, method, from, to, operatorId, operatorIds }: LedgerFilter, now: Instant) {
  if (method || (kind !== undefined && kind !== 'consumption')) return NO_GAMES
  // Whole days at an open end, so that only what was asked for cuts one.
  const stretch = { from: from ?? startOfDay('2000-01-01'), to: to ?? startOfDay(businessDay(addDays(now, 2))) }
  return playedBetween(stretch, operatorIds ?? operatorId)
}

const NOTHING: LedgerSums = { rows: 0, in: ZERO, out: ZERO, between: ZERO }

async function othersOf(filter: LedgerFilter): Promise<LedgerSums> {
  if (filter.kind === 'consumption') return NOTHING
  const range = filter.operatorId ? await seqRange(filter.operatorId, filter) : undefined
  const [sums] = await rawSql()<LedgerSums[]>`
    SELECT ${sumColumns()} FROM transaction_records t WHERE t.type <> 'consumption' AND ${matching(filter, range)}`
  return sums!
}

async function rowSums(filter: LedgerFilter): Promise<LedgerSums> {
  const range = filter.operatorId ? await seqRange(filter.operatorId, filter) : undefined
  const [sums] = await rawSql()<LedgerSums[]>`SELECT ${sumColumns()} FROM transaction_records t WHERE ${matching(filter, range)}`
  return sums!
}

const sumColumns = () => rawSql()`
  count(*)::int AS rows, coalesce(sum(amount_fen) FILTER (WHERE credit_account = 'operator'), 0)::bigint AS in,
  coalesce(sum(amount_fen) FILTER (WHERE debit_account = 'operator'), 0)::bigint AS out,
  coalesce(sum(amount_fen) FILTER (WHERE 'operator' NOT IN (debit_account, credit_account)), 0)::bigint AS between`

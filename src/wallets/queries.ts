import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { type Instant, iso, type Stretch } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { findWallet } from './open'
import type { Currency, Entry, Purse, Wallet } from './wallet'
import { entryColumns } from './world'

/** A player's wallet. Throws WALLET_NOT_FOUND; never makes one. */
export async function requireWallet(platform: string, userId: string): Promise<Wallet> {
  const wallet = await findWallet(platform, userId)
  if (!wallet) throw new Problem('WALLET_NOT_FOUND', { id: userId })
  return wallet
}

export type StatementFilter = Partial<Stretch> & { currency?: Currency | undefined }

/** One page of a wallet's statement for our own people, newest first. */
export async function statementSlice(walletId: Uuid, keyset: Keyset): Promise<Slice<Entry>> {
  const sql = rawSql()
  const step = keyset.after ? sql`AND seq < ${keyset.after}::bigint` : keyset.before ? sql`AND seq > ${keyset.before}::bigint` : sql``
  const rows = await sql<Entry[]>`
    SELECT ${entryColumns({ sql })} FROM wallet_transactions WHERE wallet_id = ${walletId} ${step}
    ORDER BY seq ${isBackwards(keyset) ? sql`ASC` : sql`DESC`} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ seq }) => String(seq))
}

/** How many players each platform has. */
export async function playersOf(): Promise<Map<string, number>> {
  const rows = await rawSql()<
    { platform: string; players: number }[]
  >`SELECT platform, count(*)::int AS players FROM wallets GROUP BY platform`
  return new Map(rows.map(({ platform, players }) => [platform, players]))
}

/** A numbered page of a wallet's statement, newest first, with the count of all. */
export async function statementPage(
  walletId: string,
  filter: StatementFilter,
  { page, page_size: size }: { page: number; page_size: number },
) {
  const sql = rawSql()
  const matching = sql`
    FROM wallet_transactions WHERE wallet_id = ${walletId}
    ${filter.currency ? sql`AND currency = ${filter.currency}` : sql``}
    ${filter.from ? sql`AND created_at >= ${iso(filter.from)}::timestamptz` : sql``}
    ${filter.to ? sql`AND created_at < ${iso(filter.to)}::timestamptz` : sql``}`
  const [[counted], entries] = await Promise.all([
    sql<{ total: number }[]>`SELECT count(*)::int AS total ${matching}`,
    sql<Entry[]>`
      SELECT ${entryColumns({ sql })}
      ${matching} ORDER BY seq DESC LIMIT ${size} OFFSET ${(page - 1) * size}`,
  ])
  return { total: counted!.total, entries }
}

/** What was in a wallet at a moment, by its statement: rows of that very moment count. */
export async function pursesAt(walletId: string, at: Instant): Promise<Record<Currency, Purse>> {
  const rows = await rawSql()<{ currency: Currency; available: bigint; frozen: bigint }[]>`
    SELECT c.currency, coalesce(t.balance_after, 0) AS available, coalesce(t.frozen_after, 0) AS frozen
    FROM unnest(ARRAY['gameCoins', 'cashBalance', 'computingPower']) AS c (currency)
    LEFT JOIN LATERAL (
      SELECT balance_after, frozen_after FROM wallet_transactions
      WHERE wallet_id = ${walletId} AND currency = c.currency AND created_at <= ${iso(at)}::timestamptz
      ORDER BY created_at DESC, seq DESC LIMIT 1) t ON true`
  return Object.fromEntries(rows.map(({ currency, available, frozen }) => [currency, { available, frozen }])) as Record<Currency, Purse>
}

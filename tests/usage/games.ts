import { newId, type Uuid } from '#src/core/ids'
import { type Money, money, times } from '#src/core/money'
import { addSeconds, type Instant } from '#src/core/time'
import type { JournalRow } from '#src/ledger/chain'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, headAfter, journalRow, type LedgerHead } from '#src/ledger/transfer'
import { transaction } from '#src/platform/database'

/** A game of the past, with everything but its operator. */
export type PastGame = {
  siteId: Uuid
  applicationId: Uuid
  players: number
  at: Instant
  price?: Money
  endedAfter?: number
  appName?: string
}
export type Played = PastGame & { id: Uuid; sessionId: string; total: Money; seq: bigint }

let counter = 0

/** Starts games at any moment, with their journal, in one statement each, as a batch of authorize does. Order is the order of the ledger. */
export async function play(operatorId: Uuid, games: readonly PastGame[]): Promise<Played[]> {
  if (games.length === 0) return []
  return transaction(async (tx) => {
    const [operator] = await lockOperators(tx, { ids: [operatorId] })
    let head: LedgerHead = operator!
    const journal: JournalRow[] = []
    const played = games.map((game): Played & { balance: Money } => {
      const price = game.price ?? money(1_000)
      const [id, total] = [newId(), times(price, game.players)]
      const row = journalRow(head, { kind: 'consumption', amount: total, usageId: id, description: '游戏' }, game.at)
      head = headAfter(row)
      journal.push(row)
      const tail = (++counter).toString(36).padStart(16, '0')
      return {
        ...game,
        price,
        id,
        total,
        seq: row.seq,
        balance: row.balanceAfter,
        sessionId: `op_${operatorId}_${game.at.getTime()}_${tail}`,
      }
    })
    const column = <T>(pick: (game: Played & { balance: Money }) => T): T[] => played.map(pick)
    const end = ({ at, endedAfter }: PastGame) => (endedAfter === undefined ? null : addSeconds(at, endedAfter).toISOString())
    await tx.sql`
      INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen,
        total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at, ended_at, duration_s, estimated)
      SELECT id, ${operatorId}, site, app, session, sha256(session::bytea), name, players, price, price * players, gen_random_uuid(), seq, balance,
        '10.0.0.1', at, ended, seconds, CASE WHEN seconds IS NULL THEN NULL ELSE false END
      FROM unnest(${column((game) => game.id)}::uuid[], ${column((game) => game.siteId)}::uuid[], ${column((game) => game.applicationId)}::uuid[],
        ${column((game) => game.sessionId)}::text[], ${column((game) => game.appName ?? '太空探险')}::text[],
        ${column((game) => game.players)}::int[], ${column((game) => String(game.price))}::bigint[], ${column((game) => String(game.seq))}::bigint[],
        ${column((game) => String(game.balance))}::bigint[], ${column((game) => game.at.toISOString())}::timestamptz[],
        ${column(end)}::timestamptz[], ${column((game) => game.endedAfter ?? null)}::int[])
        AS t (id, site, app, session, name, players, price, seq, balance, at, ended, seconds)`
    await appendRows(tx, journal)
    return played
  })
}

import type { Money } from '#src/core/money'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { appendRows } from '#src/ledger/transfer'
import type { Transaction } from '#src/platform/database'
import type { DemoRefund } from './extras'
import type { DemoOrder, History, PlayedGame } from './history'

/** Rows per statement: each is checked as a whole by the journal's trigger. */
const BATCH = 2_000
const ORDER_SECONDS = 900

/** Writes a played history set-wise: orders and games first, because each journal row must find what it pays for. */
export async function writeHistory(tx: Transaction, { games, orders, journal }: History): Promise<void> {
  await writeOrders(tx, orders)
  for (const batch of batches(games)) await writeGames(tx, batch)
  for (const batch of batches(journal)) await appendRows(tx, batch)
}

/** Refunds and their payouts; the money itself moves with the history's journal. */
export async function writeRefunds({ sql }: Transaction, refunds: DemoRefund[], reviewer: string): Promise<void> {
  for (const { id, operatorId, amount, reason, createdAt, paid } of refunds) {
    await sql`
      INSERT INTO refund_records (id, operator_id, requested_fen, actual_fen, reason, status, first_reviewer, reviewed_at, created_at, updated_at)
      VALUES (${id}, ${operatorId}, ${amount}, ${paid ? amount : null}, ${reason}, ${paid ? 'approved' : 'pending'}, ${paid ? reviewer : null},
        ${paid?.reviewedAt ?? null}, ${createdAt}, ${paid?.reviewedAt ?? createdAt})`
    if (!paid) continue
    await sql`
      INSERT INTO refund_payouts (id, refund_id, operator_id, out_refund_no, amount_fen, channel, created_at, updated_at)
      VALUES (${paid.payoutId}, ${id}, ${operatorId}, ${paid.outRefundNo}, ${amount}, 'bank', ${paid.reviewedAt}, ${paid.reviewedAt})`
  }
}

/** The payouts that the history's journal has paid: a payout is done when its row stands there. */
export async function finishRefunds({ sql }: Transaction): Promise<void> {
  await sql`
    UPDATE refund_payouts p SET status = 'completed', ledger_seq = t.seq, finished_at = t.created_at, updated_at = t.created_at
    FROM transaction_records t WHERE t.refund_id = p.refund_id AND t.type = 'refund_payout'`
}

async function writeOrders({ sql }: Transaction, orders: DemoOrder[]): Promise<void> {
  const column = columnsOf(orders)
  await sql`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, provider_txn_id, paid_at, error_message, expires_at,
      created_at, updated_at)
    SELECT * FROM unnest(${column((order) => order.id)}::uuid[], ${column((order) => order.operatorId)}::uuid[],
      ${column((order) => fen(order.amount))}::bigint[], ${column((order) => order.method as string)}::text[],
      ${column((order) => order.status as string)}::text[], ${column((order) => order.providerTxnId)}::text[],
      ${column((order) => at(order.paidAt))}::timestamptz[], ${column((order) => (order.status === 'failed' ? '用户取消支付' : null))}::text[],
      ${column((order) => at(addSeconds(order.createdAt, ORDER_SECONDS)))}::timestamptz[],
      ${column((order) => at(order.createdAt))}::timestamptz[], ${column((order) => at(endOf(order)))}::timestamptz[])`
}

const endOf = ({ status, paidAt, createdAt }: DemoOrder): Instant =>
  paidAt ?? addSeconds(createdAt, status === 'expired' ? ORDER_SECONDS : 60)

async function writeGames({ sql }: Transaction, games: PlayedGame[]): Promise<void> {
  const column = columnsOf(games)
  await sql`
    INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen,
      total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at, ended_at, duration_s, estimated)
    SELECT id, operator_id, site_id, application_id, session_id, decode(request_hash, 'hex'), app_name, players, price, total, token, seq,
      balance, ip, started_at, ended_at, duration_s, estimated::boolean
    FROM unnest(${column((game) => game.id)}::uuid[], ${column((game) => game.operatorId)}::uuid[], ${column((game) => game.siteId)}::uuid[],
      ${column((game) => game.applicationId)}::uuid[], ${column((game) => game.sessionId)}::text[],
      ${column((game) => game.requestHash)}::text[], ${column((game) => game.appName)}::text[],
      ${column((game) => game.playerCount)}::int[], ${column((game) => fen(game.unitPrice))}::bigint[],
      ${column((game) => fen(game.total))}::bigint[], ${column((game) => game.authorizationToken)}::uuid[],
      ${column((game) => String(game.ledgerSeq))}::bigint[], ${column((game) => fen(game.balanceAfter))}::bigint[],
      ${column((game) => game.clientIp)}::text[], ${column((game) => at(game.startedAt))}::timestamptz[],
      ${column((game) => at(game.endedAt))}::timestamptz[], ${column((game) => game.durationSeconds)}::int[],
      ${column((game) => game.estimated?.toString() ?? null)}::text[])
      AS t (id, operator_id, site_id, application_id, session_id, request_hash, app_name, players, price, total, token, seq, balance, ip,
        started_at, ended_at, duration_s, estimated)`
}

const fen = (amount: Money): string => String(amount)
const at = (moment: Instant | null): string | null => moment && iso(moment)

const columnsOf =
  <Row>(rows: Row[]) =>
  <T>(pick: (row: Row) => T): T[] =>
    rows.map(pick)

function* batches<T>(rows: T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += BATCH) yield rows.slice(from, from + BATCH)
}

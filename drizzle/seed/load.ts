import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { TransactionSql } from 'postgres'
import type { Uuid } from '#src/core/ids'
import { type Money, money, times, ZERO } from '#src/core/money'
import { addMs, addSeconds, type Instant, instant, iso, startOfDay } from '#src/core/time'
import { GENESIS_HASH, type JournalRow } from '#src/ledger/chain'
import { appendRows, headAfter, journalRow, type LedgerHead } from '#src/ledger/transfer'
import { builder, openPool, type Transaction } from '#src/platform/database'
import type { Connection } from '#src/platform/database-url'
import { rebuildOperator } from '#src/usage/rollups'
import { fillLoadWorld, type LoadWorld } from './load-world'
import { randomFrom } from './random'

/** How much is made, and the last day of it. */
export type LoadSize = { rows: number; operators: number; now: Instant }

/** Games are spread over this many days, from ten in the morning to ten at night. */
const DAYS = 400
const DAY_MS = 86_400_000
const [OPENS_AT_MS, OPEN_MS] = [10 * 3_600_000, 12 * 3_600_000]
/** Rows of one COPY: what is in memory at a time. */
const BATCH = 20_000

/**
 * Load for measurements: operators with sites, grants and `rows` games whose journals are valid to the last hash. All or nothing, in
 * one transaction; triggers and foreign keys are off meanwhile, which takes a superuser, and the sums are made at the end. Gives
 * undefined where such operators are there already.
 */
export async function seedLoad(
  connection: Connection,
  { rows, operators, now }: LoadSize,
  onProgress: (rows: number) => void = () => {},
): Promise<LoadWorld | undefined> {
  const pool = openPool(connection, { max: 1, name: 'mr-seed-load', asApplication: false })
  try {
    const world = (await pool.begin(async (sql) => {
      const tx: Transaction = { sql, db: builder(sql) }
      const made = await fillLoadWorld(tx, operators, instant(lastMoment(now).getTime() - (DAYS + 1) * DAY_MS))
      if (!made) return undefined
      await sql`SELECT set_config('session_replication_role', 'replica', true), set_config('idle_in_transaction_session_timeout', '0', true)`
      await writeGames(tx, made, rows, now, onProgress)
      for (const { id } of made.operators) await rebuildOperator(tx, id)
      return made
    })) as LoadWorld | undefined
    if (world) await pool.unsafe('VACUUM (ANALYZE, PARALLEL 0)')
    return world
  } finally {
    await pool.end({ timeout: 5 })
  }
}

/** A minute ago: nothing lies in the future of whoever looks at it. */
const lastMoment = (now: Instant): Instant => addSeconds(now, -60)

type Player = { head: LedgerHead; sites: Uuid[] }
type Game = {
  row: JournalRow
  usageId: Uuid
  siteId: Uuid
  applicationId: Uuid
  appName: string
  players: number
  price: Money
  at: Instant
}

async function writeGames(
  tx: Transaction,
  world: LoadWorld,
  rows: number,
  now: Instant,
  onProgress: (rows: number) => void,
): Promise<void> {
  const random = randomFrom('load')
  const players = world.operators.map(
    ({ id, sites }): Player => ({ sites, head: { id, balance: ZERO, ledgerSeq: 0n, ledgerHash: GENESIS_HASH } }),
  )
  // Every operator can pay for all of its games and has something left.
  const credit = money(BigInt(Math.ceil(rows / players.length) + 1) * 100_000n)
  const opened = players.map((player) => {
    const at = timeOf(-1, rows, now)
    const row = journalRow(player.head, { kind: 'adjustment_in', amount: credit, description: '压测初始余额' }, at)
    player.head = headAfter(row)
    return row
  })
  await appendRows(tx, opened)
  for (let from = 0; from < rows; from += BATCH) {
    const batch: Game[] = []
    for (let index = from; index < Math.min(from + BATCH, rows); index++) {
      const player = players[index % players.length]!
      const game = playOne(player, world, timeOf(index, rows, now), random)
      player.head = headAfter(game.row)
      batch.push(game)
    }
    await copy(tx.sql, COPY_JOURNAL, batch.map(journalLine))
    await copy(
      tx.sql,
      COPY_USAGE,
      batch.map((game, index) => usageLine(game, from + index)),
    )
    onProgress(from + batch.length)
  }
  for (const { head } of players) await saveHead(tx, head)
}

/** The moment of a game: later with every index, inside opening hours, the last one a minute ago. */
function timeOf(index: number, rows: number, now: Instant): Instant {
  const last = lastMoment(now)
  const share = (index + 1) / rows
  const day = Math.min(DAYS - 1, Math.floor(share * DAYS))
  const within = share * DAYS - day
  const start = instant(last.getTime() - (DAYS - 1 - day) * DAY_MS)
  const opening = addMs(startOfDay(iso(addMs(start, 8 * 3_600_000)).slice(0, 10)), OPENS_AT_MS)
  const closing = day === DAYS - 1 ? Math.max(opening.getTime(), last.getTime()) : opening.getTime() + OPEN_MS
  const at = Math.floor(opening.getTime() + within * (closing - opening.getTime()))
  return instant(Math.min(at, last.getTime()))
}

function playOne({ head, sites }: Player, { applications }: LoadWorld, at: Instant, random: ReturnType<typeof randomFrom>): Game {
  const application = random.pick(applications)
  const players = random.whole(1, 8)
  const usageId = random.id(at)
  const transfer = {
    id: random.id(at),
    kind: 'consumption' as const,
    amount: times(application.price, players),
    usageId,
    description: `${application.name} ${players}人`,
  }
  const row = journalRow(head, transfer, at)
  return {
    row,
    usageId,
    siteId: random.pick(sites),
    applicationId: application.id,
    appName: application.name,
    players,
    price: application.price,
    at,
  }
}

const COPY_JOURNAL = `COPY transaction_records (operator_id, seq, id, type, debit_account, credit_account, amount_fen, balance_before_fen,
  balance_after_fen, usage_id, description, created_at, prev_hash, hash) FROM STDIN`
const COPY_USAGE = `COPY usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count, unit_price_fen,
  total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at, ended_at, duration_s, estimated) FROM STDIN`

/** No name or description of the load holds a tab or a backslash, so that nothing has to be escaped. */
const line = (...values: unknown[]): string => `${values.join('\t')}\n`
const hex = (digest: string): string => `\\\\x${digest}`

const journalLine = ({ row }: Game): string =>
  line(
    row.operatorId,
    row.seq,
    row.id,
    row.type,
    row.debitAccount,
    row.creditAccount,
    row.amount,
    row.balanceBefore,
    row.balanceAfter,
    row.usageId,
    row.description,
    iso(row.createdAt),
    hex(row.prevHash),
    hex(row.hash),
  )

function usageLine({ row, usageId, siteId, applicationId, appName, players, price, at }: Game, index: number): string {
  const seconds = 300 + (index % 1_500)
  const session = `op_${row.operatorId}_${at.getTime()}_${index.toString(36).padStart(16, 'L0')}`
  return line(
    usageId,
    row.operatorId,
    siteId,
    applicationId,
    session,
    hex(row.hash),
    appName,
    players,
    price,
    row.amount,
    row.id,
    row.seq,
    row.balanceAfter,
    '10.1.0.1',
    iso(at),
    iso(addSeconds(at, seconds)),
    seconds,
    index % 7 === 0,
  )
}

async function copy(sql: TransactionSql<{ bigint: bigint; json: unknown }>, statement: string, lines: string[]): Promise<void> {
  const stream = await sql.unsafe(statement).writable()
  if (!stream.write(lines.join(''))) await once(stream, 'drain')
  stream.end()
  await finished(stream)
}

/** The account row follows its last journal row, as the trigger would have made it. */
async function saveHead({ sql }: Transaction, { id, balance, ledgerSeq, ledgerHash }: LedgerHead): Promise<void> {
  await sql`
    UPDATE operator_accounts SET balance_fen = ${balance}, ledger_seq = ${ledgerSeq}, ledger_hash = decode(${ledgerHash}, 'hex'),
      last_transaction_at = (SELECT created_at FROM transaction_records WHERE operator_id = ${id} AND seq = ${ledgerSeq}),
      total_consumed_fen = (SELECT coalesce(sum(amount_fen), 0) FROM transaction_records WHERE operator_id = ${id} AND type = 'consumption')
    WHERE id = ${id}`
}

import { newId, type Uuid } from '#src/core/ids'
import { money, ZERO } from '#src/core/money'
import { addMs, addSeconds, formatDateTime, type Instant, instant, stopwatch } from '#src/core/time'
import type { JournalRow } from '#src/ledger/chain'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, headAfter, journalRow, type LedgerHead } from '#src/ledger/transfer'
import type { Bill } from '#src/payments/gateways/gateway'
import { closeDatabase, openDatabase, type Transaction, transaction } from '#src/platform/database'
import { fetchBill } from '#src/reconciliation/close-day'
import { matchChannel } from '#src/reconciliation/match'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { type WechatRow, wechatFile } from '#tests/reconciliation/bill-files'
import { createDatabase } from '#tests/support/database'
import { anOperator } from '#tests/support/factory'

/** `bun run bench reconcile`: how long a day's bill takes from the file to its differences. */

const USAGE = 'usage: bun run bench reconcile [--rows 100000] [--json]'
const TARGET_SECONDS = 10
const DAY = '2026-03-05'
const MORNING = instant('2026-03-06T10:30:00+08:00')
const OPERATORS = 200
const BATCH = 5_000
/** One in so many lines is planted wrong in one of four ways: missing here, missing there, another amount, another fee. */
const WRONG_EVERY = 1_000

export type ReconcileFigures = {
  rows: number
  importSeconds: number
  matchSeconds: number
  againSeconds: number
  seconds: number
  differences: number
  fileMb: number
}

/** Gives the exit code: 0 within the target, 1 when not, 2 for a wrong call. */
export async function benchReconcile(args: string[]): Promise<number> {
  const rows = Number(args.includes('--rows') ? args[args.indexOf('--rows') + 1] : 100_000)
  if (!Number.isInteger(rows) || rows < 1 || rows > 1_000_000) {
    console.error(USAGE)
    return 2
  }
  const database = await createDatabase()
  try {
    openDatabase(database.connection, { max: 4, name: 'mr-bench-reconcile', asApplication: true })
    await seedSettings()
    await loadSettings()
    const bytes = await fillDay(rows)
    const figures = await measureReconcile(rows, bytes)
    console.log(args.includes('--json') ? JSON.stringify(figures) : line(figures))
    return figures.seconds <= TARGET_SECONDS ? 0 : 1
  } finally {
    await closeDatabase()
    await database.drop()
  }
}

/** Import and match of a file, then the match alone once more, as a second run of the job does it. */
export async function measureReconcile(rows: number, bytes: Uint8Array): Promise<ReconcileFigures> {
  const source = { channel: 'wechat' as const, downloadBill: async (): Promise<Bill> => ({ state: 'ready', name: 'bill.csv', bytes }) }
  const whole = stopwatch()
  const outcome = await fetchBill(source, DAY, MORNING)
  if (outcome !== 'imported') throw new Error(`the bill was ${outcome}`)
  const importSeconds = whole() / 1_000
  const { found } = await transaction((tx) => matchChannel(tx, 'wechat', MORNING))
  const seconds = whole() / 1_000
  const again = stopwatch()
  const second = await transaction((tx) => matchChannel(tx, 'wechat', addMs(MORNING, 1)))
  if (second.found !== 0) throw new Error(`the same day matched again found ${second.found} differences more`)
  return {
    rows,
    importSeconds,
    matchSeconds: seconds - importSeconds,
    againSeconds: again() / 1_000,
    seconds,
    differences: found,
    fileMb: bytes.length / 1e6,
  }
}

/** A day of so many paid orders of 200 operators, and the bill about it. */
export async function fillDay(rows: number): Promise<Uint8Array> {
  const operators: Uuid[] = []
  for (let n = 0; n < OPERATORS; n++) operators.push((await anOperator()).id)
  const heads = new Map<Uuid, LedgerHead>()
  const bill: WechatRow[] = []
  for (let from = 0; from < rows; from += BATCH) {
    const orders = Array.from({ length: Math.min(BATCH, rows - from) }, (_, n) => orderAt(operators, from + n, rows))
    await transaction(async (tx) => {
      if (heads.size === 0) for (const head of await lockOperators(tx, { ids: operators })) heads.set(head.id, head)
      await writeOrders(tx, orders)
      await appendRows(
        tx,
        orders.map((order) => creditRow(heads, order)).sort((a, b) => (a.seq < b.seq ? -1 : 1)),
      )
    })
    for (const order of orders) bill.push(...billed(order))
  }
  return wechatFile(bill)
}

type Order = { id: Uuid; operatorId: Uuid; index: number; yuan: number; at: Instant; providerNo: string }

const orderAt = (operators: Uuid[], index: number, rows: number): Order => ({
  id: newId(),
  operatorId: operators[index % OPERATORS]!,
  index,
  yuan: 10 + (index % 90) * 10,
  at: addSeconds(instant(`${DAY}T00:01:00+08:00`), Math.floor((index * 86_000) / rows)),
  providerNo: `42000012342026030${String(index).padStart(11, '0')}`,
})

function creditRow(heads: Map<Uuid, LedgerHead>, { id, operatorId, yuan, at }: Order): JournalRow {
  const row = journalRow(
    heads.get(operatorId)!,
    { kind: 'recharge', channel: 'wechat', amount: money(yuan * 100), orderId: id, description: '微信支付充值' },
    at,
  )
  heads.set(operatorId, headAfter(row))
  return row
}

/** What the bill says of an order: the same, nothing, another amount, another fee, or something we do not have. */
function billed({ id, index, yuan, at, providerNo }: Order): WechatRow[] {
  const row = { at: formatDateTime(at), ourNo: id.replaceAll('-', ''), providerNo, amount: `${yuan}.00` }
  if (index % WRONG_EVERY !== 7) return [row]
  const ways = [
    [],
    [{ ...row, amount: `${yuan - 1}.00` }],
    [{ ...row, fee: '9.99' }],
    [row, { ...row, ourNo: `stray${index}`, providerNo: `${providerNo}9` }],
  ]
  return ways[Math.floor(index / WRONG_EVERY) % ways.length]!
}

const writeOrders = async ({ sql }: Transaction, orders: Order[]): Promise<void> => {
  const column = <T>(pick: (order: Order) => T): T[] => orders.map(pick)
  await sql`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, provider_txn_id, paid_at, expires_at, created_at, updated_at, refunded_fen)
    SELECT id, operator_id, amount, 'wechat', 'success', provider_no, at, at + interval '15 minutes', at - interval '1 minute', at, ${ZERO}
    FROM unnest(${column(({ id }) => id)}::uuid[], ${column(({ operatorId }) => operatorId)}::uuid[], ${column(({ yuan }) => String(yuan * 100))}::bigint[],
      ${column(({ providerNo }) => providerNo)}::text[], ${column(({ at }) => at.toISOString())}::timestamptz[]) AS t (id, operator_id, amount, provider_no, at)`
}

const line = ({ rows, importSeconds, matchSeconds, againSeconds, seconds, differences, fileMb }: ReconcileFigures): string =>
  `${rows} rows (${fileMb.toFixed(1)} MB): import ${importSeconds.toFixed(2)} s + match ${matchSeconds.toFixed(2)} s = ${seconds.toFixed(2)} s (≤ ${TARGET_SECONDS}), ` +
  `${differences} differences; matched again ${againSeconds.toFixed(2)} s`

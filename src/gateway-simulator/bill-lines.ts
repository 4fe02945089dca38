import { addDays, type BusinessDay, businessDay, instant, isCalendarDay, shanghaiClock, startOfDay } from '#src/core/time'
import { bankTime, type Channel, type Simulator } from './simulator'
import { UNIT_PER_FEN } from './trades'

/** What a bill of a day tells: the books of that day, and the differences that somebody has put in. */

export type BillLine = {
  kind: 'payment' | 'refund'
  at: number
  createdAt: number
  outTradeNo: string
  providerNo: string
  tradeKind: string
  payer: string
  subject: string
  attach: string
  /** In fen. */
  amount: number
  /** In 0.00001 yuan. */
  fee: number
  outRefundNo: string
  refundNo: string
  refundState: string
}

/** A difference between the bill and the books; a line is named by the merchant's own number of the payment or refund. */
export type BillChange =
  | { change: 'drop'; number: string }
  | { change: 'amount'; number: string; amount: number }
  /** In 0.00001 yuan. */
  | { change: 'fee'; number: string; fee: number }
  /** The line appears in the bill of the next day, at its beginning. */
  | { change: 'move'; number: string }
  | { change: 'extra'; outTradeNo: string; amount: number; providerNo?: string; outRefundNo?: string; at?: number; fee?: number }

export function changeBill({ books }: Simulator, channel: Channel, day: BusinessDay, change: BillChange): void {
  books.query('INSERT INTO bill_changes (channel, day, change) VALUES (?, ?, ?)').run(channel, day, JSON.stringify(change))
}

export function clearBillChanges({ books }: Simulator): void {
  books.exec('DELETE FROM bill_changes')
}

const changesOf = ({ books }: Simulator, channel: Channel, day: BusinessDay): BillChange[] =>
  books
    .query<{ change: string }, [string, string]>('SELECT change FROM bill_changes WHERE channel = ? AND day = ? ORDER BY id')
    .all(channel, day)
    .map(({ change }) => JSON.parse(change) as BillChange)

/** Both providers have the bill of a day ready by this hour of the next. */
const READY_HOUR = 10
/** Bills of longer ago cannot be asked for. */
const KEPT_DAYS = 92

export type BillFault = 'creating' | 'absent' | 'too_old'

/** Why there is no bill of `day` now. */
export function billFault(simulator: Simulator, day: BusinessDay): BillFault | undefined {
  const now = bankTime(simulator)
  if (!isCalendarDay(day) || day >= businessDay(now)) return 'absent'
  if (day < businessDay(addDays(now, -KEPT_DAYS))) return 'too_old'
  const yesterday = businessDay(addDays(now, -1))
  return day === yesterday && shanghaiClock(now).hour < READY_HOUR ? 'creating' : undefined
}

/** The lines of a day's bill in order of time. A refund stands on the day it was asked for. */
export function billLines(simulator: Simulator, channel: Channel, day: BusinessDay): BillLine[] {
  const changes = changesOf(simulator, channel, day)
  const dayBefore = businessDay(addDays(startOfDay(day), -1))
  const earlier = changesOf(simulator, channel, dayBefore)
  const midnight = startOfDay(day).getTime()
  const moved = earlier.some(({ change }) => change === 'move')
    ? fromBooks(simulator, channel, dayBefore).filter((line) => isNamed(earlier, 'move', line))
    : []
  const lines = [...moved.map((line, at) => ({ ...line, at: midnight + at * 1000 })), ...fromBooks(simulator, channel, day)]
  return changes.length === 0 ? lines : changed(lines, changes, channel, midnight)
}

type Row = Omit<BillLine, 'kind'> & { kind: string; lie: string | null }

function fromBooks({ books }: Simulator, channel: Channel, day: BusinessDay): BillLine[] {
  const from = startOfDay(day).getTime()
  const until = addDays(startOfDay(day), 1).getTime()
  const rows = books
    .query<Row, [string, number, number, string, number, number]>(
      `SELECT 'payment' AS kind, paid_at AS at, coalesce(scanned_at, created_at) AS createdAt, out_trade_no AS outTradeNo,
         provider_no AS providerNo, kind AS tradeKind, payer, subject, coalesce(attach, '') AS attach, amount, fee, lie,
         '' AS outRefundNo, '' AS refundNo, '' AS refundState
       FROM trades WHERE channel = ? AND paid_at >= ? AND paid_at < ?
       UNION ALL
       SELECT 'refund', r.created_at, r.created_at, r.out_trade_no, t.provider_no, t.kind, t.payer, t.subject, coalesce(t.attach, ''),
         r.amount, -r.fee, NULL, r.out_refund_no, r.refund_no, r.state
       FROM refunds r JOIN trades t ON t.channel = r.channel AND t.out_trade_no = r.out_trade_no
       WHERE r.channel = ? AND r.created_at >= ? AND r.created_at < ? ORDER BY at`,
    )
    .all(channel, from, until, channel, from, until)
  return rows
    .filter((row) => channel === 'wechat' || row.kind === 'payment' || row.refundState === 'success')
    .map(({ lie, ...row }) => ({ ...row, amount: lie ? (JSON.parse(lie).amount ?? row.amount) : row.amount }) as BillLine)
}

const numberOf = ({ kind, outTradeNo, outRefundNo }: BillLine): string => (kind === 'refund' ? outRefundNo : outTradeNo)

const isNamed = (changes: readonly BillChange[], name: BillChange['change'], line: BillLine): boolean =>
  changes.some((change) => change.change === name && 'number' in change && change.number === numberOf(line))

function changed(lines: BillLine[], changes: readonly BillChange[], channel: Channel, midnight: number): BillLine[] {
  const kept = lines.filter((line) => !isNamed(changes, 'drop', line) && !isNamed(changes, 'move', line))
  const edited = kept.map((line) => {
    const named = changes.filter((change) => 'number' in change && change.number === numberOf(line))
    const amount = named.find(({ change }) => change === 'amount') as { amount: number } | undefined
    const fee = named.find(({ change }) => change === 'fee') as { fee: number } | undefined
    return named.length === 0 ? line : { ...line, amount: amount?.amount ?? line.amount, fee: fee?.fee ?? line.fee }
  })
  const extra = changes.flatMap((change, at) => (change.change === 'extra' ? [extraLine(change, channel, midnight, at)] : []))
  return [...edited, ...extra].sort((one, other) => one.at - other.at)
}

const NOON_MS = 12 * 3_600_000

function extraLine(extra: Extract<BillChange, { change: 'extra' }>, channel: Channel, midnight: number, count: number): BillLine {
  const day = businessDay(instant(midnight)).replaceAll('-', '')
  const at = extra.at ?? midnight + NOON_MS
  return {
    kind: extra.outRefundNo === undefined ? 'payment' : 'refund',
    at,
    createdAt: at,
    outTradeNo: extra.outTradeNo,
    providerNo: extra.providerNo ?? `${channel === 'wechat' ? `4200007${day}` : `${day}22007`}${String(count).padStart(13, '0')}`,
    tradeKind: channel === 'wechat' ? 'NATIVE' : 'QR',
    payer: channel === 'wechat' ? 'oStranger0000000000000000000' : '2088000000000001',
    subject: '账户充值',
    attach: '',
    amount: extra.amount,
    fee: extra.fee ?? Math.round((extra.amount * UNIT_PER_FEN * 60) / 10_000),
    outRefundNo: extra.outRefundNo ?? '',
    refundNo: extra.outRefundNo === undefined ? '' : `5030007${day}${String(count).padStart(13, '0')}`,
    refundState: extra.outRefundNo === undefined ? '' : 'success',
  }
}

/** Yuan with two places, from fen. */
export const yuanOf = (fen: number): string => (fen / 100).toFixed(2)

/** Yuan with five places, from 0.00001 yuan. */
export const feeText = (units: number): string => (units / 100_000).toFixed(5)

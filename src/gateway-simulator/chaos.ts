import type { Books } from './books'
import type { Channel, Simulator } from './simulator'

/** Everything that this bank can do wrong, in the words of the desk. The part before the dot says when a switch is asked. */
export const SWITCHES = [
  // A call of ours, before and after it was done.
  'call.429',
  'call.500',
  'call.500_after',
  'call.unavailable',
  'call.unavailable_after',
  'call.timeout',
  'call.timeout_after',
  'call.cut',
  'call.cut_after',
  'call.wrong_json',
  'call.bad_signature',
  'call.unsigned',
  'call.stale',
  // What a query tells.
  'query.lag',
  'query.absent',
  // The payment itself: query, notification and bill say the same, and it is not what was ordered.
  'trade.wrong_amount',
  'trade.wrong_currency',
  'trade.wrong_appid',
  'trade.wrong_mchid',
  'trade.wrong_seller_id',
  'trade.coupon',
  // Refunds on their way.
  'refund.slow',
  'refund.abnormal',
  'refund.closed',
  // Notifications: whether, when and how often …
  'notify.drop',
  'notify.duplicate',
  'notify.concurrent',
  'notify.delay',
  'notify.reorder',
  'notify.refund_first',
  'notify.ignore_ack',
  'notify.new_id',
  // … and what they look like.
  'notify.bad_signature',
  'notify.empty_signature',
  'notify.no_signature',
  'notify.two_signatures',
  'notify.signtest',
  'notify.forged',
  'notify.unknown_key',
  'notify.other_key',
  'notify.stale',
  'notify.broken_tag',
  'notify.rsa1',
  'notify.wrong_json',
  'notify.wrong_amount',
  'notify.wrong_currency',
  'notify.wrong_appid',
  'notify.wrong_mchid',
  'notify.wrong_seller_id',
] as const
export type SwitchName = (typeof SWITCHES)[number]

export type SwitchOptions = {
  channel?: Channel
  /** Only this order. */
  outTradeNo?: string
  /** For calls: only this one, such as `query` or `refund`. For notifications: only `payment` or `refund`. */
  operation?: string
  /** How often it may happen; without it, always. */
  count?: number
  /** Let this many go by first. */
  skip?: number
  /** 0 … 1; without it, 1. */
  probability?: number
  /** Equal seeds throw equal dice. */
  seed?: number
  /** For delays, lags and time-outs, on the test clock times the pace. */
  milliseconds?: number
  /** For duplicates: how many in all. For ignored acknowledgements: until which sending. */
  times?: number
  /** For wrong amounts: what is said, in fen; without it, one fen less. */
  amount?: number
}
export type Switch = { id: number; name: SwitchName; options: SwitchOptions; remaining: number | null; fired: number }
type Row = { id: number; name: SwitchName; options: string; remaining: number | null; fired: number; dice: number }

export type Occasion = { channel: Channel; outTradeNo?: string | undefined; operation?: string }

export const isSwitch = (name: string): name is SwitchName => (SWITCHES as readonly string[]).includes(name)

export function setSwitch(books: Books, name: SwitchName, options: SwitchOptions): number {
  const row = books
    .query<{ id: number }, [string, string, number | null, number]>(
      'INSERT INTO switches (name, options, remaining, dice) VALUES (?, ?, ?, ?) RETURNING id',
    )
    .get(name, JSON.stringify(options), options.count ?? null, (options.seed ?? 1) | 0)
  return row!.id
}

/** Ends one switch by id, all of a name, or all. */
export function clearSwitches(books: Books, which: { id?: number; name?: string } = {}): void {
  if (which.id !== undefined) books.query('DELETE FROM switches WHERE id = ?').run(which.id)
  else if (which.name !== undefined) books.query('DELETE FROM switches WHERE name = ?').run(which.name)
  else books.exec('DELETE FROM switches')
}

export const listSwitches = (books: Books): Switch[] =>
  books
    .query<Row, []>('SELECT * FROM switches ORDER BY id')
    .all()
    .map(({ id, name, options, remaining, fired }) => ({ id, name, remaining, fired, options: JSON.parse(options) as SwitchOptions }))

/** The options of `name` when it strikes on this occasion, counted and diced; undefined when all is well. */
export function strikes({ books }: Pick<Simulator, 'books'>, name: SwitchName, occasion: Occasion): SwitchOptions | undefined {
  const rows = books.query<Row, [string]>('SELECT * FROM switches WHERE name = ? ORDER BY id').all(name)
  for (const row of rows) {
    const options = JSON.parse(row.options) as SwitchOptions
    if (fits(options, occasion) && happens(books, row, options)) return options
  }
  return undefined
}

/** The first of several that strikes. */
export function firstStrike<Name extends SwitchName>(
  simulator: Pick<Simulator, 'books'>,
  names: readonly Name[],
  occasion: Occasion,
): { name: Name; options: SwitchOptions } | undefined {
  for (const name of names) {
    const options = strikes(simulator, name, occasion)
    if (options) return { name, options }
  }
  return undefined
}

const fits = (options: SwitchOptions, occasion: Occasion): boolean =>
  (options.channel === undefined || options.channel === occasion.channel) &&
  (options.outTradeNo === undefined || options.outTradeNo === occasion.outTradeNo) &&
  (options.operation === undefined || options.operation === occasion.operation)

/** Writes down that the switch was asked, so that a run goes on where it was after a restart. */
function happens(books: Books, row: Row, options: SwitchOptions): boolean {
  if (row.remaining === 0) return false
  const skip = options.skip ?? 0
  const dice = roll(row.dice)
  if (skip > 0) {
    books
      .query('UPDATE switches SET options = ?, dice = ? WHERE id = ?')
      .run(JSON.stringify({ ...options, skip: skip - 1 }), dice.next, row.id)
    return false
  }
  const hit = dice.value < (options.probability ?? 1)
  books
    .query('UPDATE switches SET dice = ?, fired = fired + ?, remaining = remaining - ? WHERE id = ?')
    .run(dice.next, hit ? 1 : 0, hit ? 1 : 0, row.id)
  return hit
}

/** One throw of mulberry32: small, quick, and the same everywhere. */
function roll(state: number): { value: number; next: number } {
  const next = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(next ^ (next >>> 15), 1 | next)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32, next }
}

import type { Money } from '#src/core/money'
import { type Instant, instant } from '#src/core/time'

/** One line of a provider's bill in our words. Amounts are positive; `kind` tells the direction. */
export type BillLine = {
  kind: 'payment' | 'refund'
  /** Our order number, as the provider knows it. */
  ourNo: string
  providerNo: string
  refundNo: string | null
  providerRefundNo: string | null
  amount: Money
  /** Thousandths of a fen; negative where the provider gives a fee back. */
  feeMillifen: bigint
  /** As the provider calls it. */
  state: string
  at: Instant
}

/** A file that is not what the provider's format says: nothing of it is believed. The message names what is wrong and where. */
export class BillFault extends Error {
  override name = 'BillFault'
}

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,5}))?$/

/** Yuan with up to five decimals → thousandths of a fen, exactly. */
export function millifen(text: string, where: string): bigint {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? []
  if (whole === undefined) throw new BillFault(`${where}: "${text.slice(0, 40)}" is no amount`)
  const value = BigInt(whole + fraction.padEnd(5, '0'))
  return sign ? -value : value
}

/** Thousandths of a fen that are whole fen → Money. */
export function wholeFen(value: bigint, where: string): Money {
  if (value % 1_000n !== 0n) throw new BillFault(`${where}: an amount is no whole number of fen`)
  return (value / 1_000n) as Money
}

const LOCAL_TIME = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/

/** `2026-03-05 16:20:41` in Shanghai → Instant. */
export function localTime(text: string, where: string): Instant {
  const [, day, time] = LOCAL_TIME.exec(text) ?? []
  const at = instant(`${day}T${time}.000+08:00`)
  if (Number.isNaN(at.getTime())) throw new BillFault(`${where}: "${text.slice(0, 40)}" is no time`)
  return at
}

/** Text in pieces → its lines, without their ends. Memory holds one piece and one line. */
export function* linesOf(pieces: Iterable<string>): Generator<string> {
  let rest = ''
  for (const piece of pieces) {
    rest += piece
    const lines = rest.split('\n')
    rest = lines.pop()!
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest
}

/** Bytes in slices that are decoded one after the other. */
export function* slicesOf(bytes: Uint8Array, size = 1_048_576): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

/** Where each wanted column stands in a head, whatever its order. Throws BillFault for one that is missing. */
export function columnsIn<Name extends string>(head: readonly string[], wanted: readonly Name[]): Record<Name, number> {
  const places = wanted.map((name) => [name, head.indexOf(name)] as const)
  const missing = places.filter(([, place]) => place < 0).map(([name]) => name)
  if (missing.length > 0) throw new BillFault(`the head lacks ${missing.join(', ')}`)
  return Object.fromEntries(places) as Record<Name, number>
}

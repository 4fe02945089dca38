declare const fen: unique symbol

/** An amount in fen (1 yuan = 100 fen), always a whole number; no float ever touches money. */
export type Money = bigint & { readonly [fen]: true }

export const ZERO = 0n as Money

/** Fen → Money; throws RangeError on a fraction. */
export const money = (amountFen: bigint | number): Money => BigInt(amountFen) as Money

export const plus = (a: Money, b: Money): Money => (a + b) as Money
export const minus = (a: Money, b: Money): Money => (a - b) as Money
export const smaller = (a: Money, b: Money): Money => (a < b ? a : b)
export const larger = (a: Money, b: Money): Money => (a > b ? a : b)

/** Unit price × count; throws RangeError when `count` is not a whole number. */
export const times = (unit: Money, count: number): Money => (unit * BigInt(count)) as Money

const YUAN = /^(\d{1,13})(?:\.(\d{1,2}))?$/

/** The API's decimal string (`^\d+(\.\d{1,2})?$`) → Money; undefined when malformed. */
export function parseYuan(text: string): Money | undefined {
  const match = YUAN.exec(text)
  if (!match) return undefined
  return (BigInt(match[1]!) * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))) as Money
}

/** Money → the API's decimal string with two places, `1234.56`. */
export function yuan(amount: Money): string {
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Money → the pages' form, `¥1,234.56`, with a true minus sign. */
export function formatYuan(amount: Money): string {
  const [whole, fraction] = yuan((amount < 0n ? -amount : amount) as Money).split('.')
  return `${amount < 0n ? '−' : ''}¥${whole!.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`
}

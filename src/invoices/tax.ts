import type { invoiceRecords } from '#drizzle/schema'
import { type Money, minus, money, plus, ZERO } from '#src/core/money'

export type TaxRate = NonNullable<(typeof invoiceRecords.$inferSelect)['taxRate']>

/** The tax inside an amount that includes it, to the fen: what is left of the amount after its net, rounded half up. */
export function taxIn(amount: Money, rate: TaxRate): Money {
  if (rate === 'none') return ZERO
  const whole = 100n + BigInt(rate)
  return minus(amount, money((amount * 100n + whole / 2n) / whole))
}

/** The tax inside a part that is taken back after other parts: all parts together take back exactly what the whole held. */
export const taxInPart = (before: Money, amount: Money, rate: TaxRate): Money =>
  minus(taxIn(plus(before, amount), rate), taxIn(before, rate))

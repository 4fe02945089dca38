/**
 * The chart of accounts (PRODUCT 5): `operator` is the balance of one operator, stored on its account; every other account belongs
 * to the company and is the sum of its journal rows.
 */
export type Account = 'operator' | 'revenue' | 'clearing:wechat' | 'clearing:alipay' | 'clearing:bank' | 'refund_payable' | 'adjustments'

type Side = readonly Account[]
const CLEARING: Side = ['clearing:wechat', 'clearing:alipay', 'clearing:bank']

/** Every way money may move. A transfer that is not declared here does not exist; the table's CHECK repeats the list. */
export const TRANSFERS = {
  /** A game start: the operator pays players × price. */
  consumption: { type: 'consumption', debit: ['operator'], credit: ['revenue'] },
  /** Money received by a payment channel. */
  recharge: { type: 'recharge', debit: CLEARING, credit: ['operator'] },
  /** An approved refund leaves the balance and is owed until it is paid out. */
  refund: { type: 'refund', debit: ['operator'], credit: ['refund_payable'] },
  /** The money of a refund leaves through its channel. */
  refund_payout: { type: 'refund_payout', debit: ['refund_payable'], credit: CLEARING },
  /** Manual credit, also the initial balance of a new operator. */
  adjustment_in: { type: 'adjustment', debit: ['adjustments'], credit: ['operator'] },
  /** Manual debit. */
  adjustment_out: { type: 'adjustment', debit: ['operator'], credit: ['adjustments'] },
} as const satisfies Record<string, { type: string; debit: Side; credit: Side }>

export type TransferKind = keyof typeof TRANSFERS
export type TransactionType = (typeof TRANSFERS)[TransferKind]['type']

/** +1 when the row raises the operator's balance, −1 when it lowers it, 0 between company accounts. */
export function balanceSign(row: { debitAccount: string; creditAccount: string }): -1 | 0 | 1 {
  if (row.creditAccount === 'operator') return 1
  return row.debitAccount === 'operator' ? -1 : 0
}

/**
 * The chart of accounts (PRODUCT 5): `operator` is the balance of one operator, stored on its account; every other account belongs
 * to the company and is the sum of its journal rows.
 */
export type Account =
  | 'operator'
  | 'revenue'
  | 'clearing:wechat'
  | 'clearing:alipay'
  | 'clearing:bank'
  | 'refund_payable'
  | 'suspense'
  | 'channel_fees'
  | 'adjustments'

type Side = readonly Account[]
const CLEARING: Side = ['clearing:wechat', 'clearing:alipay', 'clearing:bank']

/** Rows between accounts of the company: they name the operator they concern, and the operator's own lists leave them out. */
export const COMPANY_TYPES = ['refund_payout', 'suspense', 'fee'] as const

/** Every way money may move. A transfer that is not declared here does not exist; the table's CHECK repeats the list. */
export const TRANSFERS = {
  /** A game start: the operator pays players × price. */
  consumption: { type: 'consumption', debit: ['operator'], credit: ['revenue'] },
  /** Money received by a payment channel. */
  recharge: { type: 'recharge', debit: CLEARING, credit: ['operator'] },
  /** Quarantined money that turned out to be an operator's. */
  recharge_from_suspense: { type: 'recharge', debit: ['suspense'], credit: ['operator'] },
  /** Money received that does not fit what was ordered: ours to explain, not the operator's to spend. */
  suspense: { type: 'suspense', debit: CLEARING, credit: ['suspense'] },
  /** Quarantined money that went back to who paid it. */
  suspense_return: { type: 'suspense', debit: ['suspense'], credit: CLEARING },
  /** What a payment channel kept for its service. */
  fee: { type: 'fee', debit: ['channel_fees'], credit: CLEARING },
  /** An approved refund leaves the balance and is owed until it is paid out. */
  refund: { type: 'refund', debit: ['operator'], credit: ['refund_payable'] },
  /** What of a refund could not be paid out, finally: it is the operator's again. */
  refund_return: { type: 'refund', debit: ['refund_payable'], credit: ['operator'] },
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

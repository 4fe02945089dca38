import { type Money, ZERO } from './money'

type Invoice = { status: 'pending' | 'approved' | 'rejected' | 'cancelled'; number: string | null; amount: Money; reversed: Money }

/** A state as people tell them apart: withdrawn is not voided, and an issued one may have been taken back, whole or in part. */
export function faceOf({ status, number, amount, reversed }: Invoice): Invoice['status'] | 'voided' | 'reversed' | 'partly' {
  if (status === 'cancelled' && number) return 'voided'
  if (status !== 'approved' || reversed === ZERO) return status
  return reversed === amount ? 'reversed' : 'partly'
}

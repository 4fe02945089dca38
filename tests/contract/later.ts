/**
 * What API.md names and a later step builds, with the number of that step. When one of these appears in the route table, it moves to
 * the contract's data: a route without it fails.
 */
export const LATER_STEPS: Readonly<Record<string, number>> = {
  '+ GET /api/shared/wallet/{userId}': 6,
  '+ GET /api/shared/wallet/{userId}/transactions': 6,
  '+ POST /api/shared/wallet/{userId}/credit': 6,
  '+ POST /api/shared/wallet/{userId}/debit': 6,
}

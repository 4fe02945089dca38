/** What was sent and answered, without the key. */
export type WalletExchange = { method: string; path: string; request: string; status: number; answer: string }

export type WalletCheckOutcome = {
  name: string
  passed: boolean
  /** What was found instead, in English; null when all is well. */
  fault: string | null
  milliseconds: number
  exchanges: WalletExchange[]
}

/** The names of the steps, in their order. */
export const WALLET_CHECKS: readonly string[]

/** Runs all steps with a partner's key against an origin and tells each outcome as it comes; true when all are green. */
export function runWalletCheck(options: { origin: string; key: string; tell: (outcome: WalletCheckOutcome) => void }): Promise<boolean>

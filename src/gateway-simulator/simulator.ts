import { addMs, type Instant, instant, now, nowMs } from '#src/core/time'
import { type Books, openBooks, recall, remember } from './books'
import { type Keys, readKeys } from './keys'

export type Channel = 'wechat' | 'alipay'

/** Which key WeChat Pay signs notifications with: during a switch of a merchant both arrive. */
type SigningMode = 'certificate' | 'public-key' | 'mix'

export type Settings = {
  /** Waits of the retry schedule, of refunds and of lags are multiplied by this; 0 means that nothing goes out by itself. */
  pace: number
  signing: SigningMode
  /** Milliseconds that the test clock is ahead of the machine's. */
  ahead: number
  /** The product's own address where it differs from the one it names, as in tests on a port of their own. */
  notifyBase: string | null
  /** Fee of a payment in ten-thousandths. */
  feeRate: Record<Channel, number>
}

/** A simulated bank: everything that its parts need. */
export type Simulator = {
  books: Books
  keys: Keys
  url: string
  settings: Settings
  /** What one more sending of a notification needs to know: how far our merchant's clock is from ours. */
  merchantAhead: number
}

const DEFAULTS: Settings = { pace: 1, signing: 'public-key', ahead: 0, notifyBase: null, feeRate: { wechat: 60, alipay: 60 } }

export function openSimulator(folder: string, { url, ...given }: { url: string } & Partial<Settings>): Simulator {
  const books = openBooks(folder)
  const settings = { ...DEFAULTS, ...recall<Partial<Settings>>(books, 'settings', {}), ...given }
  return { books, keys: readKeys(folder), url, settings, merchantAhead: settings.ahead }
}

export function changeSettings(simulator: Simulator, changes: Partial<Settings>): void {
  Object.assign(simulator.settings, changes)
  remember(simulator.books, 'settings', simulator.settings)
}

/** The test clock: what the bank takes for the present. */
export const bankTime = (simulator: Simulator): Instant => addMs(now(), simulator.settings.ahead)
export const bankMs = (simulator: Simulator): number => nowMs() + simulator.settings.ahead

const TOLERANCE_MS = 5 * 60_000

/**
 * Whether a signature's time is of the present. A test may turn the bank's clock alone or the product's too, so both the machine's
 * time and the test clock count; answers and notifications are then signed by the clock that the merchant lives by.
 */
export function noteMerchantClock(simulator: Simulator, timestampMs: number): boolean {
  const distance = (ahead: number) => Math.abs(nowMs() + ahead - timestampMs)
  const near = [0, simulator.settings.ahead].filter((ahead) => distance(ahead) < TOLERANCE_MS)
  if (near.length === 0) return false
  simulator.merchantAhead = near.reduce((best, ahead) => (distance(ahead) < distance(best) ? ahead : best))
  return true
}

/** The time that a signature of ours names. */
export const signingTime = (simulator: Simulator): Instant => instant(nowMs() + simulator.merchantAhead)

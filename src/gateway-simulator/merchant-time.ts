import { instant } from '#src/core/time'
import type { Simulator } from './simulator'

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/
const CHINA = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/

/**
 * A point in time that the merchant names, in RFC 3339 or as China writes it, on the bank's clock: where a test has turned only that,
 * "in 15 minutes" still means 15 minutes. Undefined when it is no time.
 */
export function merchantTime({ settings, merchantAhead }: Simulator, text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const written = CHINA.test(text) ? `${text.replace(' ', 'T')}+08:00` : text
  const at = RFC_3339.test(written) ? instant(written).getTime() : Number.NaN
  return Number.isNaN(at) ? undefined : at + settings.ahead - merchantAhead
}

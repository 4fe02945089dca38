import type { Device } from './gateways/gateway'

/** On a phone the payer goes to the provider's application, on a desk it scans a code with one. */
export const payerDevice = (userAgent: string): Device => (/Mobile|Android|iPhone|iPod/i.test(userAgent) ? 'phone' : 'desk')

import type { Uuid } from '#src/core/ids'
import { type Instant, instant } from '#src/core/time'

/** `{operatorId}_{time}_{random}` of API 1.2, the operator part normalised to `op_<uuid>`. */
export type SessionId = { text: string; operatorId: Uuid; time: Instant }

const SESSION_ID = /^(?:op_)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})_(\d{10}|\d{13})_([A-Za-z0-9]{16})$/
const MAX_LENGTH = 128

/** The one parser of session ids; undefined when malformed. With and without `op_`, in any case of hex, it is the same id. */
export function parseSessionId(text: string): SessionId | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const match = SESSION_ID.exec(text)
  if (!match) return undefined
  const [, operator, time, random] = match as unknown as [string, string, string, string]
  const operatorId = operator.toLowerCase()
  const milliseconds = time.length === 10 ? Number(time) * 1000 : Number(time)
  return { text: `op_${operatorId}_${time}_${random}`, operatorId, time: instant(milliseconds) }
}

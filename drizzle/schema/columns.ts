import { bigint, customType, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { Money } from '#src/core/money'

/** bigint fen ↔ Money. */
export const fen = customType<{ data: Money; driverData: bigint }>({ dataType: () => 'bigint' })

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

export const moment = () => timestamp({ withTimezone: true, mode: 'date' })

export const key = () => uuid().primaryKey()

export const count = () => bigint({ mode: 'bigint' })

import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from './columns'

/** How many game starts a web process answered in a minute, each outcome with its steps of duration; see src/service-level. */
export const authorizeMinutes = pgTable(
  'authorize_minutes',
  {
    minute: moment().notNull(),
    sheet: uuid().notNull(),
    outcome: text().notNull(),
    calls: integer().notNull(),
    latency: integer().array().notNull(),
    writtenAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.sheet, table.outcome] })],
)

export const authorizeHours = pgTable(
  'authorize_hours',
  {
    hour: moment().notNull(),
    outcome: text().notNull(),
    calls: integer().notNull(),
    latency: integer().array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.outcome] })],
)

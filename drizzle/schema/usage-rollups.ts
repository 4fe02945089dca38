import { date, integer, pgTable, primaryKey, smallint, uuid } from 'drizzle-orm/pg-core'
import { fen, moment } from './columns'

/** Sums of usage_records, written by the database's own trigger; nobody else may. */
export const usageDays = pgTable(
  'usage_days',
  {
    operatorId: uuid().notNull(),
    day: date({ mode: 'string' }).notNull(),
    sessions: integer().notNull(),
    players: integer().notNull(),
    total: fen('total_fen').notNull(),
  },
  (table) => [primaryKey({ columns: [table.operatorId, table.day] })],
)

export const usageParties = pgTable(
  'usage_parties',
  {
    operatorId: uuid().notNull(),
    day: date({ mode: 'string' }).notNull(),
    siteId: uuid().notNull(),
    applicationId: uuid().notNull(),
    playerCount: smallint().notNull(),
    sessions: integer().notNull(),
    total: fen('total_fen').notNull(),
  },
  (table) => [primaryKey({ columns: [table.operatorId, table.day, table.siteId, table.applicationId, table.playerCount] })],
)

export const usageHours = pgTable(
  'usage_hours',
  {
    operatorId: uuid().notNull(),
    hour: moment().notNull(),
    siteId: uuid().notNull(),
    applicationId: uuid().notNull(),
    sessions: integer().notNull(),
    players: integer().notNull(),
    total: fen('total_fen').notNull(),
  },
  (table) => [primaryKey({ columns: [table.operatorId, table.hour, table.siteId, table.applicationId] })],
)

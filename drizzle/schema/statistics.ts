import { date, integer, pgTable, primaryKey, smallint, uuid } from 'drizzle-orm/pg-core'
import { fen, moment } from './columns'

/** Days that are over, put together over all operators; made by a job from usage_parties, and made again where they differ. */
export const statisticsDays = pgTable('statistics_days', {
  day: date({ mode: 'string' }).primaryKey(),
  sessions: integer().notNull(),
  players: integer().notNull(),
  total: fen('total_fen').notNull(),
  madeAt: moment().notNull(),
})

const day = () =>
  date({ mode: 'string' })
    .notNull()
    .references(() => statisticsDays.day, { onDelete: 'cascade' })
const sums = { sessions: integer().notNull(), players: integer().notNull(), total: fen('total_fen').notNull() }

export const statisticsPlaces = pgTable(
  'statistics_places',
  { day: day(), operatorId: uuid().notNull(), siteId: uuid().notNull(), applicationId: uuid().notNull(), ...sums },
  (table) => [primaryKey({ columns: [table.day, table.siteId, table.applicationId] })],
)

export const statisticsSiteParties = pgTable(
  'statistics_site_parties',
  { day: day(), operatorId: uuid().notNull(), siteId: uuid().notNull(), playerCount: smallint().notNull(), ...sums },
  (table) => [primaryKey({ columns: [table.day, table.siteId, table.playerCount] })],
)

export const statisticsApplicationParties = pgTable(
  'statistics_application_parties',
  { day: day(), operatorId: uuid().notNull(), applicationId: uuid().notNull(), playerCount: smallint().notNull(), ...sums },
  (table) => [primaryKey({ columns: [table.day, table.operatorId, table.applicationId, table.playerCount] })],
)

/** Months of which every day is made. */
export const statisticsMonths = pgTable('statistics_months', {
  month: date({ mode: 'string' }).primaryKey(),
  sessions: integer().notNull(),
  madeAt: moment().notNull(),
})

export const statisticsMonthParties = pgTable(
  'statistics_month_parties',
  {
    month: date({ mode: 'string' })
      .notNull()
      .references(() => statisticsMonths.month, { onDelete: 'cascade' }),
    operatorId: uuid().notNull(),
    siteId: uuid().notNull(),
    applicationId: uuid().notNull(),
    playerCount: smallint().notNull(),
    ...sums,
  },
  (table) => [primaryKey({ columns: [table.month, table.siteId, table.applicationId, table.playerCount] })],
)

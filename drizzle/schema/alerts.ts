import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts } from './accounts'
import { key, moment } from './columns'

export const alerts = pgTable('alerts', {
  id: key(),
  kind: text().notNull(),
  subject: text().notNull(),
  audience: text({ enum: ['admin', 'finance', 'operations'] }).notNull(),
  details: jsonb().notNull().default({}),
  occurrences: integer().notNull().default(1),
  firstAt: moment().notNull(),
  lastAt: moment().notNull(),
  closedAt: moment(),
  closedBy: uuid().references(() => adminAccounts.id),
  note: text(),
})

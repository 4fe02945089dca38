import { boolean, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { operatorAccounts } from './accounts'
import { fen, key, moment } from './columns'

/** To whom an operator lets its invoices be made out. */
export const invoiceTitles = pgTable('invoice_titles', {
  id: key(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  invoiceTitle: text().notNull(),
  taxId: text().notNull(),
  email: text(),
  bankName: text(),
  bankAccount: text(),
  companyAddress: text(),
  companyPhone: text(),
  isDefault: boolean().notNull().default(false),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
  deletedAt: moment(),
})

/** The last number given in a month, `YYYYMM` in Asia/Shanghai. */
export const invoiceNumbers = pgTable('invoice_numbers', { month: text().primaryKey(), last: integer().notNull() })

/** More invoiced than was paid; the database writes these rows itself. */
export const invoiceRedTasks = pgTable('invoice_red_tasks', {
  id: key().defaultRandom(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  over: fen('over_fen').notNull(),
  openedAt: moment().notNull(),
  updatedAt: moment().notNull(),
  alertedAt: moment(),
  settledAt: moment(),
})

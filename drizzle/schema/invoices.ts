import { boolean, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { bytes, fen, key, moment } from './columns'
import { invoiceRecords } from './payments'

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

/** The last red number given in a month. */
export const invoiceRedNumbers = pgTable('invoice_red_numbers', { month: text().primaryKey(), last: integer().notNull() })

const staff = () => uuid().references(() => adminAccounts.id)

/** Taking an issued invoice back: one person proposes, another decides. */
export const invoiceReversals = pgTable('invoice_reversals', {
  id: key(),
  invoiceId: uuid()
    .notNull()
    .references(() => invoiceRecords.id),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  kind: text({ enum: ['void', 'red'] }).notNull(),
  amount: fen('amount_fen').notNull(),
  reasonCode: text({ enum: ['mistake', 'return', 'ended', 'allowance'] }).notNull(),
  reason: text().notNull(),
  /** The tax authority's number of the agreed red note (红字确认单), where there is one. */
  confirmationNo: text(),
  status: text({ enum: ['proposed', 'issued', 'rejected'] })
    .notNull()
    .default('proposed'),
  number: text(),
  tax: fen('tax_fen'),
  checkCode: text(),
  pdfPath: text(),
  pdfSha256: bytes('pdf_sha256'),
  proposedBy: staff().notNull(),
  proposedAt: moment().notNull(),
  decidedBy: staff(),
  decidedAt: moment(),
  rejectReason: text(),
})

/** The tax authority's own file of an invoice; one that was replaced stays. */
export const invoiceTaxFiles = pgTable('invoice_tax_files', {
  id: key(),
  invoiceId: uuid()
    .notNull()
    .references(() => invoiceRecords.id),
  taxNumber: text().notNull(),
  path: text('file_path').notNull(),
  type: text('file_type', { enum: ['pdf', 'ofd', 'xml'] }).notNull(),
  size: integer('file_bytes').notNull(),
  sha256: bytes('file_sha256').notNull(),
  uploadedBy: staff().notNull(),
  uploadedAt: moment().notNull(),
  replacedAt: moment(),
})

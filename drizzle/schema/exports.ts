import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { bytes, count, key, moment } from './columns'

/** What operators can take out as a table, and how it is written; what staff can is a list of src/exports. */
export const EXPORT_KINDS = ['usage', 'transactions', 'statistics', 'recharges', 'invoices'] as const
export const EXPORT_FORMATS = ['excel', 'csv'] as const
export const EXPORT_STATES = ['queued', 'running', 'ready', 'failed', 'expired'] as const

export const exports = pgTable('exports', {
  id: key(),
  /** Whose file it is: an operator's or a person's of ours. */
  operatorId: uuid().references(() => operatorAccounts.id),
  staffId: uuid().references(() => adminAccounts.id),
  kind: text().notNull(),
  format: text({ enum: EXPORT_FORMATS }).notNull(),
  language: text({ enum: ['zh', 'en'] }).notNull(),
  /** The fields of its filter as they were asked for, days already fixed. */
  filter: jsonb().$type<Record<string, string>>().notNull(),
  status: text({ enum: EXPORT_STATES }).notNull().default('queued'),
  attempts: integer().notNull().default(0),
  leasedUntil: moment(),
  rowsDone: integer().notNull().default(0),
  rowsTotal: integer().notNull(),
  fileName: text().notNull(),
  fileBytes: count(),
  fileSha256: bytes('file_sha256'),
  error: text(),
  createdAt: moment().notNull(),
  finishedAt: moment(),
  expiresAt: moment(),
})

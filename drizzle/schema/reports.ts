import { boolean, date, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts } from './accounts'
import { bytes, count, key, moment } from './columns'

export const REPORT_TYPES = ['daily', 'weekly', 'monthly', 'custom'] as const
/** Those that the clock makes. */
export const SCHEDULED_TYPES = ['daily', 'weekly', 'monthly'] as const
export const REPORT_FORMATS = ['pdf', 'excel', 'csv'] as const
/** In the order in which a report has them. */
export const REPORT_SECTIONS = ['income_summary', 'top_customers', 'usage_statistics', 'refund_summary'] as const
export const REPORT_STATES = ['generating', 'completed', 'failed'] as const
export const REPORT_ERRORS = ['error', 'timeout', 'abandoned'] as const

const language = () => text({ enum: ['zh', 'en'] }).notNull()
const sections = () => text({ enum: REPORT_SECTIONS }).array().notNull()

export const financeReports = pgTable('finance_reports', {
  id: key(),
  reportType: text({ enum: REPORT_TYPES }).notNull(),
  startDate: date({ mode: 'string' }).notNull(),
  endDate: date({ mode: 'string' }).notNull(),
  format: text({ enum: REPORT_FORMATS }).notNull(),
  language: language(),
  sections: sections(),
  recipients: text().array().notNull(),
  /** Null: the clock asked for it. */
  createdBy: uuid().references(() => adminAccounts.id),
  /** The one that failed and is made again. */
  repeats: uuid(),
  status: text({ enum: REPORT_STATES }).notNull().default('generating'),
  attempts: integer().notNull().default(0),
  leasedUntil: moment(),
  stepsDone: integer().notNull().default(0),
  stepsTotal: integer().notNull(),
  /** The figures at the top of it, in yuan. */
  figures: jsonb().$type<Record<'recharge' | 'refund' | 'net' | 'consumption' | 'opening' | 'closing', string>>(),
  fileName: text().notNull(),
  filePath: text(),
  fileBytes: count(),
  fileSha256: bytes('file_sha256'),
  error: text({ enum: REPORT_ERRORS }),
  createdAt: moment().notNull(),
  completedAt: moment(),
})

export const reportMails = pgTable(
  'report_mails',
  {
    reportId: uuid()
      .notNull()
      .references(() => financeReports.id),
    address: text().notNull(),
    status: text({ enum: ['queued', 'sent', 'failed', 'skipped'] })
      .notNull()
      .default('queued'),
    attempts: integer().notNull().default(0),
    lastError: text(),
    createdAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [primaryKey({ columns: [table.reportId, table.address] })],
)

export const reportSchedules = pgTable('report_schedules', {
  reportType: text({ enum: SCHEDULED_TYPES }).primaryKey(),
  isOn: boolean().notNull(),
  format: text({ enum: REPORT_FORMATS }).notNull(),
  language: language(),
  sections: sections(),
  recipients: text().array().notNull(),
  version: integer().notNull(),
  updatedBy: uuid().references(() => adminAccounts.id),
  updatedAt: moment(),
})

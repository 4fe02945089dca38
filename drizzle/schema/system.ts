import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts } from './accounts'
import { bytes, count, key, moment } from './columns'

export const auditChecks = pgTable('audit_checks', {
  id: key(),
  status: text({ enum: ['running', 'intact', 'broken', 'failed'] })
    .notNull()
    .default('running'),
  requestedBy: uuid().references(() => adminAccounts.id),
  startedAt: moment().notNull(),
  updatedAt: moment().notNull(),
  finishedAt: moment(),
  rowsTotal: count().notNull(),
  rowsDone: count().notNull().default(0n),
  brokenAt: count(),
  fault: text({ enum: ['changed', 'missing', 'tail'] }),
  headSeq: count(),
  headHash: bytes(),
})

export const scheduledJobs = pgTable('scheduled_jobs', {
  name: text().primaryKey(),
  cron: text().notNull(),
  timeoutSeconds: integer().notNull(),
  announcedAt: moment().notNull(),
  knownSince: moment().notNull().defaultNow(),
  overdueSince: moment(),
})

export const workerProcesses = pgTable('worker_processes', {
  id: key(),
  host: text().notNull(),
  pid: integer().notNull(),
  version: text().notNull(),
  startedAt: moment().notNull(),
  beatAt: moment().notNull(),
  beats: count().notNull().default(1n),
  hands: text().array().notNull().default([]),
  silentAt: moment(),
  endedAt: moment(),
})

export const masterKeys = pgTable('master_keys', {
  version: integer().primaryKey(),
  digest: bytes().notNull(),
  firstUsedAt: moment().notNull(),
})

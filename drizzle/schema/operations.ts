import { boolean, integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { bytes, count, moment } from './columns'
import { workerProcesses } from './system'

export const auditLogs = pgTable('audit_logs', {
  seq: count().primaryKey(),
  id: uuid().notNull(),
  actorKind: text({ enum: ['operator', 'staff', 'system'] }).notNull(),
  actorId: uuid(),
  actorName: text().notNull(),
  actorRole: text().notNull(),
  operation: text().notNull(),
  targetKind: text(),
  targetId: text(),
  details: jsonb().notNull(),
  ip: text(),
  userAgent: text(),
  requestId: text(),
  createdAt: moment().notNull(),
  prevHash: bytes().notNull(),
  hash: bytes().notNull(),
})

export const apiKeyUsageLogs = pgTable('api_key_usage_logs', {
  at: moment().notNull(),
  requestId: uuid().notNull(),
  operation: text({ enum: ['authorize', 'pre_authorize', 'game_sites', 'game_applications', 'session_end'] }).notNull(),
  keySha256: bytes('key_sha256'),
  operatorId: uuid(),
  siteId: uuid(),
  applicationId: uuid(),
  sessionId: text(),
  result: text({ enum: ['accepted', 'replayed', 'refused'] }).notNull(),
  code: text(),
  ip: text().notNull(),
  userAgent: text().notNull(),
  durationUs: integer().notNull(),
})

export const rateLimitBuckets = pgTable('rate_limit_buckets', {
  operatorId: uuid()
    .primaryKey()
    .references(() => operatorAccounts.id),
  fullAt: moment().notNull(),
})

export const systemConfigs = pgTable('system_configs', {
  key: text().primaryKey(),
  value: text().notNull(),
  type: text({ enum: ['integer', 'money', 'text', 'boolean'] }).notNull(),
  min: text(),
  max: text(),
  editable: boolean().notNull().default(true),
  updatedBy: uuid().references(() => adminAccounts.id),
  updatedAt: moment().notNull(),
})

export const jobRuns = pgTable(
  'job_runs',
  {
    job: text().notNull(),
    scheduledFor: moment().notNull(),
    startedAt: moment().notNull(),
    finishedAt: moment(),
    status: text({ enum: ['requested', 'running', 'ok', 'failed'] })
      .notNull()
      .default('running'),
    result: jsonb(),
    error: text(),
    requestedBy: uuid().references(() => adminAccounts.id),
    processId: uuid().references(() => workerProcesses.id, { onDelete: 'set null' }),
    attempts: smallint().notNull().default(1),
    progressDone: count(),
    progressTotal: count(),
  },
  (table) => [primaryKey({ columns: [table.job, table.scheduledFor] })],
)

import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, count, key, moment } from './columns'

export const BACKUP_REASONS = ['daily', 'manual', 'release', 'safety'] as const
export const BACKUP_WAYS = ['archive', 'pg_dump'] as const
export const BACKUP_STATES = ['running', 'unproved', 'good', 'failed', 'removed'] as const
export const BACKUP_PHASES = ['writing', 'checking', 'restoring', 'proving', 'copying'] as const
export const RESTORE_PURPOSES = ['proof', 'rehearsal', 'restore'] as const

export const backups = pgTable('backups', {
  id: key(),
  name: text().notNull(),
  reason: text({ enum: BACKUP_REASONS }).notNull(),
  way: text({ enum: BACKUP_WAYS }),
  status: text({ enum: BACKUP_STATES }).notNull().default('running'),
  phase: text({ enum: BACKUP_PHASES }),
  stepsDone: count().notNull().default(0n),
  stepsTotal: count().notNull().default(0n),
  takenAt: moment().notNull(),
  updatedAt: moment().notNull(),
  finishedAt: moment(),
  provedAt: moment(),
  copiedAt: moment(),
  removedAt: moment(),
  migration: text(),
  release: text(),
  keyId: text(),
  rowCount: count(),
  byteCount: count(),
  manifestSha256: bytes('manifest_sha256'),
  errorCode: text(),
  errorFacts: jsonb().notNull().default({}),
})

export const backupRestores = pgTable('backup_restores', {
  id: uuid().primaryKey(),
  backupName: text().notNull(),
  purpose: text({ enum: RESTORE_PURPOSES }).notNull(),
  startedAt: moment().notNull(),
  finishedAt: moment().notNull(),
  rowCount: count().notNull(),
  journalRows: count().notNull(),
  restoreMs: integer().notNull(),
  auditMs: integer().notNull(),
  errorCode: text(),
  errorFacts: jsonb().notNull().default({}),
})

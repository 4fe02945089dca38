import { boolean, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { operatorAccounts } from './accounts'
import { bytes, count, fen, key, moment } from './columns'

export const SCHEMA_CHECK_CAUSES = ['job', 'command'] as const
export const SCHEMA_CHECK_STATES = ['sound', 'drift'] as const

export const schemaChecks = pgTable('schema_checks', {
  id: key(),
  cause: text({ enum: SCHEMA_CHECK_CAUSES }).notNull(),
  status: text({ enum: SCHEMA_CHECK_STATES }).notNull(),
  release: text().notNull(),
  migration: text(),
  fingerprint: bytes().notNull(),
  objects: integer().notNull(),
  probes: integer().notNull(),
  findings: jsonb().notNull(),
  startedAt: moment().notNull(),
  finishedAt: moment().notNull(),
})

export const ledgerWatermarks = pgTable('ledger_watermarks', {
  operatorId: uuid()
    .primaryKey()
    .references(() => operatorAccounts.id),
  seq: count().notNull(),
  balance: fen('balance_fen').notNull(),
  hash: bytes().notNull(),
  checkedAt: moment().notNull(),
})

export const ledgerWatch = pgTable('ledger_watch', {
  oneRow: boolean().primaryKey().default(true),
  lookedAt: moment().notNull(),
  journalChanges: count().notNull(),
})

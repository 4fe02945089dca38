import { jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { key, moment } from './columns'

export const DEPLOY_KINDS = ['release', 'rollback'] as const
export const DEPLOY_RESULTS = ['running', 'succeeded', 'failed', 'undone'] as const

export const deployLog = pgTable('deploy_log', {
  id: key(),
  kind: text({ enum: DEPLOY_KINDS }).notNull(),
  fromVersion: text(),
  toVersion: text(),
  startedBy: text().notNull(),
  place: text().notNull(),
  startedAt: moment().notNull(),
  finishedAt: moment(),
  result: text({ enum: DEPLOY_RESULTS }).notNull().default('running'),
  steps: jsonb().notNull().default([]),
  failure: text(),
  schemaHead: text(),
  overrideReason: text(),
})

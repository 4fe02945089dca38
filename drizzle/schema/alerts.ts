import { integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts } from './accounts'
import { key, moment } from './columns'

/** Whose work an alert is. */
export const ALERT_AUDIENCES = ['admin', 'finance', 'operations'] as const
/** How somebody is told outside the product's own pages. */
export const ALERT_CHANNELS = ['mail', 'dingtalk', 'wecom'] as const
/** Why somebody is told. */
export const ALERT_OCCASIONS = ['opened', 'reminder', 'settled', 'test'] as const
export const ALERT_DELIVERY_STATES = ['queued', 'sent', 'failed', 'skipped'] as const

export const alerts = pgTable('alerts', {
  id: key(),
  kind: text().notNull(),
  subject: text().notNull(),
  audience: text({ enum: ALERT_AUDIENCES }).notNull(),
  details: jsonb().notNull().default({}),
  occurrences: integer().notNull().default(1),
  firstAt: moment().notNull(),
  lastAt: moment().notNull(),
  closedAt: moment(),
  closedBy: uuid().references(() => adminAccounts.id),
  note: text(),
  toldAt: moment(),
  endToldAt: moment(),
  remindedAt: moment(),
  reminders: integer().notNull().default(0),
})

export const alertNotices = pgTable('alert_notices', {
  id: key(),
  occasion: text({ enum: ALERT_OCCASIONS }).notNull(),
  audience: text({ enum: ALERT_AUDIENCES }),
  requestedBy: uuid().references(() => adminAccounts.id),
  createdAt: moment().notNull(),
})

export const alertNoticeAlerts = pgTable(
  'alert_notice_alerts',
  {
    noticeId: uuid()
      .notNull()
      .references(() => alertNotices.id, { onDelete: 'cascade' }),
    alertId: uuid()
      .notNull()
      .references(() => alerts.id),
  },
  (table) => [primaryKey({ columns: [table.noticeId, table.alertId] })],
)

export const alertDeliveries = pgTable(
  'alert_deliveries',
  {
    id: key(),
    noticeId: uuid()
      .notNull()
      .references(() => alertNotices.id, { onDelete: 'cascade' }),
    channel: text({ enum: ALERT_CHANNELS }).notNull(),
    recipient: text().notNull(),
    status: text({ enum: ALERT_DELIVERY_STATES }).notNull().default('queued'),
    attempts: integer().notNull().default(0),
    lastError: text(),
    createdAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [unique('one_delivery_per_recipient').on(table.noticeId, table.channel, table.recipient)],
)

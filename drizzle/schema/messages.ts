import { boolean, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, CATEGORIES, operatorAccounts } from './accounts'
import { operatorAppAuthorizations } from './applications'
import { key, moment } from './columns'

/** Every kind of message (API 4). */
export const MESSAGE_TYPES = ['system', 'price_change', 'balance_low', 'authorization', 'refund', 'invoice', 'security'] as const
/** Kinds whose mails an operator may switch off; security is not among them. */
export const CHOSEN_TYPES = ['balance_low', 'price_change', 'authorization', 'refund', 'invoice', 'system'] as const

export const messageNotifications = pgTable('message_notifications', {
  id: key(),
  type: text({ enum: MESSAGE_TYPES }).notNull(),
  title: text().notNull(),
  content: text().notNull(),
  priority: text({ enum: ['low', 'normal', 'high'] })
    .notNull()
    .default('normal'),
  target: text({ enum: ['all', 'tier', 'specific'] }).notNull(),
  targetCategory: text({ enum: CATEGORIES }),
  targetOperatorId: uuid().references(() => operatorAccounts.id),
  relatedId: uuid(),
  relatedKind: text({ enum: ['application', 'authorization', 'request', 'announcement', 'transaction', 'order', 'refund', 'invoice'] }),
  createdAt: moment().notNull(),
})

export const operatorMessageReads = pgTable(
  'operator_message_reads',
  {
    operatorId: uuid()
      .notNull()
      .references(() => operatorAccounts.id),
    messageId: uuid()
      .notNull()
      .references(() => messageNotifications.id),
    readAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.operatorId, table.messageId] })],
)

export const announcements = pgTable('announcements', {
  id: key(),
  title: text().notNull(),
  content: text().notNull(),
  target: text({ enum: ['all', 'tier', 'specific'] }).notNull(),
  targetCategory: text({ enum: CATEGORIES }),
  status: text({ enum: ['scheduled', 'published', 'withdrawn'] })
    .notNull()
    .default('published'),
  /** Both null until it is published. */
  recipientsCount: integer(),
  publishedAt: moment(),
  /** Whose words they are. */
  publishedBy: uuid()
    .notNull()
    .references(() => adminAccounts.id),
  createdAt: moment().notNull(),
  /** When a scheduled one is meant to be published. */
  publishAt: moment(),
  withdrawnAt: moment(),
  withdrawnBy: uuid().references(() => adminAccounts.id),
})

/** For whom an announcement is, where operators were chosen one by one. */
export const announcementRecipients = pgTable(
  'announcement_recipients',
  {
    announcementId: uuid()
      .notNull()
      .references(() => announcements.id),
    operatorId: uuid()
      .notNull()
      .references(() => operatorAccounts.id),
  },
  (table) => [primaryKey({ columns: [table.announcementId, table.operatorId] })],
)

export const messagePreferences = pgTable(
  'message_preferences',
  {
    operatorId: uuid()
      .notNull()
      .references(() => operatorAccounts.id),
    type: text({ enum: CHOSEN_TYPES }).notNull(),
    byMail: boolean().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.operatorId, table.type] })],
)

export const lowBalanceNotices = pgTable('low_balance_notices', {
  operatorId: uuid()
    .primaryKey()
    .references(() => operatorAccounts.id),
  notifiedAt: moment().notNull(),
  recoveredAt: moment(),
})

export const authorizationExpiryNotices = pgTable(
  'authorization_expiry_notices',
  {
    authorizationId: uuid()
      .notNull()
      .references(() => operatorAppAuthorizations.id),
    expiresAt: moment().notNull(),
    daysBefore: smallint().notNull(),
    notifiedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.authorizationId, table.expiresAt, table.daysBefore] })],
)

export const mailDeliveries = pgTable(
  'mail_deliveries',
  {
    messageId: uuid()
      .notNull()
      .references(() => messageNotifications.id),
    operatorId: uuid()
      .notNull()
      .references(() => operatorAccounts.id),
    status: text({ enum: ['queued', 'sent', 'failed', 'skipped'] })
      .notNull()
      .default('queued'),
    attempts: integer().notNull().default(0),
    lastError: text(),
    createdAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [primaryKey({ columns: [table.messageId, table.operatorId] })],
)

export const simulatedMails = pgTable('simulated_mails', {
  id: key(),
  recipient: text().notNull(),
  subject: text().notNull(),
  content: text().notNull(),
  createdAt: moment().notNull(),
})

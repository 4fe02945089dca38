import { boolean, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { fen, key, moment } from './columns'

export const operationSites = pgTable('operation_sites', {
  id: key(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  name: text().notNull(),
  address: text().notNull(),
  description: text(),
  deletedAt: moment(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const applications = pgTable('applications', {
  id: key(),
  appName: text().notNull(),
  unitPrice: fen('unit_price_fen').notNull(),
  minPlayers: integer().notNull(),
  maxPlayers: integer().notNull(),
  description: text(),
  isActive: boolean().notNull().default(true),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const applicationPrices = pgTable('application_prices', {
  id: key(),
  applicationId: uuid()
    .notNull()
    .references(() => applications.id),
  oldPrice: fen('old_price_fen').notNull(),
  newPrice: fen('new_price_fen').notNull(),
  reason: text(),
  changedBy: uuid()
    .notNull()
    .references(() => adminAccounts.id),
  changedAt: moment().notNull(),
})

/** Prices that come into force later; one waits for each application at most. */
export const applicationPriceSchedules = pgTable('application_price_schedules', {
  id: key(),
  applicationId: uuid()
    .notNull()
    .references(() => applications.id),
  /** As it stood when the change was planned. */
  oldPrice: fen('old_price_fen').notNull(),
  newPrice: fen('new_price_fen').notNull(),
  reason: text(),
  effectiveAt: moment().notNull(),
  status: text({ enum: ['scheduled', 'applied', 'unchanged', 'cancelled'] })
    .notNull()
    .default('scheduled'),
  scheduledBy: uuid()
    .notNull()
    .references(() => adminAccounts.id),
  scheduledAt: moment().notNull(),
  finishedAt: moment(),
  cancelledBy: uuid().references(() => adminAccounts.id),
  priceId: uuid().references(() => applicationPrices.id),
})

export const applicationAuthorizationRequests = pgTable('application_authorization_requests', {
  id: key(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  applicationId: uuid()
    .notNull()
    .references(() => applications.id),
  reason: text().notNull(),
  status: text({ enum: ['pending', 'approved', 'rejected'] })
    .notNull()
    .default('pending'),
  reviewedBy: uuid().references(() => adminAccounts.id),
  reviewedAt: moment(),
  reviewNote: text(),
  rejectReason: text(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const operatorAppAuthorizations = pgTable('operator_app_authorizations', {
  id: key(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  applicationId: uuid()
    .notNull()
    .references(() => applications.id),
  requestId: uuid(),
  authorizedBy: uuid()
    .notNull()
    .references(() => adminAccounts.id),
  authorizedAt: moment().notNull(),
  expiresAt: moment(),
  note: text(),
  revokedAt: moment(),
  revokedBy: uuid().references(() => adminAccounts.id),
  revokeReason: text(),
})

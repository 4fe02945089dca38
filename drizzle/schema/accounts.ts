import { sql } from 'drizzle-orm'
import { boolean, cidr, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, count, fen, key, moment } from './columns'

export const CATEGORIES = ['trial', 'normal', 'vip'] as const
export const STAFF_ROLES = ['super_admin', 'admin', 'operator', 'finance', 'analyst'] as const
export const FINANCE_GRADES = ['specialist', 'manager', 'auditor'] as const

export const operatorAccounts = pgTable('operator_accounts', {
  id: key(),
  username: text().notNull(),
  name: text().notNull(),
  phone: text().notNull(),
  email: text().notNull(),
  passwordHash: text().notNull(),
  apiKeyCipher: bytes().notNull(),
  apiKeyVersion: integer().notNull(),
  apiKeySha256: bytes('api_key_sha256').notNull(),
  apiKeyGeneratedAt: moment().notNull(),
  previousApiKeySha256: bytes('previous_api_key_sha256'),
  previousApiKeyValidUntil: moment(),
  apiKeyAddresses: cidr().array().notNull().default(sql`'{}'`),
  balance: fen('balance_fen').notNull().default(sql`0`),
  ledgerSeq: count().notNull().default(sql`0`),
  ledgerHash: bytes().notNull().default(sql`decode(repeat('00', 32), 'hex')`),
  totalRecharged: fen('total_recharged_fen').notNull().default(sql`0`),
  totalConsumed: fen('total_consumed_fen').notNull().default(sql`0`),
  totalRefunded: fen('total_refunded_fen').notNull().default(sql`0`),
  lastTransactionAt: moment(),
  category: text({ enum: CATEGORIES }).notNull().default('trial'),
  categoryPinned: boolean().notNull().default(false),
  rateLimitPerMinute: integer(),
  rateLimitBurst: integer(),
  isLocked: boolean().notNull().default(false),
  lockedReason: text(),
  lockedAt: moment(),
  deactivatedAt: moment(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const adminAccounts = pgTable('admin_accounts', {
  id: key(),
  username: text().notNull(),
  name: text().notNull(),
  passwordHash: text().notNull(),
  role: text({ enum: STAFF_ROLES }).notNull(),
  financeGrade: text({ enum: FINANCE_GRADES }),
  permissions: text().array().notNull().default(sql`'{}'`),
  totpCipher: bytes(),
  totpVersion: integer(),
  totpLastStep: count(),
  totpSince: moment(),
  passwordIsTemporary: boolean().notNull().default(false),
  isActive: boolean().notNull().default(true),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
  department: text(),
  headsDepartment: boolean().notNull().default(false),
  /** Who takes over while this person is away. */
  deputyId: uuid(),
  email: text(),
})

export const authSessions = pgTable('auth_sessions', {
  id: key(),
  operatorId: uuid().references(() => operatorAccounts.id),
  adminId: uuid().references(() => adminAccounts.id),
  door: text({ enum: ['api', 'pages'] }).notNull(),
  tokenSha256: bytes('token_sha256').notNull(),
  ip: text().notNull(),
  userAgent: text().notNull(),
  createdAt: moment().notNull(),
  expiresAt: moment().notNull(),
  revokedAt: moment(),
  provedAt: moment(),
})

export const staffRecoveryCodes = pgTable('staff_recovery_codes', {
  id: key(),
  adminId: uuid()
    .notNull()
    .references(() => adminAccounts.id),
  codeSha256: bytes('code_sha256').notNull(),
  createdAt: moment().notNull(),
  usedAt: moment(),
})

export const loginFailures = pgTable('login_failures', {
  id: key(),
  realm: text({ enum: ['operator', 'staff'] }).notNull(),
  username: text().notNull(),
  ip: text().notNull(),
  at: moment().notNull(),
})

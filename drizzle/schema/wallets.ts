import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, count, key, moment } from './columns'

export const PARTNER_SCOPES = [
  'wallet:read',
  'wallet:credit',
  'wallet:debit',
  'wallet:transfer',
  'wallet:freeze',
  'wallet:reverse',
] as const
export const WALLET_CURRENCIES = ['gameCoins', 'cashBalance', 'computingPower'] as const
export const WALLET_OPERATION_KINDS = ['credit', 'debit', 'transfer', 'freeze', 'release', 'reversal'] as const
export const WALLET_TRANSACTION_KINDS = ['opening', ...WALLET_OPERATION_KINDS] as const

export const partners = pgTable('partners', {
  id: key(),
  platform: text().notNull(),
  name: text().notNull(),
  keySha256: bytes('key_sha256').notNull(),
  /** First and last characters, by which people know a key. */
  keyHint: text().notNull(),
  keyGeneratedAt: moment().notNull(),
  /** Null for a key that goes on until it is replaced. */
  keyValidUntil: moment(),
  previousKeySha256: bytes('previous_key_sha256'),
  previousKeyValidUntil: moment(),
  scopes: text({ enum: PARTNER_SCOPES }).array().notNull(),
  /** Where browsers may call from, as `https://market.example`. */
  origins: text().array().notNull().default([]),
  signatureRequired: boolean().notNull().default(true),
  rateLimitPerMinute: integer().notNull().default(6000),
  disabledAt: moment(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const wallets = pgTable('wallets', {
  id: key(),
  platform: text().notNull(),
  userId: text().notNull(),
  gameCoins: count().notNull(),
  cashBalance: count().notNull(),
  computingPower: count().notNull(),
  frozenGameCoins: count().notNull(),
  frozenCashBalance: count().notNull(),
  frozenComputingPower: count().notNull(),
  statementSeq: count().notNull(),
  statementHash: bytes().notNull(),
  createdAt: moment().notNull(),
  lastTransactionAt: moment(),
})

export const walletOperations = pgTable('wallet_operations', {
  id: key(),
  platform: text().notNull(),
  idempotencyKey: text().notNull(),
  kind: text({ enum: WALLET_OPERATION_KINDS }).notNull(),
  requestHash: bytes().notNull(),
  targetId: uuid(),
  walletId: uuid()
    .notNull()
    .references(() => wallets.id),
  currency: text({ enum: WALLET_CURRENCIES }).notNull(),
  amount: count().notNull(),
  answer: jsonb().notNull(),
  createdAt: moment().notNull(),
})

export const walletTransactions = pgTable(
  'wallet_transactions',
  {
    walletId: uuid()
      .notNull()
      .references(() => wallets.id),
    seq: count().notNull(),
    id: uuid().notNull(),
    operationId: uuid().references(() => walletOperations.id),
    kind: text({ enum: WALLET_TRANSACTION_KINDS }).notNull(),
    currency: text({ enum: WALLET_CURRENCIES }).notNull(),
    direction: text({ enum: ['credit', 'debit'] }).notNull(),
    amount: count().notNull(),
    balanceBefore: count().notNull(),
    balanceAfter: count().notNull(),
    frozenBefore: count().notNull(),
    frozenAfter: count().notNull(),
    reason: text().notNull(),
    reference: text(),
    createdAt: moment().notNull(),
    prevHash: bytes().notNull(),
    hash: bytes().notNull(),
  },
  (table) => [primaryKey({ columns: [table.walletId, table.seq] })],
)

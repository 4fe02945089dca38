import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { operatorAccounts } from './accounts'
import { applications } from './applications'
import { bytes, count, fen, key, moment } from './columns'

export const usageRecords = pgTable('usage_records', {
  id: key(),
  operatorId: uuid().notNull(),
  siteId: uuid().notNull(),
  applicationId: uuid()
    .notNull()
    .references(() => applications.id),
  sessionId: text().notNull(),
  requestHash: bytes().notNull(),
  /** The name at the time: a receipt never changes when the application is renamed. */
  appName: text().notNull(),
  playerCount: integer().notNull(),
  unitPrice: fen('unit_price_fen').notNull(),
  total: fen('total_fen').notNull(),
  authorizationToken: uuid().notNull(),
  ledgerSeq: count().notNull(),
  balanceAfter: fen('balance_after_fen').notNull(),
  clientIp: text().notNull(),
  startedAt: moment().notNull(),
  endedAt: moment(),
  durationSeconds: integer('duration_s'),
  estimated: boolean(),
})

export const transactionRecords = pgTable(
  'transaction_records',
  {
    operatorId: uuid()
      .notNull()
      .references(() => operatorAccounts.id),
    seq: count().notNull(),
    id: uuid().notNull(),
    type: text({ enum: ['consumption', 'recharge', 'refund', 'refund_payout', 'suspense', 'fee', 'adjustment'] }).notNull(),
    debitAccount: text().notNull(),
    creditAccount: text().notNull(),
    amount: fen('amount_fen').notNull(),
    balanceBefore: fen('balance_before_fen').notNull(),
    balanceAfter: fen('balance_after_fen').notNull(),
    usageId: uuid(),
    orderId: uuid(),
    refundId: uuid(),
    correctsId: uuid(),
    description: text().notNull(),
    createdAt: moment().notNull(),
    prevHash: bytes().notNull(),
    hash: bytes().notNull(),
  },
  (table) => [primaryKey({ columns: [table.operatorId, table.seq] })],
)

export const ledgerProofs = pgTable('ledger_proofs', {
  id: key(),
  scope: text({ enum: ['touched', 'full'] }).notNull(),
  operators: integer().notNull(),
  transactions: count().notNull(),
  drift: fen('drift_fen').notNull(),
  findings: jsonb().notNull(),
  startedAt: moment().notNull(),
  finishedAt: moment().notNull(),
})

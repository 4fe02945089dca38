import { boolean, date, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { bytes, count, fen, key, moment } from './columns'
import { ledgerProofs, transactionRecords } from './ledger'

export const ADJUSTMENT_STATES = ['draft', 'waiting', 'booked', 'rejected', 'withdrawn'] as const

export const balanceAdjustments = pgTable(
  'balance_adjustments',
  {
    id: key(),
    operatorId: uuid()
      .notNull()
      .references(() => operatorAccounts.id),
    direction: text({ enum: ['in', 'out'] }).notNull(),
    amount: fen('amount_fen').notNull(),
    reason: text().notNull(),
    /** The row of the journal that is put right by it. */
    correctsId: uuid().references(() => transactionRecords.id),
    proofPath: text(),
    proofType: text(),
    proofBytes: integer(),
    proofSha256: bytes('proof_sha256'),
    idempotencyKey: text().notNull(),
    requestHash: bytes().notNull(),
    status: text({ enum: ADJUSTMENT_STATES }).notNull().default('draft'),
    /** Whether a second person had to agree, by the limit that stood when it was handed in. */
    needsSecond: boolean().notNull().default(false),
    createdBy: uuid()
      .notNull()
      .references(() => adminAccounts.id),
    createdAt: moment().notNull(),
    submittedAt: moment(),
    decidedBy: uuid().references(() => adminAccounts.id),
    decidedAt: moment(),
    rejectReason: text(),
    ledgerSeq: count(),
  },
  (table) => [unique('one_adjustment_per_key').on(table.createdBy, table.idempotencyKey)],
)

export const dayClosings = pgTable('day_closings', {
  day: date({ mode: 'string' }).primaryKey(),
  /** The first instant that is not of the day. */
  endsAt: moment().notNull(),
  facts: jsonb().notNull(),
  proofId: uuid()
    .notNull()
    .references(() => ledgerProofs.id),
  closedBy: uuid()
    .notNull()
    .references(() => adminAccounts.id),
  closedAt: moment().notNull(),
  prevHash: bytes().notNull(),
  hash: bytes().notNull(),
})

/** Debit less credit, so that all accounts of a day come to zero. */
export const dayClosingAccounts = pgTable(
  'day_closing_accounts',
  {
    day: date({ mode: 'string' })
      .notNull()
      .references(() => dayClosings.day),
    account: text().notNull(),
    opening: fen('opening_fen').notNull(),
    debit: fen('debit_fen').notNull(),
    credit: fen('credit_fen').notNull(),
    closing: fen('closing_fen').notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.account] })],
)

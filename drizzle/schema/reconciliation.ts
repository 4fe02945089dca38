import { date, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { bytes, count, fen, key, moment } from './columns'
import { rechargeOrders, refundPayouts } from './payments'

const CHANNELS = ['wechat', 'alipay'] as const
export const BILL_STATES = ['waiting', 'imported', 'matched', 'closed'] as const
export const DIFFERENCE_KINDS = ['long', 'short', 'amount', 'fee', 'state', 'duplicate'] as const
export const DIFFERENCE_STATES = ['waiting', 'open', 'carried', 'proposed', 'resolved', 'vanished'] as const
export const DIFFERENCE_ACTIONS = ['credit', 'quarantine', 'reverse', 'correct', 'fee', 'accept'] as const

export const providerBills = pgTable(
  'provider_bills',
  {
    id: key(),
    channel: text({ enum: CHANNELS }).notNull(),
    billDate: date({ mode: 'string' }).notNull(),
    state: text({ enum: BILL_STATES }).notNull().default('waiting'),
    attempts: integer().notNull().default(0),
    /** Why the last attempt brought nothing: the provider's code, or what is wrong with the file. */
    lastAnswer: text(),
    filePath: text(),
    fileName: text(),
    fileBytes: count(),
    fileSha256: bytes('file_sha256'),
    payments: integer().notNull().default(0),
    refunds: integer().notNull().default(0),
    payment: fen('payment_fen').notNull(),
    refund: fen('refund_fen').notNull(),
    /** Thousandths of a fen: fees are billed with up to five decimals of a yuan. */
    feeMillifen: count().notNull(),
    /** Our side of the day and what of the clearing account this bill settles, as of the last match. */
    ourPayment: fen('our_payment_fen').notNull(),
    ourRefund: fen('our_refund_fen').notNull(),
    settled: fen('settled_fen').notNull(),
    createdAt: moment().notNull(),
    attemptedAt: moment(),
    importedAt: moment(),
    matchedAt: moment(),
    closedAt: moment(),
  },
  (table) => [unique('one_bill_per_day').on(table.channel, table.billDate)],
)

export const providerBillLines = pgTable(
  'provider_bill_lines',
  {
    billId: uuid()
      .notNull()
      .references(() => providerBills.id),
    lineNo: integer().notNull(),
    channel: text({ enum: CHANNELS }).notNull(),
    kind: text({ enum: ['payment', 'refund'] }).notNull(),
    ourNo: text().notNull(),
    providerNo: text().notNull(),
    refundNo: text(),
    providerRefundNo: text(),
    amount: fen('amount_fen').notNull(),
    feeMillifen: count().notNull(),
    /** As the provider calls it. */
    state: text().notNull(),
    at: moment().notNull(),
    /** The row of our journal that this line settles, once it is known. */
    operatorId: uuid(),
    journalSeq: count(),
    linkedAt: moment(),
  },
  (table) => [primaryKey({ columns: [table.billId, table.lineNo] })],
)

export const billDifferences = pgTable('bill_differences', {
  id: key(),
  billId: uuid()
    .notNull()
    .references(() => providerBills.id),
  channel: text({ enum: CHANNELS }).notNull(),
  billDate: date({ mode: 'string' }).notNull(),
  kind: text({ enum: DIFFERENCE_KINDS }).notNull(),
  /** What it is about, so that the same difference of a bill is one row however often the day is matched. */
  subject: text().notNull(),
  lineNo: integer(),
  orderId: uuid().references(() => rechargeOrders.id),
  payoutId: uuid().references(() => refundPayouts.id),
  operatorId: uuid().references(() => operatorAccounts.id),
  journalSeq: count(),
  ours: fen('our_fen'),
  billed: fen('bill_fen'),
  state: text({ enum: DIFFERENCE_STATES }).notNull(),
  ownerId: uuid().references(() => adminAccounts.id),
  dueOn: date({ mode: 'string' }),
  action: text({ enum: DIFFERENCE_ACTIONS }),
  /** Whose money it is, where the proposal has to say so. */
  actionOperatorId: uuid().references(() => operatorAccounts.id),
  reason: text(),
  proposedBy: uuid().references(() => adminAccounts.id),
  proposedAt: moment(),
  approvedBy: uuid().references(() => adminAccounts.id),
  approvedAt: moment(),
  /** The journal row that closed it. */
  resolvedOperatorId: uuid(),
  resolvedSeq: count(),
  foundAt: moment().notNull(),
  closedAt: moment(),
})

import { sql } from 'drizzle-orm'
import { boolean, date, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { bytes, count, fen, key, moment } from './columns'

const CHANNELS = ['wechat', 'alipay', 'bank'] as const

export const rechargeOrders = pgTable('recharge_orders', {
  id: key(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  amount: fen('amount_fen').notNull(),
  paymentMethod: text({ enum: CHANNELS }).notNull(),
  status: text({ enum: ['pending', 'success', 'failed', 'expired', 'abnormal'] })
    .notNull()
    .default('pending'),
  qrCodeUrl: text(),
  paymentUrl: text(),
  providerTxnId: text(),
  paidAt: moment(),
  late: boolean().notNull().default(false),
  queryFailures: integer().notNull().default(0),
  errorMessage: text(),
  /** The number of a payment that we never ordered and finance gave to an operator. */
  foreignOrderNo: text(),
  origin: text({ enum: ['operator', 'quarantine'] })
    .notNull()
    .default('operator'),
  idempotencyKey: text(),
  checks: integer().notNull().default(0),
  nextCheckAt: moment(),
  refunded: fen('refunded_fen').notNull(),
  refundCount: integer().notNull().default(0),
  /** What the provider calls our order number, made from the id: the same for ever. */
  outTradeNo: text().notNull().generatedAlwaysAs(sql`coalesce(foreign_order_no, replace(id::text, '-', ''))`),
  expiresAt: moment().notNull(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const paymentQuarantine = pgTable('payment_quarantine', {
  id: key(),
  channel: text({ enum: CHANNELS }).notNull(),
  providerTxnId: text().notNull(),
  payload: jsonb().notNull(),
  cause: text({ enum: ['amount', 'currency', 'merchant', 'unknown_order', 'duplicate', 'closed_account', 'other'] }).notNull(),
  outTradeNo: text(),
  amount: fen('amount_fen'),
  operatorId: uuid().references(() => operatorAccounts.id),
  orderId: uuid(),
  suspenseSeq: count(),
  resolvedSeq: count(),
  /** The number of the refund by which the money goes back; kept for ever. */
  returnNo: text(),
  returnStartedAt: moment(),
  returnStartedBy: uuid().references(() => adminAccounts.id),
  returnReason: text(),
  status: text({ enum: ['open', 'credited', 'returned', 'dismissed'] })
    .notNull()
    .default('open'),
  resolution: text(),
  resolvedBy: uuid().references(() => adminAccounts.id),
  resolvedAt: moment(),
  createdAt: moment().notNull(),
})

export const refundRecords = pgTable('refund_records', {
  id: key(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  requested: fen('requested_fen').notNull(),
  actual: fen('actual_fen'),
  reason: text().notNull(),
  status: text({ enum: ['pending', 'approved', 'rejected', 'cancelled'] })
    .notNull()
    .default('pending'),
  reviewStage: integer().notNull().default(1),
  firstReviewer: uuid().references(() => adminAccounts.id),
  secondReviewer: uuid().references(() => adminAccounts.id),
  firstReviewedAt: moment(),
  reviewedAt: moment(),
  reviewNote: text(),
  rejectReason: text(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const refundPayouts = pgTable('refund_payouts', {
  id: key(),
  refundId: uuid()
    .notNull()
    .references(() => refundRecords.id),
  operatorId: uuid().notNull(),
  orderId: uuid().references(() => rechargeOrders.id),
  outRefundNo: text().notNull(),
  amount: fen('amount_fen').notNull(),
  channel: text({ enum: CHANNELS }).notNull(),
  /** `replaced` lives on in another slice, `returned` went back to the balance. */
  status: text({ enum: ['processing', 'completed', 'abnormal', 'replaced', 'returned'] })
    .notNull()
    .default('processing'),
  replaces: uuid(),
  providerRefundId: text(),
  providerState: text({ enum: ['absent', 'processing', 'success', 'abnormal', 'closed', 'refused'] }),
  lastError: text(),
  attempts: integer().notNull().default(0),
  checks: integer().notNull().default(0),
  nextCheckAt: moment(),
  ledgerSeq: count(),
  finishedAt: moment(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const refundTransfers = pgTable('refund_transfers', {
  id: key(),
  payoutId: uuid()
    .notNull()
    .references(() => refundPayouts.id),
  payeeName: text().notNull(),
  bankName: text().notNull(),
  bankAccount: text().notNull(),
  bankReference: text().notNull(),
  proofPath: text().notNull(),
  proofType: text().notNull(),
  proofBytes: integer().notNull(),
  proofSha256: bytes('proof_sha256').notNull(),
  status: text({ enum: ['entered', 'done', 'rejected'] })
    .notNull()
    .default('entered'),
  enteredBy: uuid()
    .notNull()
    .references(() => adminAccounts.id),
  enteredAt: moment().notNull(),
  decidedBy: uuid().references(() => adminAccounts.id),
  decidedAt: moment(),
  rejectReason: text(),
})

export const invoiceRecords = pgTable('invoice_records', {
  id: key(),
  operatorId: uuid()
    .notNull()
    .references(() => operatorAccounts.id),
  invoiceType: text({ enum: ['vat_normal', 'vat_special'] }).notNull(),
  amount: fen('amount_fen').notNull(),
  invoiceTitle: text().notNull(),
  taxId: text().notNull(),
  email: text().notNull(),
  bankName: text(),
  bankAccount: text(),
  companyAddress: text(),
  companyPhone: text(),
  status: text({ enum: ['pending', 'approved', 'rejected', 'cancelled'] })
    .notNull()
    .default('pending'),
  number: text(),
  pdfPath: text(),
  pdfSha256: bytes('pdf_sha256'),
  reviewedBy: uuid().references(() => adminAccounts.id),
  reviewedAt: moment(),
  rejectReason: text(),
  reviewNote: text(),
  /** What it was asked on: money paid in, or money played. */
  basis: text({ enum: ['recharge', 'consumption'] })
    .notNull()
    .default('recharge'),
  idempotencyKey: text(),
  taxRate: text({ enum: ['none', '0', '1', '3', '6', '9', '13'] }),
  tax: fen('tax_fen'),
  checkCode: text(),
  /** How much of an issued one was voided or taken back by red invoices. */
  reversed: fen('reversed_fen').notNull().default(sql`0`),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const paymentNotifications = pgTable('payment_notifications', {
  id: key(),
  channel: text({ enum: ['wechat', 'alipay'] }).notNull(),
  providerEventId: text().notNull(),
  kind: text({ enum: ['payment', 'refund', 'closed'] }).notNull(),
  outTradeNo: text().notNull(),
  outRefundNo: text(),
  body: text().notNull(),
  deliveries: integer().notNull().default(1),
  outcome: text(),
  receivedAt: moment().notNull(),
  lastReceivedAt: moment().notNull(),
})

export const bankTransfers = pgTable('bank_transfers', {
  orderId: uuid()
    .primaryKey()
    .references(() => rechargeOrders.id),
  payerName: text().notNull(),
  transferredOn: date({ mode: 'string' }).notNull(),
  voucherPath: text().notNull(),
  voucherType: text().notNull(),
  voucherBytes: integer().notNull(),
  voucherSha256: bytes('voucher_sha256').notNull(),
  proposedReference: text(),
  firstReviewer: uuid().references(() => adminAccounts.id),
  firstReviewedAt: moment(),
  bankReference: text(),
  decidedBy: uuid().references(() => adminAccounts.id),
  decidedAt: moment(),
  rejectReason: text(),
  createdAt: moment().notNull(),
})

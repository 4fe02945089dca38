import { boolean, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { adminAccounts, operatorAccounts } from './accounts'
import { bytes, fen, key, moment } from './columns'

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
  expiresAt: moment().notNull(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const paymentQuarantine = pgTable('payment_quarantine', {
  id: key(),
  channel: text({ enum: CHANNELS }).notNull(),
  providerTxnId: text().notNull(),
  payload: jsonb().notNull(),
  cause: text().notNull(),
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
  reviewedAt: moment(),
  rejectReason: text(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

export const refundPayouts = pgTable('refund_payouts', {
  id: key(),
  refundId: uuid()
    .notNull()
    .references(() => refundRecords.id),
  orderId: uuid().references(() => rechargeOrders.id),
  outRefundNo: text().notNull(),
  amount: fen('amount_fen').notNull(),
  channel: text({ enum: CHANNELS }).notNull(),
  status: text({ enum: ['processing', 'completed', 'abnormal'] })
    .notNull()
    .default('processing'),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
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
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

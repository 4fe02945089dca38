import { date, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { CASE_STATES, OFFICE_FORMS } from '#src/core/office'
import { adminAccounts } from './accounts'
import { bytes, fen, key, moment } from './columns'

const person = () => uuid().references(() => adminAccounts.id)
const ofCase = () =>
  uuid()
    .notNull()
    .references(() => officeCases.id)

/** The keys of the office with the posts that hold them, as the typed list of src/permissions says. */
export const officePermissions = pgTable('office_permissions', { key: text().primaryKey(), seats: text().array().notNull() })

export const officeFlows = pgTable(
  'office_flows',
  {
    form: text({ enum: OFFICE_FORMS }).notNull(),
    version: integer().notNull(),
    flow: jsonb().notNull(),
    createdBy: person(),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.form, table.version] })],
)

export const officeNumbers = pgTable(
  'office_numbers',
  { form: text({ enum: OFFICE_FORMS }).notNull(), day: date({ mode: 'string' }).notNull(), last: integer().notNull() },
  (table) => [primaryKey({ columns: [table.form, table.day] })],
)

export const officeCases = pgTable('office_cases', {
  id: key(),
  form: text({ enum: OFFICE_FORMS }).notNull(),
  status: text({ enum: CASE_STATES }).notNull().default('draft'),
  number: text(),
  applicantId: person().notNull(),
  draft: jsonb(),
  department: text(),
  amount: fen('amount_fen'),
  flowVersion: integer(),
  chosenId: person(),
  path: text().array().notNull().default([]),
  step: integer().notNull().default(0),
  round: integer().notNull().default(0),
  remindedAt: moment(),
  submittedAt: moment(),
  decidedAt: moment(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
})

const caseKey = () =>
  uuid()
    .primaryKey()
    .references(() => officeCases.id)
const day = () => date({ mode: 'string' }).notNull()

export const baoxiaoShenqing = pgTable('baoxiao_shenqing', {
  caseId: caseKey(),
  category: text().notNull(),
  amount: fen('amount_fen').notNull(),
  occurredOn: day(),
  description: text().notNull(),
})

export const qingjiaShenqing = pgTable('qingjia_shenqing', {
  caseId: caseKey(),
  kind: text().notNull(),
  fromOn: day(),
  toOn: day(),
  halfDays: integer().notNull(),
  reason: text().notNull(),
  standInId: person(),
})

export const caigouShenqing = pgTable('caigou_shenqing', {
  caseId: caseKey(),
  items: jsonb().notNull(),
  amount: fen('amount_fen').notNull(),
  supplier: text().notNull(),
  neededOn: day(),
  purpose: text().notNull(),
})

export const duiwaiFukuanShenqing = pgTable('duiwai_fukuan_shenqing', {
  caseId: caseKey(),
  payee: text().notNull(),
  bank: text().notNull(),
  account: text().notNull(),
  amount: fen('amount_fen').notNull(),
  purpose: text().notNull(),
  contractNo: text(),
  dueOn: day(),
})

export const gongzuoJiaojie = pgTable('gongzuo_jiaojie', {
  caseId: caseKey(),
  receiverId: person().notNull(),
  scope: text().notNull(),
  items: jsonb().notNull(),
  fromOn: day(),
})

export const officeTasks = pgTable('office_tasks', {
  id: key(),
  caseId: ofCase(),
  round: integer().notNull(),
  node: text().notNull(),
  kind: text().notNull(),
  personId: person().notNull(),
  forId: person(),
  afterId: uuid(),
  status: text().notNull(),
  comment: text(),
  createdAt: moment().notNull(),
  decidedAt: moment(),
})

export const officeEvents = pgTable(
  'office_events',
  {
    caseId: ofCase(),
    seq: integer().notNull(),
    kind: text().notNull(),
    actorId: person(),
    node: text(),
    comment: text(),
    people: uuid().array().notNull().default([]),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.caseId, table.seq] })],
)

export const officeCopies = pgTable(
  'office_copies',
  { caseId: ofCase(), personId: person().notNull(), createdAt: moment().notNull() },
  (table) => [primaryKey({ columns: [table.caseId, table.personId] })],
)

export const officeAttachments = pgTable('office_attachments', {
  id: key(),
  caseId: ofCase(),
  kind: text({ enum: ['voucher', 'payment'] }).notNull(),
  name: text().notNull(),
  path: text().notNull(),
  type: text().notNull(),
  bytes: integer().notNull(),
  sha256: bytes().notNull(),
  uploadedBy: person().notNull(),
  createdAt: moment().notNull(),
})

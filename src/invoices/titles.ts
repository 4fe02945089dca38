import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { invoiceTitles } from '#drizzle/schema'
import { requireOpenAccount } from '#src/accounts/lock'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { email, text } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { say } from '#src/core/validation'
import { read, type Transaction, violatedConstraint } from '#src/platform/database'

export const taxId = v.pipe(
  v.string(),
  v.regex(/^[A-Z0-9]{15,20}$/, say('须为15-20位大写字母或数字', 'must be 15-20 capital letters or digits')),
  v.metadata({ examples: ['91110000802100433B'] }),
)

/** What a special invoice names besides, and an ordinary one may. */
export const COMPANY_FIELDS = ['bank_name', 'bank_account', 'company_address', 'company_phone'] as const
export const companyEntries = {
  bank_name: v.nullish(text(1, 128), null),
  bank_account: v.nullish(text(1, 64), null),
  company_address: v.nullish(text(1, 200), null),
  company_phone: v.nullish(text(1, 32), null),
}

export const TitleInput = v.object({ invoice_title: text(2, 128), tax_id: taxId, email: v.nullish(email, null), ...companyEntries })
export type TitleInput = v.InferOutput<typeof TitleInput>
export type InvoiceTitle = typeof invoiceTitles.$inferSelect

/** Titles of one operator at most: the book is shown as one list. */
const MOST = 50

/** The book, the usual title first, then the newest. */
export const titlesOf = (operatorId: Uuid): Promise<InvoiceTitle[]> =>
  read()
    .select()
    .from(invoiceTitles)
    .where(and(eq(invoiceTitles.operatorId, operatorId), isNull(invoiceTitles.deletedAt)))
    .orderBy(desc(invoiceTitles.isDefault), desc(invoiceTitles.id))

/** One title that is in the book. Throws RESOURCE_NOT_FOUND for a deleted, an unknown and somebody else's. */
export async function requireTitle(operatorId: Uuid, id: Uuid, { db }: Pick<Transaction, 'db'> = { db: read() }): Promise<InvoiceTitle> {
  const [title] = await db
    .select()
    .from(invoiceTitles)
    .where(and(eq(invoiceTitles.id, id), eq(invoiceTitles.operatorId, operatorId), isNull(invoiceTitles.deletedAt)))
  if (!title) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return title
}

/** Puts a title into the book; the first one becomes the usual one. Throws INVALID_PARAMS (NAME_EXISTS, or when the book is full). */
export async function addTitle(tx: Transaction, operatorId: Uuid, input: TitleInput, { actor, origin, at }: PersonalAct): Promise<Uuid> {
  await requireOpenAccount(tx, operatorId)
  const [counted] = await tx.db
    .select({ titles: sql<number>`count(*)::int` })
    .from(invoiceTitles)
    .where(and(eq(invoiceTitles.operatorId, operatorId), isNull(invoiceTitles.deletedAt)))
  if (counted!.titles >= MOST)
    throw invalidField('invoice_title', `最多保存${MOST}个抬头，请先删除不用的`, `at most ${MOST} titles; delete one first`)
  const id = newId()
  await orTaken(() =>
    tx.db
      .insert(invoiceTitles)
      .values({ id, operatorId, ...columnsOf(input), isDefault: counted!.titles === 0, createdAt: at, updatedAt: at }),
  )
  const details = { invoice_title: input.invoice_title, tax_id: input.tax_id }
  await record(tx, { actor, origin, operation: 'invoice_title_create', target: { kind: 'invoice_title', id }, details }, at)
  return id
}

/** Changes a title of the book; invoices that were asked for keep what they said. Throws like `requireTitle` and `addTitle`. */
export async function changeTitle(
  tx: Transaction,
  operatorId: Uuid,
  id: Uuid,
  input: TitleInput,
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  await requireOpenAccount(tx, operatorId)
  const before = await requireTitle(operatorId, id, tx)
  await orTaken(() =>
    tx.db
      .update(invoiceTitles)
      .set({ ...columnsOf(input), updatedAt: at })
      .where(eq(invoiceTitles.id, id)),
  )
  const details = {
    before: { invoice_title: before.invoiceTitle, tax_id: before.taxId },
    after: { invoice_title: input.invoice_title, tax_id: input.tax_id },
  }
  await record(tx, { actor, origin, operation: 'invoice_title_change', target: { kind: 'invoice_title', id }, details }, at)
}

/** Makes a title the usual one. */
export async function chooseTitle(tx: Transaction, operatorId: Uuid, id: Uuid, { actor, origin, at }: PersonalAct): Promise<void> {
  await requireOpenAccount(tx, operatorId)
  await requireTitle(operatorId, id, tx)
  await tx.db
    .update(invoiceTitles)
    .set({ isDefault: false, updatedAt: at })
    .where(and(eq(invoiceTitles.operatorId, operatorId), invoiceTitles.isDefault))
  await tx.db.update(invoiceTitles).set({ isDefault: true, updatedAt: at }).where(eq(invoiceTitles.id, id))
  await record(tx, { actor, origin, operation: 'invoice_title_choose', target: { kind: 'invoice_title', id } }, at)
}

/** Takes a title out of the book; the row stays, for whoever asks later what was there. */
export async function deleteTitle(tx: Transaction, operatorId: Uuid, id: Uuid, { actor, origin, at }: PersonalAct): Promise<void> {
  await requireOpenAccount(tx, operatorId)
  const title = await requireTitle(operatorId, id, tx)
  await tx.db.update(invoiceTitles).set({ deletedAt: at, isDefault: false, updatedAt: at }).where(eq(invoiceTitles.id, id))
  const details = { invoice_title: title.invoiceTitle, tax_id: title.taxId }
  await record(tx, { actor, origin, operation: 'invoice_title_delete', target: { kind: 'invoice_title', id }, details }, at)
}

/** Keeps the title of a request in the book, as it was typed there; one that is in it already is brought up to date. */
export async function keepTitle(tx: Transaction, operatorId: Uuid, input: TitleInput, act: PersonalAct): Promise<void> {
  const [known] = await tx.db
    .select({ id: invoiceTitles.id })
    .from(invoiceTitles)
    .where(
      and(
        eq(invoiceTitles.operatorId, operatorId),
        eq(invoiceTitles.taxId, input.tax_id),
        eq(invoiceTitles.invoiceTitle, input.invoice_title),
        isNull(invoiceTitles.deletedAt),
      ),
    )
  if (known) await changeTitle(tx, operatorId, known.id, input, act)
  else await addTitle(tx, operatorId, input, act)
}

const columnsOf = (input: TitleInput) => ({
  invoiceTitle: input.invoice_title,
  taxId: input.tax_id,
  email: input.email,
  bankName: input.bank_name,
  bankAccount: input.bank_account,
  companyAddress: input.company_address,
  companyPhone: input.company_phone,
})

async function orTaken(write: () => PromiseLike<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violatedConstraint(error) === 'one_title_of_a_name') throw brokenRule('NAME_EXISTS', 'invoice_title')
    throw error
  }
}

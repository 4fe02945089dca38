import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { adminAccounts } from '#drizzle/schema'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { money, yuan } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { now } from '#src/core/time'
import { askable, invoiceableMonths, invoiceableOf } from '#src/invoices/invoiceable'
import { openRedTask } from '#src/invoices/queries'
import { requestInvoice, withdrawInvoice } from '#src/invoices/request'
import { approveInvoice, rejectInvoice } from '#src/invoices/review'
import { read, transaction } from '#src/platform/database'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, balanceOf } from '#tests/support/factory'
import { recharged, refunded, removeInvoiceFiles, reverse, TAX_ID } from './money'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let reviewer: Uuid
let second: Uuid
beforeAll(async () => {
  database = await openTestDatabase()
  reviewer = (await aStaff('finance')).id
  second = (await aStaff('finance')).id
})
afterAll(async () => {
  await removeInvoiceFiles(database)
  await database.close()
})

/** What an operator and finance may do, in tens of yuan; `pick` chooses among the invoices there are. */
type Decision = { do: 'withdraw' | 'approve' | 'reject'; pick: number }
type TakeBack = { do: 'void'; pick: number } | { do: 'red'; pick: number; tens: number }
type Step = { do: 'recharge' | 'refund' | 'request'; tens: number } | Decision | TakeBack

const tens = fc.integer({ min: 1, max: 40 })
const pick = fc.nat(7)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('recharge' as const, 'refund' as const, 'request' as const, 'request' as const), tens }),
  fc.record({ do: fc.constantFrom('withdraw' as const, 'approve' as const, 'approve' as const, 'reject' as const), pick }),
  fc.record({ do: fc.constant('void' as const), pick }),
  fc.record({ do: fc.constant('red' as const), pick, tens }),
)

type Model = {
  paid: number
  balance: number
  invoices: { id: Uuid; fen: number; reversed: number; state: 'pending' | 'approved' | 'gone' }[]
}
const sum = (model: Model, ...states: string[]) =>
  model.invoices.filter(({ state }) => states.includes(state)).reduce((total, { fen, reversed }) => total + fen - reversed, 0)

async function actOfReviewer(): Promise<PersonalAct> {
  const [staff] = await read().select().from(adminAccounts).where(eq(adminAccounts.id, reviewer))
  return { actor: { kind: 'staff', id: reviewer, name: staff!.name, role: 'manager' }, origin: null, at: now() }
}

const reasonOf = async (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Problem ? error.wording : Promise.reject(error)),
  )

async function take(model: Model, operatorId: Uuid, one: Step): Promise<void> {
  const own: PersonalAct = { actor: { kind: 'operator', id: operatorId, name: '星空乐园', role: 'operator' }, origin: null, at: now() }
  if (one.do === 'recharge') {
    await recharged(operatorId, yuan(money(one.tens * 1_000)))
    model.paid += one.tens * 1_000
    model.balance += one.tens * 1_000
    return
  }
  if (one.do === 'refund') {
    const fen = Math.min(one.tens * 1_000, model.balance)
    if (fen === 0) return
    await refunded(operatorId, reviewer, yuan(money(fen)))
    model.paid -= fen
    model.balance -= fen
    return
  }
  if (one.do === 'request') {
    const fen = one.tens * 1_000
    const input = {
      amount: money(fen),
      invoice_title: '杭州幻境数字娱乐有限公司',
      tax_id: TAX_ID,
      email: null,
      invoice_type: 'vat_normal' as const,
    }
    const company = { bank_name: null, bank_account: null, company_address: null, company_phone: null }
    const fits = fen <= model.paid - sum(model, 'pending', 'approved')
    let id: Uuid | undefined
    const refused = await reasonOf(
      transaction(async (tx) => {
        id = await requestInvoice(tx, operatorId, { ...input, ...company }, own)
      }),
    )
    expect(refused).toBe(fits ? undefined : 'EXCEEDS_INVOICEABLE')
    if (fits) model.invoices.push({ id: id!, fen, reversed: 0, state: 'pending' })
    return
  }
  if (one.do === 'red' || one.do === 'void') return takeBack(model, one)
  await decide(model, operatorId, one as Decision, own)
}

/** Two persons take an invoice back, whole in its month or in part. */
async function takeBack(model: Model, one: TakeBack): Promise<void> {
  const invoice = model.invoices[one.pick % Math.max(model.invoices.length, 1)]
  if (!invoice) return
  const fen = one.do === 'void' ? invoice.fen : one.tens * 1_000
  const left = invoice.fen - invoice.reversed
  const expected = invoice.state !== 'approved' ? 'ALREADY_PROCESSED' : fen > left ? 'EXCEEDS_INVOICE' : undefined
  expect(await reasonOf(reverse(invoice.id, { kind: one.do, amount: yuan(money(fen)) }, reviewer, second))).toBe(expected)
  if (expected) return
  invoice.reversed += fen
  if (one.do === 'void') invoice.state = 'gone'
}

async function decide(model: Model, operatorId: Uuid, one: Decision, own: PersonalAct): Promise<void> {
  const invoice = model.invoices[one.pick % Math.max(model.invoices.length, 1)]
  if (!invoice) return
  const act = await actOfReviewer()
  const work = transaction<unknown>((tx) =>
    one.do === 'withdraw'
      ? withdrawInvoice(tx, operatorId, invoice.id, own)
      : one.do === 'approve'
        ? approveInvoice(tx, invoice.id, null, act)
        : rejectInvoice(tx, invoice.id, '抬头与税号不一致，请核对后重新申请', act),
  )
  const covered = one.do !== 'approve' || invoice.fen <= model.paid - sum(model, 'approved')
  const expected = invoice.state !== 'pending' ? 'ALREADY_PROCESSED' : covered ? undefined : 'EXCEEDS_INVOICEABLE'
  expect(await reasonOf(work)).toBe(expected)
  if (expected === undefined) invoice.state = one.do === 'approve' ? 'approved' : 'gone'
}

test('whatever is paid in, given back, asked for and decided: what may be invoiced is what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const operator = await anOperator()
      const model: Model = { paid: 0, balance: 0, invoices: [] }
      for (const one of steps) {
        await take(model, operator.id, one)
        const standing = await invoiceableOf(operator.id)
        const left = model.paid - sum(model, 'pending', 'approved')
        expect([Number(standing.limit), Number(standing.left), Number(askable(standing))]).toEqual([model.paid, left, Math.max(left, 0)])
        expect(Number((await openRedTask(operator.id))?.over ?? 0n)).toBe(Math.max(-left, 0))
      }
      expect(Number(await balanceOf(operator.id))).toBe(model.balance)
      const months = await invoiceableMonths(operator.id)
      const whole = months.reduce((total, { recharged: came, refunded: went, invoiced }) => total + came - went - invoiced, 0n)
      expect(Number(whole)).toBe(model.paid - sum(model, 'pending', 'approved'))
    }),
    { numRuns: 40 },
  )
  const [gaps] = await database.owner`
    SELECT count(*)::int AS gaps FROM invoice_numbers n WHERE last <> (SELECT count(*) FROM invoice_records WHERE number LIKE 'FP' || n.month || '%')`
  expect(gaps!.gaps).toBe(0)
}, 120_000)

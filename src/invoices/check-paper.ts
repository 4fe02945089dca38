import { and, eq } from 'drizzle-orm'
import { invoiceRecords as invoices, invoiceReversals as reversals } from '#drizzle/schema'
import { faceOf } from '#src/core/invoice-face'
import { read } from '#src/platform/database'

const shown = {
  title: invoices.invoiceTitle,
  taxId: invoices.taxId,
  taxRate: invoices.taxRate,
  blueNumber: invoices.number,
}

/** What a paper says and whether it still holds, for whoever has its number and check code; undefined when there is no such paper. */
export async function checkPaper(number: string, code: string) {
  return number.startsWith('HZ') ? checkRed(number, code) : checkBlue(number, code)
}

async function checkBlue(number: string, code: string) {
  const [found] = await read()
    .select({
      ...shown,
      status: invoices.status,
      amount: invoices.amount,
      tax: invoices.tax,
      issuedAt: invoices.reviewedAt,
      reversed: invoices.reversed,
    })
    .from(invoices)
    .where(and(eq(invoices.number, number), eq(invoices.checkCode, code)))
  if (!found) return undefined
  const face = faceOf({ ...found, number })
  const state = face === 'voided' || face === 'reversed' || face === 'partly' ? face : ('good' as const)
  return { ...found, number, state, blueNumber: null }
}

async function checkRed(number: string, code: string) {
  const [found] = await read()
    .select({ ...shown, amount: reversals.amount, tax: reversals.tax, issuedAt: reversals.decidedAt })
    .from(reversals)
    .innerJoin(invoices, eq(invoices.id, reversals.invoiceId))
    .where(and(eq(reversals.number, number), eq(reversals.checkCode, code)))
  return found && { ...found, number, state: 'red' as const, reversed: null }
}

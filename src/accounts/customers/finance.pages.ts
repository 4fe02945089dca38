import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { ledgerDays } from '#src/balances/days'
import { firstDayOf, type Statement, statementOf } from '#src/balances/statement'
import { headOf } from '#src/balances/verify'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { businessDay } from '#src/core/time'
import { recordExport } from '#src/exports/exports'
import { fileBytes, mediaType } from '#src/exports/file'
import { statementName, statementPdf, statementTable } from '#src/exports/statement-file'
import { invoicesPage } from '#src/invoices/queries'
import { type FormCall, languageOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { listOrders } from '#src/payments/queries'
import { transaction } from '#src/platform/database'
import { attachment, streamed } from '#src/platform/files'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { operatorFinance, refundsPage } from '#src/refunds/queries'
import { CustomerPage } from '#views/finance/customer'
import { CustomerStatementPage } from '#views/finance/customer-statement'
import { CustomersPage } from '#views/finance/customers'
import { operatorListQuery, operatorSums, operatorsPage } from '../list'
import { type Operator, requireOperator } from '../operators'
import { customerMonths } from './months'

type FinanceCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/finance/customers'
const VIEW = { audience: 'finance', permission: 'customer:view' } as const

const StatementQuery = v.object({ ...dayRangeQuery, format: v.optional(v.picklist(['pdf', 'csv'])) })

const MONTHS = 12
/** The newest of each kind; the rest is behind a link. */
const NEWEST = { size: 20 } as const

/** Finance looks at customers: who holds how much, and each one's money with its statement. */
export const customersFinancePages = [
  page(`GET ${PATH}`, VIEW, async (call) => {
    const { sort = 'balance_most', closed, keyword, category, state, ...keyset } = pageQuery(call.request, v.object(operatorListQuery))
    const filter = { keyword, category, state, includeClosed: closed === 'true' }
    const [customers, sums] = await Promise.all([operatorsPage(filter, sort, keyset), operatorSums(filter)])
    return showPage(call, h(CustomersPage, { customers, sums, filter, sort }))
  }),

  page(`GET ${PATH}/:operator_id`, VIEW, async (call) => {
    const id = operatorIn(call)
    const { now } = call.info
    const customer = await operatorFinance(id)
    const [days, orders, refunds, invoices] = await Promise.all([
      ledgerDays(id),
      call.caller.permissions.has('transaction:view') ? listOrders({ operatorId: id }, NEWEST) : null,
      call.caller.permissions.has('refund:view') ? refundsPage({ status: 'all', operatorId: id }, NEWEST) : null,
      call.caller.permissions.has('invoice:view') ? invoicesPage({}, NEWEST, id) : null,
    ])
    const shown = { customer, months: customerMonths(days, now, MONTHS), orders, refunds, invoices }
    return showPage(call, h(CustomerPage, shown))
  }),

  page(`GET ${PATH}/:operator_id/statement`, VIEW, async (call) => {
    const { format, ...asked } = pageQuery(call.request, StatementQuery)
    const customer = await requireOperator(operatorIn(call))
    const dates = await statementDates(call, customer, asked)
    const statement = await statementOf(customer.id, dates.first!, dates.last!, dates.stretch!)
    return format
      ? statementFile(call, customer, statement, format)
      : showPage(call, h(CustomerStatementPage, { customer, dates, statement }))
  }),
]

const operatorIn = ({ params }: FinanceCall) => pathId('operator', params, 'operator_id')

/** This month unless asked otherwise; "all" begins with the first day on which money moved. */
async function statementDates({ info }: FinanceCall, { id }: Operator, asked: Parameters<typeof dayRange>[0]) {
  const dates = dayRange(asked, info.now, 'month')
  if (dates.stretch) return dates
  const today = businessDay(info.now)
  return dayRange({ from: (await firstDayOf(id)) ?? today, to: today }, info.now)
}

/** What leaves the product stands in the audit log, before it leaves. */
async function statementFile(call: FinanceCall, customer: Operator, statement: Statement, format: 'pdf' | 'csv'): Promise<Response> {
  const { caller, info } = call
  const { first, last } = statement
  const [language, head] = [languageOf(call), await headOf(customer.id)]
  const details = { kind: 'statement', operator_id: customer.id, format, first, last }
  await transaction((tx) => recordExport(tx, details, actOf(caller, info)))
  const name = `${customer.username}_${statementName(statement, format)}`
  if (format === 'csv') return streamed(fileBytes('csv', statementTable(statement, language)), attachment(name, mediaType('csv')))
  return new Response(await statementPdf(statement, customer, head, language, info.now), { headers: attachment(name, 'application/pdf') })
}

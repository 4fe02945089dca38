import type * as v from 'valibot'
import { countTransactions } from '#src/balances/transactions'
import type { Uuid } from '#src/core/ids'
import { invalidFields, type Language } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { timeFilter } from '#src/core/time-filter'
import { validate } from '#src/core/validation'
import { invoiceSums } from '#src/invoices/queries'
import { sumsOfOwnOrders } from '#src/payments/queries'
import { bucketsOf, sumOf } from '#src/usage/sums'
import { EXPORT_FILTERS, type ExportKind } from './filters'
import { invoicesTable } from './invoices-table'
import type { Owner } from './owner'
import { rechargesTable } from './recharges-table'
import type { FilterText, Source } from './staff-export'
import { staffExportOf } from './staff-exports'
import { statisticsTable } from './statistics-table'
import { transactionsTable } from './transactions-table'
import { usageTable } from './usage-table'

/** An owner's rows of a kind under a filter; nothing is read before the table is. Throws INVALID_PARAMS with every faulty field. */
export const sourceOf = (owner: Owner, kind: string, filter: FilterText, language: Language, now: Instant): Promise<Source> =>
  owner.kind === 'staff'
    ? staffExportOf(kind).open(filter, { language, now })
    : operatorSource(owner.id, kind as ExportKind, filter, language, now)

async function operatorSource(operatorId: Uuid, kind: ExportKind, filter: FilterText, language: Language, now: Instant): Promise<Source> {
  if (kind === 'transactions') {
    const { type, ...times } = parsed(EXPORT_FILTERS.transactions, filter)
    const wanted = { ...timeFilter(times), kind: type }
    return { rows: await countTransactions(operatorId, wanted), table: transactionsTable(operatorId, wanted, language) }
  }
  if (kind === 'usage') {
    const { site_id, app_id, start_time, end_time, ...rest } = parsed(EXPORT_FILTERS.usage, filter)
    const wanted = { ...timeFilter({ start_time, end_time }), siteId: site_id, applicationId: app_id, ...rest }
    return { rows: sumOf(await bucketsOf(operatorId, wanted)).sessions, table: usageTable(operatorId, wanted, language) }
  }
  if (kind === 'recharges') {
    const { status, method, ...times } = parsed(EXPORT_FILTERS.recharges, filter)
    const wanted = { ...timeFilter(times), status, method }
    return { rows: (await sumsOfOwnOrders(operatorId, wanted)).orders, table: rechargesTable(operatorId, wanted, language) }
  }
  if (kind === 'invoices') {
    const { status, keyword, ...times } = parsed(EXPORT_FILTERS.invoices, filter)
    const { from, to } = timeFilter(times)
    const wanted = { status, keyword, stretch: { ...(from ? { from } : {}), ...(to ? { to } : {}) } }
    return { rows: (await invoiceSums(wanted, operatorId)).rows, table: invoicesTable(operatorId, wanted, language) }
  }
  const { report_type, ...query } = parsed(EXPORT_FILTERS.statistics, filter)
  const wanted = { ...timeFilter(query), siteId: query.site_id, applicationId: query.app_id, dimension: query.dimension }
  return statisticsTable(operatorId, report_type, wanted, language, now)
}

function parsed<S extends v.GenericSchema>(schema: S, filter: FilterText): v.InferOutput<S> {
  const result = validate(schema, filter)
  if (!result.ok) throw invalidFields(result.faults)
  return result.value
}

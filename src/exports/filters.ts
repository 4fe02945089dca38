import * as v from 'valibot'
import { MOVEMENT_KINDS } from '#src/balances/transactions'
import { idOf, keyword } from '#src/core/fields'
import { timeQuery } from '#src/core/time-filter'
import { INVOICE_FACES } from '#src/invoices/queries'
import { METHODS, ORDER_STATUSES } from '#src/payments/queries'
import { DIMENSIONS } from '#src/statistics/periods'

/** What can be exported and by which fields it is narrowed: the same words in the API, in forms and in stored exports. */

const wholeNumber = (min: number, max: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(min), v.maxValue(max))

const place = { site_id: v.optional(idOf('site')), app_id: v.optional(idOf('application')) }

const usageFields = {
  ...timeQuery,
  ...place,
  players: v.optional(wholeNumber(1, 100)),
  weekday: v.optional(wholeNumber(1, 7)),
  hour: v.optional(wholeNumber(0, 23)),
  keyword: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(128))),
}

const REPORT_TYPES = ['consumption', 'by-app', 'by-site', 'player-distribution'] as const
export type ReportType = (typeof REPORT_TYPES)[number]

const statisticsFields = {
  ...timeQuery,
  ...place,
  report_type: v.optional(v.picklist(REPORT_TYPES), 'consumption'),
  dimension: v.optional(v.picklist(DIMENSIONS), 'day'),
}

/** One schema for each kind of export. */
export const EXPORT_FILTERS = {
  usage: v.object(usageFields),
  transactions: v.object({ ...timeQuery, type: v.optional(v.picklist(MOVEMENT_KINDS)) }),
  statistics: v.object(statisticsFields),
  recharges: v.object({ ...timeQuery, status: v.optional(v.picklist(ORDER_STATUSES)), method: v.optional(v.picklist(METHODS)) }),
  invoices: v.object({ ...timeQuery, status: v.optional(v.picklist(INVOICE_FACES)), keyword }),
}
export type ExportKind = keyof typeof EXPORT_FILTERS

/** What a form or an address says about the fields of a filter; other fields and empty ones are left out. */
export function filterText(fields: readonly string[], given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((name) => {
      const value = given[name]?.trim()
      return value ? [[name, value]] : []
    }),
  )
}

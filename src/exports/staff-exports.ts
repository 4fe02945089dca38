import { adjustmentsExport } from './adjustments-table'
import { allInvoicesExport } from './all-invoices-table'
import { allTransactionsExport } from './all-transactions-table'
import { auditLogsExport } from './audit-logs-table'
import { accessRequestsExport, applicationsExport, authorizationsExport } from './games-tables'
import { operatorsExport } from './operators-table'
import { platformStatisticsExport } from './platform-statistics-table'
import { receiptsExport } from './receipts-table'
import { sitesExport } from './sites-table'
import type { StaffExport } from './staff-export'
import { financeMembersExport, membersExport } from './staff-table'

/** Everything our people can take out, by kind: a list page's menu names one, `/staff/exports` makes the file. */
export const STAFF_EXPORTS = {
  transactions: allTransactionsExport,
  statistics: platformStatisticsExport,
  operators: operatorsExport,
  sites: sitesExport,
  applications: applicationsExport,
  access_requests: accessRequestsExport,
  authorizations: authorizationsExport,
  receipts: receiptsExport,
  adjustments: adjustmentsExport,
  invoices: allInvoicesExport,
  audit_logs: auditLogsExport,
  staff: membersExport,
  finance_staff: financeMembersExport,
} as const satisfies Record<string, StaffExport>

export type StaffExportKind = keyof typeof STAFF_EXPORTS
export const STAFF_EXPORT_KINDS = Object.keys(STAFF_EXPORTS) as [StaffExportKind, ...StaffExportKind[]]

/** A kind by the name that is stored with its files. */
export const staffExportOf = (kind: string): StaffExport => STAFF_EXPORTS[kind as StaffExportKind]

import type { TextKey } from './text'
import { access } from './text/en/access'
import { account } from './text/en/account'
import { adjustments } from './text/en/adjustments'
import { admin } from './text/en/admin'
import { alertKinds } from './text/en/alert-kinds'
import { alerts } from './text/en/alerts'
import { announcements } from './text/en/announcements'
import { applications } from './text/en/applications'
import { audit } from './text/en/audit'
import { auditFields } from './text/en/audit-fields'
import { backups } from './text/en/backups'
import { catalogue } from './text/en/catalogue'
import { checks } from './text/en/checks'
import { closing } from './text/en/closing'
import { customers } from './text/en/customers'
import { deliveries } from './text/en/deliveries'
import { docs } from './text/en/docs'
import { exports } from './text/en/exports'
import { finance } from './text/en/finance'
import { invoiceDesk } from './text/en/invoice-desk'
import { invoices } from './text/en/invoices'
import { jobCounts } from './text/en/job-counts'
import { ledger } from './text/en/ledger'
import { messages } from './text/en/messages'
import { office } from './text/en/office'
import { officeFlows } from './text/en/office-flows'
import { officeForms } from './text/en/office-forms'
import { officeMails } from './text/en/office-mails'
import { officePermissions } from './text/en/office-permissions'
import { operatorHome } from './text/en/operator-home'
import { operators } from './text/en/operators'
import { payments } from './text/en/payments'
import { platform } from './text/en/platform'
import { problem } from './text/en/problem'
import { publicPages } from './text/en/public'
import { recharge } from './text/en/recharge'
import { reconciliation } from './text/en/reconciliation'
import { refunds } from './text/en/refunds'
import { releases } from './text/en/releases'
import { reports } from './text/en/reports'
import { search } from './text/en/search'
import { serviceLevel } from './text/en/service-level'
import { settings } from './text/en/settings'
import { shell } from './text/en/shell'
import { sites } from './text/en/sites'
import { staff } from './text/en/staff'
import { staffPlaces } from './text/en/staff-places'
import { staffTransactions } from './text/en/staff-transactions'
import { statistics } from './text/en/statistics'
import { system } from './text/en/system'
import { usage } from './text/en/usage'
import { wallets } from './text/en/wallets'
import { workers } from './text/en/workers'

/** English words of the pages; the same keys and placeholders as the Chinese ones. */
export const en: Record<TextKey, string> = {
  ...shell,
  ...publicPages,
  ...problem,
  ...operatorHome,
  ...admin,
  ...finance,
  ...adjustments,
  ...closing,
  ...account,
  ...staff,
  ...sites,
  ...operators,
  ...customers,
  ...applications,
  ...catalogue,
  ...access,
  ...usage,
  ...wallets,
  ...statistics,
  ...platform,
  ...messages,
  ...announcements,
  ...jobCounts,
  ...ledger,
  ...staffPlaces,
  ...staffTransactions,
  ...invoices,
  ...invoiceDesk,
  ...exports,
  ...reconciliation,
  ...releases,
  ...reports,
  ...search,
  ...refunds,
  ...recharge,
  ...payments,
  ...audit,
  ...auditFields,
  ...serviceLevel,
  ...settings,
  ...system,
  ...deliveries,
  ...workers,
  ...backups,
  ...checks,
  ...alerts,
  ...alertKinds,
  ...docs,
  ...office,
  ...officeFlows,
  ...officeForms,
  ...officeMails,
  ...officePermissions,
}

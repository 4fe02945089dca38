import { access } from './text/zh/access'
import { account } from './text/zh/account'
import { adjustments } from './text/zh/adjustments'
import { admin } from './text/zh/admin'
import { alertKinds } from './text/zh/alert-kinds'
import { alerts } from './text/zh/alerts'
import { announcements } from './text/zh/announcements'
import { applications } from './text/zh/applications'
import { audit } from './text/zh/audit'
import { auditFields } from './text/zh/audit-fields'
import { backups } from './text/zh/backups'
import { catalogue } from './text/zh/catalogue'
import { checks } from './text/zh/checks'
import { closing } from './text/zh/closing'
import { customers } from './text/zh/customers'
import { deliveries } from './text/zh/deliveries'
import { docs } from './text/zh/docs'
import { exports } from './text/zh/exports'
import { finance } from './text/zh/finance'
import { invoiceDesk } from './text/zh/invoice-desk'
import { invoices } from './text/zh/invoices'
import { jobCounts } from './text/zh/job-counts'
import { ledger } from './text/zh/ledger'
import { messages } from './text/zh/messages'
import { office } from './text/zh/office'
import { officeFlows } from './text/zh/office-flows'
import { officeForms } from './text/zh/office-forms'
import { officeMails } from './text/zh/office-mails'
import { officePermissions } from './text/zh/office-permissions'
import { operatorHome } from './text/zh/operator-home'
import { operators } from './text/zh/operators'
import { payments } from './text/zh/payments'
import { platform } from './text/zh/platform'
import { problem } from './text/zh/problem'
import { publicPages } from './text/zh/public'
import { recharge } from './text/zh/recharge'
import { reconciliation } from './text/zh/reconciliation'
import { refunds } from './text/zh/refunds'
import { releases } from './text/zh/releases'
import { reports } from './text/zh/reports'
import { search } from './text/zh/search'
import { serviceLevel } from './text/zh/service-level'
import { settings } from './text/zh/settings'
import { shell } from './text/zh/shell'
import { sites } from './text/zh/sites'
import { staff } from './text/zh/staff'
import { staffPlaces } from './text/zh/staff-places'
import { staffTransactions } from './text/zh/staff-transactions'
import { statistics } from './text/zh/statistics'
import { system } from './text/zh/system'
import { usage } from './text/zh/usage'
import { wallets } from './text/zh/wallets'
import { workers } from './text/zh/workers'

/** Chinese words of the pages, the reference: its keys are the keys. Glossary: 充值 消费 退款 授权 门店 场次 对账 差错; 运营商 = customer. */
export const zh = {
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
} as const

import { accountsAdminApi } from '#src/accounts/admin.api'
import { accountsAdminPages } from '#src/accounts/admin.pages'
import { accountsAnyoneApi } from '#src/accounts/anyone.api'
import { customersFinanceApi } from '#src/accounts/customers/finance.api'
import { customersFinancePages } from '#src/accounts/customers/finance.pages'
import { operatorDetailsAdminPages } from '#src/accounts/details/admin.pages'
import { operatorKeysAdminPages } from '#src/accounts/keys/admin.pages'
import { accountsOperatorApi } from '#src/accounts/operator.api'
import { accountsOperatorPages } from '#src/accounts/operator.pages'
import { accountsPublicApi } from '#src/accounts/public.api'
import { accountsPublicPages } from '#src/accounts/public.pages'
import { keysAdminPages } from '#src/api-keys/admin.pages'
import { apiKeysOperatorPages } from '#src/api-keys/operator.pages'
import { accessAdminPages } from '#src/applications/access/admin.pages'
import { applicationsAdminApi } from '#src/applications/admin.api'
import { applicationsAdminPages } from '#src/applications/admin.pages'
import { grantsAdminPages } from '#src/applications/authorizations/admin.pages'
import { applicationsOperatorApi } from '#src/applications/operator.api'
import { applicationsOperatorPages } from '#src/applications/operator.pages'
import { auditAdminApi } from '#src/audit-logs/admin.api'
import { auditFinanceApi } from '#src/audit-logs/finance.api'
import { auditStaffPages } from '#src/audit-logs/staff.pages'
import { anomalyAdminPages } from '#src/authorize/admin.pages'
import { clientApi } from '#src/authorize/client.api'
import { backupsAdminPages } from '#src/backups/admin.pages'
import { adjustmentsFinanceApi } from '#src/balances/adjustments/finance.api'
import { adjustmentsFinancePages } from '#src/balances/adjustments/finance.pages'
import { balancesOperatorApi } from '#src/balances/operator.api'
import { balancesOperatorPages } from '#src/balances/operator.pages'
import { balancesStaffApi } from '#src/balances/staff.api'
import { balancesStaffPages } from '#src/balances/staff.pages'
import { exportsPages } from '#src/exports/anyone.pages'
import { exportsOperatorApi } from '#src/exports/operator.api'
import { adminHomePages } from '#src/home/admin.pages'
import { homeFinanceApi } from '#src/home/finance.api'
import { financeHomePages } from '#src/home/finance.pages'
import { operatorHomePages } from '#src/home/operator.pages'
import { invoicesFinanceApi } from '#src/invoices/finance.api'
import { invoicesFinancePages } from '#src/invoices/finance.pages'
import { invoicesOperatorApi } from '#src/invoices/operator.api'
import { invoicesOperatorPages } from '#src/invoices/operator.pages'
import { invoicesPublicPages } from '#src/invoices/public.pages'
import { reversalsFinanceApi } from '#src/invoices/reversals/finance.api'
import { reversalsFinancePages } from '#src/invoices/reversals/finance.pages'
import { jobsAdminApi } from '#src/monitoring/admin.api'
import { jobsAdminPages } from '#src/monitoring/admin.pages'
import { monitoringApi } from '#src/monitoring/public.api'
import { messagesAdminApi } from '#src/notifications/admin.api'
import { announcementsAdminPages } from '#src/notifications/admin.pages'
import { alertChannelsAdminPages } from '#src/notifications/alert-channels/admin.pages'
import { messagesOperatorApi } from '#src/notifications/operator.api'
import { messagesOperatorPages } from '#src/notifications/operator.pages'
import { simulatorPages } from '#src/notifications/public.pages'
import { alertsStaffPages } from '#src/notifications/staff.pages'
import { officeCasePages } from '#src/office/cases/staff.pages'
import { officeFlowPages } from '#src/office/editor/staff.pages'
import { officeStaffPages } from '#src/office/staff.pages'
import { apiDocs } from '#src/openapi/public.pages'
import { bankTransfersFinancePages } from '#src/payments/bank-transfers/finance.pages'
import { paymentsFinanceApi } from '#src/payments/finance.api'
import { paymentsFinancePages } from '#src/payments/finance.pages'
import { paymentsOperatorApi } from '#src/payments/operator.api'
import { paymentsOperatorPages } from '#src/payments/operator.pages'
import { paymentNotificationApi } from '#src/payments/webhook.api'
import type { Route } from '#src/platform/route'
import { publicPages } from '#src/public.pages'
import { closingFinancePages } from '#src/reconciliation/closing/finance.pages'
import { reconciliationFinancePages } from '#src/reconciliation/finance.pages'
import { refundsFinanceApi } from '#src/refunds/finance.api'
import { refundsFinancePages } from '#src/refunds/finance.pages'
import { refundsOperatorApi } from '#src/refunds/operator.api'
import { refundsOperatorPages } from '#src/refunds/operator.pages'
import { releasesAdminPages } from '#src/releases/admin.pages'
import { reportsFinanceApi } from '#src/reports/finance.api'
import { reportsFinancePages } from '#src/reports/finance.pages'
import { schemaChecksAdminPages } from '#src/schema-verify/admin.pages'
import { searchOperatorPages } from '#src/search/operator.pages'
import { searchStaffPages } from '#src/search/staff.pages'
import { serviceLevelAdminPages } from '#src/service-level/admin.pages'
import { settingsAdminApi } from '#src/settings/admin.api'
import { settingsAdminPages } from '#src/settings/admin.pages'
import { sitesAdminPages } from '#src/sites/admin.pages'
import { sitesOperatorApi } from '#src/sites/operator.api'
import { sitesOperatorPages } from '#src/sites/operator.pages'
import { staffDeskPages } from '#src/staff/desk/staff.pages'
import { staffPublicApi } from '#src/staff/public.api'
import { staffPublicPages } from '#src/staff/public.pages'
import { staffApi } from '#src/staff/staff.api'
import { staffPages } from '#src/staff/staff.pages'
import { statisticsAnalystApi } from '#src/statistics/analyst.api'
import { statisticsAnalystPages } from '#src/statistics/analyst.pages'
import { statisticsOperatorApi } from '#src/statistics/operator.api'
import { statisticsOperatorPages } from '#src/statistics/operator.pages'
import { usageOperatorApi } from '#src/usage/operator.api'
import { usageOperatorPages } from '#src/usage/operator.pages'
import { walletsAdminPages } from '#src/wallets/admin.pages'
import { walletsPartnerApi } from '#src/wallets/partner.api'
import { walletsPublicPages } from '#src/wallets/public.pages'

/** Every route of the product. Tests generate the matrix of roles, routes and foreign ids from this table. */
export const routes: Route[] = [
  ...clientApi,
  ...accountsPublicApi,
  ...accountsAnyoneApi,
  ...accountsOperatorApi,
  ...accountsAdminApi,
  ...staffPublicApi,
  ...staffApi,
  ...sitesOperatorApi,
  ...applicationsOperatorApi,
  ...exportsOperatorApi,
  ...usageOperatorApi,
  ...statisticsOperatorApi,
  ...statisticsAnalystApi,
  ...applicationsAdminApi,
  ...balancesOperatorApi,
  ...balancesStaffApi,
  ...adjustmentsFinanceApi,
  ...homeFinanceApi,
  ...invoicesOperatorApi,
  ...invoicesFinanceApi,
  ...reversalsFinanceApi,
  ...refundsOperatorApi,
  ...refundsFinanceApi,
  ...customersFinanceApi,
  ...reportsFinanceApi,
  ...messagesOperatorApi,
  ...messagesAdminApi,
  ...paymentNotificationApi,
  ...paymentsOperatorApi,
  ...paymentsFinanceApi,
  ...settingsAdminApi,
  ...auditAdminApi,
  ...auditFinanceApi,
  ...jobsAdminApi,
  ...monitoringApi,
  ...walletsPartnerApi,
  ...apiDocs(() => routes),
  ...publicPages,
  ...accountsPublicPages,
  ...staffPublicPages,
  ...staffPages,
  ...staffDeskPages,
  ...operatorHomePages,
  ...financeHomePages,
  ...usageOperatorPages,
  ...statisticsOperatorPages,
  ...statisticsAnalystPages,
  ...searchOperatorPages,
  ...accountsOperatorPages,
  ...apiKeysOperatorPages,
  ...sitesOperatorPages,
  ...applicationsOperatorPages,
  ...balancesOperatorPages,
  ...balancesStaffPages,
  ...adjustmentsFinancePages,
  ...paymentsOperatorPages,
  ...paymentsFinancePages,
  ...bankTransfersFinancePages,
  ...invoicesOperatorPages,
  ...invoicesFinancePages,
  ...reversalsFinancePages,
  ...invoicesPublicPages,
  ...exportsPages,
  ...refundsOperatorPages,
  ...refundsFinancePages,
  ...reportsFinancePages,
  ...messagesOperatorPages,
  ...applicationsAdminPages,
  ...accessAdminPages,
  ...grantsAdminPages,
  ...announcementsAdminPages,
  ...simulatorPages,
  ...reconciliationFinancePages,
  ...closingFinancePages,
  ...adminHomePages,
  ...settingsAdminPages,
  ...auditStaffPages,
  ...alertsStaffPages,
  ...jobsAdminPages,
  ...alertChannelsAdminPages,
  ...schemaChecksAdminPages,
  ...backupsAdminPages,
  ...releasesAdminPages,
  ...serviceLevelAdminPages,
  ...anomalyAdminPages,
  ...keysAdminPages,
  ...accountsAdminPages,
  ...operatorDetailsAdminPages,
  ...operatorKeysAdminPages,
  ...sitesAdminPages,
  ...customersFinancePages,
  ...walletsAdminPages,
  ...walletsPublicPages,
  ...searchStaffPages,
  ...officeStaffPages,
  ...officeCasePages,
  ...officeFlowPages,
] as unknown as Route[]

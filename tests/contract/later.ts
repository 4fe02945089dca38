/**
 * What API.md names and a later step builds, with the number of that step. When one of these appears in the route table, it moves to
 * the contract's data: a route without it fails.
 */
export const LATER_STEPS: Readonly<Record<string, number>> = {
  '+ GET /v1/admin/transactions': 4,
  '+ GET /v1/admin/audit-logs': 4,
  '+ GET /v1/admin/configs': 4,
  '+ GET /v1/admin/configs/{key}': 4,
  '+ PUT /v1/admin/configs/{key}': 4,
  '+ GET /v1/admin/job-runs': 5,
  '+ POST /v1/admin/jobs/{name}/run': 5,

  'C GET /v1/finance/dashboard': 4,
  'C GET /v1/finance/dashboard/trends': 4,
  'C GET /v1/finance/top-customers': 4,
  'C GET /v1/finance/customers/{operator_id}/details': 4,
  'C POST /v1/finance/reports/generate': 4,
  'C GET /v1/finance/reports': 4,
  'C GET /v1/finance/reports/{report_id}/download': 4,
  'C GET /v1/finance/audit-logs': 4,
  '+ GET /v1/finance/transactions': 4,
  '+ POST /v1/finance/adjustments': 4,
  '+ POST /v1/finance/adjustments/{id}/confirm': 4,

  '+ GET /v1/statistics/global': 4,
  '+ GET /v1/statistics/by-application': 4,
  '+ GET /v1/statistics/by-site': 4,
  '+ GET /v1/statistics/by-operator': 4,
  '+ GET /v1/statistics/player-distribution': 4,
  '+ GET /v1/statistics/cross': 4,
  '+ GET /v1/statistics/export': 4,

  '+ GET /api/shared/wallet/{userId}': 6,
  '+ GET /api/shared/wallet/{userId}/transactions': 6,
  '+ POST /api/shared/wallet/{userId}/credit': 6,
  '+ POST /api/shared/wallet/{userId}/debit': 6,
}

/** Metrics of API.md 10 whose subject is not there yet. */
export const LATER_METRICS: Readonly<Record<string, number>> = { mr_backup_last_good_timestamp: 5 }

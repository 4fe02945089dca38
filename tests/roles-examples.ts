import { newId, type Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import { rawSql, transaction } from '#src/platform/database'
import { GAME_EXAMPLES } from './roles-examples-games'
import { OFFICE_EXAMPLES } from './roles-examples-office'
import { WALLET_EXAMPLES } from './roles-examples-wallets'
import { operatorToken } from './support/api'
import { authorize } from './support/client'
import type { TestOperator } from './support/factory'

export type Victim = { url: string; operator: TestOperator; siteId: Uuid; applicationId: Uuid; grantId: Uuid }
export type Example = {
  /** An id that exists and is not for this caller: another operator's, or, where the caller may see all, one of another kind. */
  foreign: (victim: Victim) => Promise<Uuid> | Uuid
  body?: object
}
const REASON = { reason: '矩阵测试用的操作原因说明' }
/** One row for each route with an id in its path; the body is right, so that only the id can be refused. */
export const EXAMPLES: Record<string, Example> = {
  ...GAME_EXAMPLES,
  ...OFFICE_EXAMPLES,
  ...WALLET_EXAMPLES,
  'GET /admin/staff/:staff_id': { foreign: ({ operator }) => operator.id },
  'GET /admin/staff/:staff_id/edit': { foreign: ({ operator }) => operator.id },
  'GET /admin/staff/:staff_id/password': { foreign: ({ operator }) => operator.id },
  'GET /admin/staff/:staff_id/totp': { foreign: ({ operator }) => operator.id },
  'GET /admin/staff/:staff_id/disable': { foreign: ({ operator }) => operator.id },
  'GET /admin/staff/:staff_id/enable': { foreign: ({ operator }) => operator.id },
  'GET /admin/staff/:staff_id/sign-out': { foreign: ({ operator }) => operator.id },
  'GET /finance/staff/:staff_id': { foreign: ({ operator }) => operator.id },
  'GET /finance/staff/:staff_id/edit': { foreign: ({ operator }) => operator.id },
  'GET /finance/staff/:staff_id/password': { foreign: ({ operator }) => operator.id },
  'GET /finance/staff/:staff_id/totp': { foreign: ({ operator }) => operator.id },
  'GET /finance/staff/:staff_id/disable': { foreign: ({ operator }) => operator.id },
  'GET /finance/staff/:staff_id/enable': { foreign: ({ operator }) => operator.id },
  'GET /finance/staff/:staff_id/sign-out': { foreign: ({ operator }) => operator.id },
  'POST /admin/staff/:staff_id/edit': { foreign: ({ operator }) => operator.id },
  'POST /admin/staff/:staff_id/permissions': { foreign: ({ operator }) => operator.id },
  'POST /admin/staff/:staff_id/password': { foreign: ({ operator }) => operator.id },
  'POST /admin/staff/:staff_id/totp': { foreign: ({ operator }) => operator.id },
  'POST /admin/staff/:staff_id/disable': { foreign: ({ operator }) => operator.id },
  'POST /admin/staff/:staff_id/enable': { foreign: ({ operator }) => operator.id },
  'POST /admin/staff/:staff_id/sign-out': { foreign: ({ operator }) => operator.id },
  'POST /finance/staff/:staff_id/edit': { foreign: ({ operator }) => operator.id },
  'POST /finance/staff/:staff_id/permissions': { foreign: ({ operator }) => operator.id },
  'POST /finance/staff/:staff_id/password': { foreign: ({ operator }) => operator.id },
  'POST /finance/staff/:staff_id/totp': { foreign: ({ operator }) => operator.id },
  'POST /finance/staff/:staff_id/disable': { foreign: ({ operator }) => operator.id },
  'POST /finance/staff/:staff_id/enable': { foreign: ({ operator }) => operator.id },
  'POST /finance/staff/:staff_id/sign-out': { foreign: ({ operator }) => operator.id },
  'GET /staff/security/sessions/:session_id/end': { foreign: sessionOf },
  'POST /staff/security/sessions/:session_id/end': { foreign: sessionOf },
  'DELETE /operators/me/sessions/:session_id': { foreign: sessionOf },
  'PUT /operators/me/sites/:site_id': { foreign: ({ siteId }) => siteId, body: { name: '抢来的店' } },
  'DELETE /operators/me/sites/:site_id': { foreign: ({ siteId }) => siteId },
  'PUT /operators/me/messages/:message_id/read': { foreign: messageOf },
  'GET /operator/messages/:message_id': { foreign: messageOf },
  'GET /operators/me/usage-records/:usage_id': { foreign: usageOf },
  'GET /operator/usage/:usage_id': { foreign: usageOf },
  'GET /operator/sessions/:session_id/end': { foreign: sessionOf },
  'POST /operator/sessions/:session_id/end': { foreign: sessionOf },
  'GET /operator/sites/:site_id': { foreign: ({ siteId }) => siteId },
  'GET /operator/sites/:site_id/edit': { foreign: ({ siteId }) => siteId },
  'POST /operator/sites/:site_id/edit': { foreign: ({ siteId }) => siteId },
  'GET /operator/sites/:site_id/delete': { foreign: ({ siteId }) => siteId },
  'POST /operator/sites/:site_id/delete': { foreign: ({ siteId }) => siteId },
  'GET /operator/applications/requests/:request_id': { foreign: requestOf },
  'GET /operator/applications/:app_id/request': { foreign: ({ operator }) => operator.id },
  'POST /operator/applications/:app_id/request': { foreign: ({ operator }) => operator.id },
  'POST /operator/exports/:export_id/again': { foreign: exportOf },
  'GET /operator/exports/:export_id/file': { foreign: exportOf },
  'GET /admin/transactions/:transaction_id': { foreign: ({ operator }) => operator.id },
  'GET /finance/transactions/:transaction_id': { foreign: ({ operator }) => operator.id },
  'POST /staff/exports/:export_id/again': { foreign: exportOf },
  'GET /staff/exports/:export_id/file': { foreign: exportOf },
  'DELETE /operators/me/refunds/:refund_id': { foreign: refundOf },
  'GET /operator/refunds/:refund_id': { foreign: refundOf },
  'GET /operator/refunds/:refund_id/withdrawal': { foreign: refundOf },
  'POST /operator/refunds/:refund_id/withdrawal': { foreign: refundOf },
  'GET /operator/refunds/:refund_id/proofs/:transfer_id': { foreign: refundOf },
  'GET /finance/refunds/:refund_id': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/:refund_id/approve': { foreign: ({ operator }) => operator.id, body: {} },
  'POST /finance/refunds/:refund_id/reject': { foreign: ({ operator }) => operator.id, body: { reason: '请补充门店停业的书面说明' } },
  'POST /finance/refunds/:refund_id/approval': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/:refund_id/rejection': { foreign: ({ operator }) => operator.id },
  'GET /finance/refunds/abnormal/:payout_id': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/abnormal/:payout_id/retry': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/abnormal/:payout_id/reroute': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/abnormal/:payout_id/return': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/abnormal/:payout_id/transfer': { foreign: ({ operator }) => operator.id },
  'GET /finance/refunds/transfers/:transfer_id/proof': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/transfers/:transfer_id/confirmation': { foreign: ({ operator }) => operator.id },
  'POST /finance/refunds/transfers/:transfer_id/rejection': { foreign: ({ operator }) => operator.id },
  'DELETE /operators/me/invoices/:invoice_id': { foreign: invoiceOf },
  'GET /operators/me/invoices/:invoice_id/pdf': { foreign: invoiceOf },
  'GET /operator/invoices/:invoice_id': { foreign: invoiceOf },
  'GET /operator/invoices/:invoice_id/file': { foreign: invoiceOf },
  'GET /operator/invoices/:invoice_id/withdrawal': { foreign: invoiceOf },
  'POST /operator/invoices/:invoice_id/withdrawal': { foreign: invoiceOf },
  'GET /operator/invoices/titles/:title_id/edit': { foreign: titleOf },
  'POST /operator/invoices/titles/:title_id/edit': { foreign: titleOf },
  'POST /operator/invoices/titles/:title_id/default': { foreign: titleOf },
  'GET /operator/invoices/titles/:title_id/delete': { foreign: titleOf },
  'POST /operator/invoices/titles/:title_id/delete': { foreign: titleOf },
  'GET /finance/reports/:report_id/download': { foreign: ({ operator }) => operator.id },
  'GET /finance/reports/schedules/:report_type': { foreign: ({ operator }) => operator.id },
  'POST /finance/reports/schedules/:report_type': { foreign: ({ operator }) => operator.id },
  'GET /finance/reports/:report_id': { foreign: ({ operator }) => operator.id },
  'GET /finance/reports/:report_id/file': { foreign: ({ operator }) => operator.id },
  'POST /finance/reports/:report_id/again': { foreign: ({ operator }) => operator.id },
  'GET /operator/invoices/:invoice_id/tax-file': { foreign: invoiceOf },
  'GET /operator/invoices/:invoice_id/reversals/:reversal_id/file': { foreign: invoiceOf },
  'GET /finance/invoices/:invoice_id/tax-file': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/tax-file': { foreign: ({ operator }) => operator.id },
  'GET /finance/invoices/:invoice_id/reversal': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/reversal': { foreign: ({ operator }) => operator.id },
  'GET /finance/invoices/:invoice_id/reversals/:reversal_id/file': { foreign: ({ operator }) => operator.id },
  'GET /finance/invoices/:invoice_id/reversals/:reversal_id/review': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/reversals/:reversal_id/confirmation': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/reversals/:reversal_id/rejection': { foreign: ({ operator }) => operator.id, body: REASON },
  'POST /finance/invoices/:invoice_id/reversals': {
    foreign: ({ operator }) => operator.id,
    body: { kind: 'red', amount: '1.00', reason_code: 'return', ...REASON },
  },
  'POST /finance/invoices/:invoice_id/reversals/:reversal_id/confirm': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/reversals/:reversal_id/reject': { foreign: ({ operator }) => operator.id, body: REASON },
  'GET /finance/invoices/:invoice_id/pdf': { foreign: ({ operator }) => operator.id },
  'GET /finance/invoices/:invoice_id': { foreign: ({ operator }) => operator.id },
  'GET /finance/invoices/:invoice_id/file': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/approval': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/rejection': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/approve': { foreign: ({ operator }) => operator.id },
  'POST /finance/invoices/:invoice_id/reject': { foreign: ({ operator }) => operator.id, body: REASON },
  'GET /operators/me/recharge/:order_id': { foreign: orderOf },
  'POST /operators/me/recharge/:order_id/cancel': { foreign: orderOf },
  'GET /operator/recharges/:order_id': { foreign: orderOf },
  'POST /operator/recharges/:order_id/checks': { foreign: orderOf },
  'GET /operator/recharges/:order_id/cancellation': { foreign: orderOf },
  'POST /operator/recharges/:order_id/cancellation': { foreign: orderOf },
  'GET /operator/recharges/:order_id/voucher': { foreign: orderOf },
  'POST /finance/quarantine/:quarantine_id/resolve': { foreign: ({ siteId }) => siteId, body: { action: 'credit', ...REASON } },
  'GET /finance/quarantine/:quarantine_id': { foreign: ({ siteId }) => siteId },
  'POST /finance/quarantine/:quarantine_id/resolution': { foreign: ({ siteId }) => siteId },
  'GET /finance/recharge-orders/:order_id': { foreign: ({ siteId }) => siteId },
  'POST /finance/recharge-orders/:order_id/checks': { foreign: ({ siteId }) => siteId },
  'GET /finance/bank-transfers/:order_id': { foreign: ({ siteId }) => siteId },
  'GET /finance/bank-transfers/:order_id/voucher': { foreign: ({ siteId }) => siteId },
  'POST /finance/bank-transfers/:order_id/confirmation': { foreign: ({ siteId }) => siteId },
  'POST /finance/bank-transfers/:order_id/rejection': { foreign: ({ siteId }) => siteId },
  'POST /finance/adjustments/:adjustment_id/confirm': { foreign: ({ siteId }) => siteId, body: {} },
  'GET /finance/adjustments/:adjustment_id': { foreign: ({ siteId }) => siteId },
  'GET /finance/adjustments/:adjustment_id/proof': { foreign: ({ siteId }) => siteId },
  'POST /finance/adjustments/:adjustment_id/submission': { foreign: ({ siteId }) => siteId },
  'POST /finance/adjustments/:adjustment_id/confirmation': { foreign: ({ siteId }) => siteId },
  'POST /finance/adjustments/:adjustment_id/rejection': { foreign: ({ siteId }) => siteId },
  'POST /finance/adjustments/:adjustment_id/withdrawal': { foreign: ({ siteId }) => siteId },
  'GET /finance/closing/days/:day': { foreign: ({ siteId }) => siteId },
  'POST /finance/closing/days/:day/closing': { foreign: ({ siteId }) => siteId },
  'GET /finance/reconciliation/unbilled/:channel': { foreign: ({ operator }) => operator.id },
  'GET /finance/reconciliation/days/:channel/:day': { foreign: ({ operator }) => operator.id },
  'GET /finance/reconciliation/days/:channel/:day/file': { foreign: ({ operator }) => operator.id },
  'POST /finance/reconciliation/days/:channel/:day/match': { foreign: ({ operator }) => operator.id },
  'GET /finance/reconciliation/differences/:difference_id': { foreign: ({ operator }) => operator.id },
  'POST /finance/reconciliation/differences/:difference_id/proposal': { foreign: ({ operator }) => operator.id },
  'POST /finance/reconciliation/differences/:difference_id/approval': { foreign: ({ operator }) => operator.id },
  'POST /finance/reconciliation/differences/:difference_id/rejection': { foreign: ({ operator }) => operator.id },
  'POST /finance/reconciliation/differences/:difference_id/carrying': { foreign: ({ operator }) => operator.id },
  'POST /finance/reconciliation/differences/:difference_id/settlement': { foreign: ({ operator }) => operator.id },
  'GET /admin/configs/:key': { foreign: ({ operator }) => operator.id },
  'PUT /admin/configs/:key': { foreign: ({ operator }) => operator.id, body: { value: 10 } },
  'POST /admin/jobs/:name/run': { foreign: ({ operator }) => operator.id },
  'GET /admin/jobs/:name/run': { foreign: ({ operator }) => operator.id },
  'GET /admin/deliveries/:id/replay': { foreign: ({ operator }) => operator.id },
  'POST /admin/deliveries/:id/replay': { foreign: ({ operator }) => operator.id },
  'GET /admin/deliveries/:id/drop': { foreign: ({ operator }) => operator.id },
  'POST /admin/deliveries/:id/drop': { foreign: ({ operator }) => operator.id, body: REASON },
  'GET /admin/settings/:key': { foreign: ({ operator }) => operator.id },
  'POST /admin/settings/:key': { foreign: ({ operator }) => operator.id },
  'GET /admin/audit-logs/:log_id': { foreign: ({ operator }) => operator.id },
  'GET /finance/audit-logs/:log_id': { foreign: ({ operator }) => operator.id },
  'GET /admin/alert-channels/:channel/test': { foreign: ({ operator }) => operator.id },
  'POST /admin/alert-channels/:channel/test': { foreign: ({ operator }) => operator.id },
  'GET /admin/releases/:release_id': { foreign: ({ operator }) => operator.id },
  'GET /admin/alerts/:alert_id': { foreign: ({ operator }) => operator.id },
  'POST /admin/alerts/:alert_id/settlement': { foreign: ({ operator }) => operator.id },
  'GET /finance/alerts/:alert_id': { foreign: ({ operator }) => operator.id },
  'POST /finance/alerts/:alert_id/settlement': { foreign: ({ operator }) => operator.id },
  'GET /admin/anomalies/:operator_id': { foreign: ({ siteId }) => siteId },
  'POST /admin/anomalies/:operator_id/unlock': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id': { foreign: ({ siteId }) => siteId },
  'PUT /admin/operators/:operator_id': { foreign: ({ siteId }) => siteId, body: { name: '改过的名字' } },
  'PUT /admin/operators/:operator_id/category': { foreign: ({ siteId }) => siteId, body: { category: 'vip' } },
  'POST /admin/operators/:operator_id/lock': { foreign: ({ siteId }) => siteId, body: REASON },
  'POST /admin/operators/:operator_id/unlock': { foreign: ({ siteId }) => siteId, body: REASON },
  'POST /admin/operators/:operator_id/deactivate': { foreign: ({ siteId }) => siteId, body: REASON },
  'GET /admin/operators/:operator_id/api-key': { foreign: ({ siteId }) => siteId },
  'POST /admin/operators/:operator_id/api-key/reset': { foreign: ({ siteId }) => siteId, body: REASON },
  'GET /admin/operators/:operator_id/timeline': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/grants': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/sites': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/money': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/calls': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/staff-actions': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/edit': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/category': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/lock': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/unlock': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/deactivate': { foreign: ({ siteId }) => siteId },
  'GET /admin/operators/:operator_id/api-key/reset': { foreign: ({ siteId }) => siteId },
  'POST /admin/operators/:operator_id/edit': { foreign: ({ siteId }) => siteId },
  'POST /admin/operators/:operator_id/category': { foreign: ({ siteId }) => siteId },
  'POST /admin/operators/:operator_id/api-key': { foreign: ({ siteId }) => siteId },
  'GET /admin/sites/:site_id': { foreign: ({ operator }) => operator.id },
  'GET /admin/sites/:site_id/edit': { foreign: ({ operator }) => operator.id },
  'POST /admin/sites/:site_id/edit': { foreign: ({ operator }) => operator.id },
  'GET /finance/customers/:operator_id': { foreign: ({ siteId }) => siteId },
  'GET /finance/customers/:operator_id/statement': { foreign: ({ siteId }) => siteId },
  'GET /finance/customers/:operator_id/details': { foreign: ({ siteId }) => siteId },
  'PUT /admin/applications/:app_id': { foreign: ({ operator }) => operator.id, body: { is_active: false } },
  'PUT /admin/applications/:app_id/price': { foreign: ({ operator }) => operator.id, body: { unit_price: '1.00' } },
  'POST /admin/app-requests/:request_id/approve': { foreign: ({ operator }) => operator.id },
  'POST /admin/app-requests/:request_id/reject': { foreign: ({ operator }) => operator.id, body: REASON },
  'DELETE /admin/authorizations/:authorization_id': { foreign: ({ operator }) => operator.id },
}

async function messageOf(victim: Victim): Promise<Uuid> {
  await transaction((tx) => notify(tx, [victim.operator.id], { type: 'security', title: '受害者的消息', content: '受害者的内容' }, now()))
  const [message] = await rawSql()<{ id: Uuid }[]>`SELECT id FROM message_notifications WHERE target_operator_id = ${victim.operator.id}`
  return message!.id
}

async function refundOf({ operator: { id: operatorId } }: Victim): Promise<Uuid> {
  const id = newId()
  await rawSql()`
    INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 100, '受害者的退款申请原因', now(), now())`
  return id
}

async function usageOf(victim: Victim): Promise<Uuid> {
  return ((await authorize(victim.url, victim)).body.data!.usage_id as string).replace('usage_', '')
}
async function exportOf({ operator: { id: operatorId } }: Victim): Promise<Uuid> {
  const id = newId()
  await rawSql()`
    INSERT INTO exports (id, operator_id, kind, format, language, filter, rows_total, file_name, created_at)
    VALUES (${id}, ${operatorId}, 'transactions', 'csv', 'zh', '{}', 1, 'transactions_20260305.csv', now())`
  return id
}
async function invoiceOf({ operator: { id: operatorId } }: Victim): Promise<Uuid> {
  const id = newId()
  await rawSql()`
    INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 'vat_normal', 100, '受害者有限公司', '91110000802100433B', 'a@example.com', now(), now())`
  return id
}
async function titleOf({ operator: { id: operatorId } }: Victim): Promise<Uuid> {
  const id = newId()
  await rawSql()`
    INSERT INTO invoice_titles (id, operator_id, invoice_title, tax_id, created_at, updated_at)
    VALUES (${id}, ${operatorId}, '受害者有限公司', '91110000802100433B', now(), now())`
  return id
}
async function sessionOf({ operator }: Victim): Promise<Uuid> {
  await operatorToken(operator.id)
  const [session] = await rawSql()<{ id: Uuid }[]>`SELECT id FROM auth_sessions WHERE operator_id = ${operator.id}`
  return session!.id
}
async function requestOf(victim: Victim): Promise<Uuid> {
  const id = newId()
  await rawSql()`
    INSERT INTO application_authorization_requests (id, operator_id, application_id, reason, created_at, updated_at)
    VALUES (${id}, ${victim.operator.id}, ${victim.applicationId}, '受害者的申请理由说明', now(), now())`
  return id
}

async function orderOf({ operator: { id: operatorId } }: Victim): Promise<Uuid> {
  const id = newId()
  await rawSql()`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, expires_at, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 432109, 'wechat', now() + interval '15 minutes', now(), now())`
  return id
}

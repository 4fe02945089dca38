import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { keyword } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { text } from '#src/core/text'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { QuarantinedPage, QuarantinePage, quarantinePath } from '#views/finance/quarantine'
import { FinanceOrderPage, FinanceOrdersPage, type FindOutcome, financeOrderPath } from '#views/finance/recharge-orders'
import { checkOrder } from './check'
import { findPayment } from './find-payment'
import { toldBy } from './quarantine'
import { listQuarantined, QUARANTINE_STATUSES, requireFoundQuarantined } from './quarantine-queries'
import { listOrders, METHODS, ORDER_STATUSES, requireAnyOrder, sumsOfOrders } from './queries'
import { Resolution } from './resolution'
import { resolveQuarantined } from './resolve-quarantine'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const VIEW = { audience: 'finance', permission: 'transaction:view' } as const
const RESOLVE = { audience: 'finance', permission: 'recharge:resolve' } as const
const mayResolve = ({ caller }: StaffCall): boolean => caller.permissions.has('recharge:resolve')

const OrdersQuery = v.object({
  ...keysetQuery,
  ...dayRangeQuery,
  keyword: v.fallback(keyword, ''),
  status: v.fallback(v.optional(v.picklist(ORDER_STATUSES)), undefined),
  method: v.fallback(v.optional(v.picklist(METHODS)), undefined),
})
const QuarantineQuery = v.object({
  ...keysetQuery,
  status: v.fallback(v.optional(v.picklist([...QUARANTINE_STATUSES, 'all']), 'open'), 'open'),
})
const PaymentSearch = v.object({
  channel: v.picklist(['wechat', 'alipay']),
  number: v.pipe(v.string(), v.trim(), v.regex(/^[0-9A-Za-z]{6,64}$/)),
})

/** What finance sees of money that came in: orders, payments that nobody finds, payments that do not fit. */
export const paymentsFinancePages = [
  page('GET /finance/recharge-orders', VIEW, (call) => showOrders(call, {})),

  page('GET /finance/recharge-orders/:order_id', VIEW, async (call) => {
    const found = await requireAnyOrder(pathId('order', call.params, 'order_id'))
    return showPage(call, h(FinanceOrderPage, { ...found, mayCheck: mayResolve(call) }))
  }),

  page('POST /finance/recharge-orders/:order_id/checks', RESOLVE, async (call) => {
    const { order } = await requireAnyOrder(pathId('order', call.params, 'order_id'))
    await checkOrder(order.id, call.info.now)
    return redirect(financeOrderPath(order.id), done('payments.order.done.checked'))
  }),

  page('POST /finance/payment-searches', RESOLVE, searchPayment),

  page('GET /finance/quarantine', VIEW, async (call) => {
    const { status, ...keyset } = pageQuery(call.request, QuarantineQuery)
    const kept = await listQuarantined(status === 'all' ? undefined : status, keyset)
    return showPage(call, h(QuarantinePage, { kept, status }))
  }),

  page('GET /finance/quarantine/:quarantine_id', VIEW, (call) => showQuarantined(call, {})),

  page('POST /finance/quarantine/:quarantine_id/resolution', { ...RESOLVE, stepUp: true }, resolve),
]

type Found = { number?: string; channel?: string; error?: string; notice?: FindOutcome }

async function showOrders(call: StaffCall, found: Found, status = 200): Promise<Response> {
  const { keyword: words, status: state, method, after, before, size, ...asked } = pageQuery(call.request, OrdersQuery)
  const dates = dayRange(asked, call.info.now)
  const search = { ...dates.stretch, keyword: words, status: state, method }
  const [orders, sums] = await Promise.all([listOrders(search, { after, before, size }), sumsOfOrders(search)])
  const { number = '', channel = 'wechat', error = null, notice = null } = found
  const props = { orders, sums, keyword: words, state, method, dates, mayFind: mayResolve(call), found: { number, channel, error, notice } }
  return showPage(call, h(FinanceOrdersPage, props), { status })
}

async function searchPayment(call: StaffCall): Promise<Response> {
  const { number = '', channel = '' } = call.form
  const checked = validate(PaymentSearch, { number, channel })
  if (!checked.ok) return showOrders(call, { number, channel, error: text(languageOf(call), 'payments.find.numberError') }, 400)
  const { outcome, order } = await findPayment(checked.value, actOf(call.caller, call.info))
  if (outcome === 'credited' || outcome === 'settled_before') {
    return redirect(financeOrderPath(order!.id), done(outcome === 'credited' ? 'payments.find.done.credited' : 'payments.find.done.known'))
  }
  return showOrders(call, { number, channel, notice: NOTICES[outcome] })
}

const NOTICES = { absent: 'none', lost: 'lost', unpaid: 'unpaid', closed: 'unpaid', quarantined: 'kept' } as const

type Refusal = { errors?: Record<string, string>; message?: string | null }

async function showQuarantined(call: StaffCall, { errors = {}, message = null }: Refusal, status = 200): Promise<Response> {
  const found = await requireFoundQuarantined(pathId('session', call.params, 'quarantine_id'))
  const { operatorId, orderId } = found.row
  const ordered = operatorId && orderId ? (await requireAnyOrder(orderId)).order.amount : null
  const { action = 'credit', operator_id = '', reason = '', manual } = call.form
  const values = { action, operator_id, reason, manual: manual === 'true' }
  const props = { ...found, ordered, told: toldBy(found.row), mayResolve: mayResolve(call), values, errors, message }
  return showPage(call, h(QuarantinedPage, props), { status })
}

async function resolve(call: StaffCall): Promise<Response> {
  const id = pathId('session', call.params, 'quarantine_id')
  await requireFoundQuarantined(id)
  const { action = '', operator_id = '', reason = '', manual } = call.form
  const given = { action, reason, manual: manual === 'true', ...(operator_id.trim() ? { operator_id: operator_id.trim() } : {}) }
  const checked = validate(Resolution, given)
  if (!checked.ok) return showQuarantined(call, { errors: fieldErrors(checked.faults, call) }, 400)
  try {
    const { status } = await resolveQuarantined(id, checked.value, actOf(call.caller, call.info))
    const key = status === 'open' ? 'payments.quarantine.done.returning' : 'payments.quarantine.done.resolved'
    return redirect(quarantinePath(id), done(key))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['action', 'operator_id', 'reason', 'manual'])
    return showQuarantined(call, { errors, message }, status)
  }
}

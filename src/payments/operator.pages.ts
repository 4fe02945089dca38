import { h } from 'preact'
import * as v from 'valibot'
import { requireOperator } from '#src/accounts/operators'
import { actOf } from '#src/audit-logs/audit-log'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { newId, showId } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { brokenRule, Problem } from '#src/core/problem'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, problemWords, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { type OperatorCaller, page, pathId } from '#src/platform/route'
import { uploadOf } from '#src/platform/upload'
import { setting } from '#src/settings/settings'
import { PRESETS, RechargePage } from '#views/operator/recharge'
import { CancelRechargePage, RechargeOrderPage } from '#views/operator/recharge-order'
import { orderPath, RechargeOrdersPage } from '#views/operator/recharge-orders'
import { TransferFormPage } from '#views/operator/recharge-transfer'
import { announceTransfer, MOST_TRANSFERRED, TransferInput, voucherResponse } from './bank-transfers/transfers'
import { cancelRecharge } from './cancel'
import { cardOf } from './card'
import { payerDevice } from './device'
import { configuredChannels } from './gateways/registry'
import { requireOwnOrder } from './orders'
import { listOwnOrders, METHODS, ORDER_STATUSES, sumsOfOwnOrders } from './queries'
import { refreshOrder } from './refresh'
import { plain, RechargeInput, startRecharge } from './start'

export type OwnCall = FormCall & { caller: OperatorCaller; params: Record<string, string> }

const FormQuery = v.object({ amount: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{1,7}(\.\d{1,2})?$/))), undefined) })
const OrdersQuery = v.object({
  ...keysetQuery,
  ...dayRangeQuery,
  status: v.fallback(v.optional(v.picklist(ORDER_STATUSES)), undefined),
  method: v.fallback(v.optional(v.picklist(METHODS)), undefined),
})
const CardQuery = v.object({ asked: v.fallback(v.optional(v.literal('true')), undefined) })

/** Recharging in the browser: an amount, a code, and what became of it. */
export const paymentsOperatorPages = [
  page('GET /operator/recharge', { audience: 'operator' }, (call) => {
    const { amount } = pageQuery(call.request, FormQuery)
    return showForm(call, amountFields(amount))
  }),

  page('GET /operator/recharges', { audience: 'operator' }, async (call) => {
    const { status, method, after, before, size, ...asked } = pageQuery(call.request, OrdersQuery)
    const dates = dayRange(asked, call.info.now)
    const filter = { ...dates.stretch, status, method }
    const [orders, sums] = await Promise.all([
      listOwnOrders(call.caller.id, filter, { after, before, size }),
      sumsOfOwnOrders(call.caller.id, filter),
    ])
    return showPage(call, h(RechargeOrdersPage, { orders, sums, state: status, method, dates }))
  }),

  page('POST /operator/recharges', { audience: 'operator' }, placeOrder),

  page('GET /operator/recharges/:order_id', { audience: 'operator' }, async (call) => {
    const { asked } = pageQuery(call.request, CardQuery)
    const card = await cardOf(call.caller.id, pathId('order', call.params, 'order_id'), call.info.now)
    return showPage(call, h(RechargeOrderPage, { ...card, asked: asked === 'true' }))
  }),

  page('POST /operator/recharges/:order_id/checks', { audience: 'operator' }, async (call) => {
    const order = await requireOwnOrder(call.caller.id, pathId('order', call.params, 'order_id'))
    try {
      await refreshOrder(order, call.info)
    } catch (error) {
      // The order's own page says how it stands; that a new code was refused changes nothing about it.
      if (!(error instanceof Problem && error.code === 'PAYMENT_FAILED')) throw error
    }
    return redirect(`${orderPath(order.id)}?asked=true`)
  }),

  page('GET /operator/recharges/:order_id/cancellation', { audience: 'operator' }, async (call) => {
    const order = await requireOwnOrder(call.caller.id, pathId('order', call.params, 'order_id'))
    if (order.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'order_id')
    return showPage(call, h(CancelRechargePage, { order }))
  }),

  page('POST /operator/recharges/:order_id/cancellation', { audience: 'operator' }, async ({ caller, params, info }) => {
    const order = await cancelRecharge(caller.id, pathId('order', params, 'order_id'), actOf(caller, info))
    return redirect(orderPath(order.id), done('recharge.done.cancelled'))
  }),

  page('GET /operator/bank-transfers/new', { audience: 'operator' }, (call) => showTransferForm(call, {})),

  page('POST /operator/bank-transfers', { audience: 'operator', upload: true }, announce),

  page('GET /operator/recharges/:order_id/voucher', { audience: 'operator' }, async (call) => {
    const order = await requireOwnOrder(call.caller.id, pathId('order', call.params, 'order_id'))
    return voucherResponse(order.id)
  }),
]

type TransferRefusal = { errors?: Record<string, string>; message?: string | null }

function showTransferForm(call: OwnCall, { errors = {}, message = null }: TransferRefusal, status = 200): Promise<Response> {
  const { amount = '', payer_name = '', transferred_on = '', key } = call.form
  const props = {
    limits: { min: plain(setting('recharge_min')), max: plain(MOST_TRANSFERRED) },
    values: { amount, payer_name, transferred_on },
    errors,
    message,
    idempotencyKey: key || newId(),
  }
  return showPage(call, h(TransferFormPage, props), { status })
}

async function announce(call: OwnCall): Promise<Response> {
  const { caller, info, form, request } = call
  const checked = validate(TransferInput, {
    amount: form.amount ?? '',
    payer_name: form.payer_name ?? '',
    transferred_on: form.transferred_on ?? '',
  })
  if (!checked.ok) return showTransferForm(call, { errors: fieldErrors(checked.faults, call) }, 400)
  try {
    const file = { bytes: uploadOf(request, 'voucher'), idempotencyKey: form.key || newId() }
    const id = await announceTransfer(caller.id, checked.value, file, actOf(caller, info))
    return redirect(orderPath(id), done('recharge.done.announced'))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['amount', 'transferred_on', 'voucher'])
    return showTransferForm(call, { errors, message }, status)
  }
}

type Values = { preset: string; own: string; method: string }

/** An amount of the page's own is a button, any other stands in its field. */
function amountFields(amount: string | undefined): Values {
  const isPreset = amount !== undefined && PRESETS.some((yuan) => Number(amount) === yuan)
  return { preset: isPreset ? `${Number(amount)}.00` : '100.00', own: amount === undefined || isPreset ? '' : amount, method: '' }
}

async function showForm(
  call: OwnCall,
  values: Values,
  refusal: { error?: string; message?: string | null } = {},
  status = 200,
): Promise<Response> {
  const [operator, orders] = await Promise.all([requireOperator(call.caller.id), listOwnOrders(call.caller.id, {}, { size: 20 })])
  const props = {
    balance: operator.balance,
    methods: configuredChannels(),
    limits: { min: plain(setting('recharge_min')), max: plain(setting('recharge_max')) },
    values,
    idempotencyKey: call.form.key || newId(),
    error: refusal.error ?? null,
    message: refusal.message ?? null,
    orders: { ...orders, rows: orders.rows.slice(0, SHOWN) },
  }
  return showPage(call, h(RechargePage, props), { status })
}

/** Orders beside the form. */
const SHOWN = 8

async function placeOrder(call: OwnCall): Promise<Response> {
  const { caller, info, form } = call
  const values = { preset: form.preset ?? '', own: form.own?.trim() ?? '', method: form.method ?? '' }
  const checked = validate(RechargeInput, { amount: values.own || values.preset, payment_method: values.method })
  if (!checked.ok) {
    const { amount, payment_method: message } = fieldErrors(checked.faults, call)
    return showForm(call, values, { error: amount, message }, 400)
  }
  const recharge = {
    ...checked.value,
    operatorId: caller.id,
    device: payerDevice(info.userAgent),
    clientIp: info.ip,
    idempotencyKey: form.key || null,
  }
  try {
    const order = await startRecharge(recharge, actOf(caller, info))
    return redirect(`/operator/recharges/${showId('order', order.id)}`)
  } catch (error) {
    return refused(call, values, error)
  }
}

/** Said where it was asked, with what was filled in; a new key, since the order of this one has failed. */
async function refused(call: OwnCall, values: Values, error: unknown): Promise<Response> {
  if (error instanceof Problem && (error.code === 'PAYMENT_FAILED' || error.code === 'PAYMENT_UNAVAILABLE')) {
    return showForm({ ...call, form: {} }, values, { message: problemWords(error, call) }, error.status)
  }
  const { status, errors, message } = refusalOf(error, call, ['amount'])
  return showForm(call, values, { error: errors.amount, message }, status)
}

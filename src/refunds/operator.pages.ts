import { h } from 'preact'
import * as v from 'valibot'
import { requireOperator } from '#src/accounts/operators'
import { actOf } from '#src/audit-logs/audit-log'
import { keysetQuery } from '#src/core/keyset'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { type OperatorCaller, page, pathId } from '#src/platform/route'
import { RefundPage, WithdrawRefundPage } from '#views/operator/refund'
import { AskRefundPage, type AskRefundProps, RefundsPage, refundPath } from '#views/operator/refunds'
import { proofResponse } from './proof-response'
import { findTransfer, payoutsOf, REFUND_STATUSES, refundsPage, requireRefund, transfersOf } from './queries'
import { RefundInput, requestRefund, withdrawRefund } from './request'

type OwnCall = FormCall & { caller: OperatorCaller }

const PATH = '/operator/refunds'
const RefundsQuery = v.object({ ...keysetQuery, status: v.fallback(v.optional(v.picklist([...REFUND_STATUSES, 'all']), 'all'), 'all') })

/** An operator's refunds in the browser: asked for, followed, taken back. */
export const refundsOperatorPages = [
  page(`GET ${PATH}`, { audience: 'operator' }, async (call) => {
    const { status, ...keyset } = pageQuery(call.request, RefundsQuery)
    const [refunds, { balance }] = await Promise.all([
      refundsPage({ status, operatorId: call.caller.id }, keyset),
      requireOperator(call.caller.id),
    ])
    return showPage(call, h(RefundsPage, { refunds, status, balance }))
  }),

  page(`GET ${PATH}/new`, { audience: 'operator' }, (call) => ask(call, { values: { amount: '', reason: '' }, errors: {}, message: null })),

  page(`POST ${PATH}/new`, { audience: 'operator' }, async (call) => {
    const { caller, info, form } = call
    const values = { amount: (form.amount ?? '').trim(), reason: form.reason ?? '' }
    const checked = validate(RefundInput, { reason: values.reason, ...(values.amount === '' ? {} : { amount: values.amount }) })
    if (!checked.ok) return ask(call, { values, errors: fieldErrors(checked.faults, call), message: null }, 400)
    try {
      const id = await transaction((tx) => requestRefund(tx, caller.id, checked.value, actOf(caller, info)))
      return redirect(refundPath(id), done('refunds.done.asked'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['amount', 'reason'])
      return ask(call, { values, errors, message }, status)
    }
  }),

  page(`GET ${PATH}/:refund_id`, { audience: 'operator' }, async (call) => {
    const refund = await requireRefund(pathId('refund', call.params, 'refund_id'), call.caller.id)
    const [payouts, transfers] = await Promise.all([payoutsOf(refund.id), transfersOf(refund.id)])
    const paidBy = new Map(transfers.filter(({ status }) => status === 'done').map(({ payoutId, id }) => [payoutId, id]))
    const shown = payouts.map((payout) => ({ ...payout, transferId: paidBy.get(payout.id) ?? null }))
    return showPage(call, h(RefundPage, { refund, payouts: shown }))
  }),

  page(`GET ${PATH}/:refund_id/withdrawal`, { audience: 'operator' }, async (call) => {
    const refund = await requireRefund(pathId('refund', call.params, 'refund_id'), call.caller.id)
    return showPage(call, h(WithdrawRefundPage, { refund }))
  }),

  page(`POST ${PATH}/:refund_id/withdrawal`, { audience: 'operator' }, async (call) => {
    const { caller, info, params } = call
    const id = pathId('refund', params, 'refund_id')
    await transaction((tx) => withdrawRefund(tx, caller.id, id, actOf(caller, info)))
    return redirect(refundPath(id), done('refunds.done.withdrawn'))
  }),

  page(`GET ${PATH}/:refund_id/proofs/:transfer_id`, { audience: 'operator' }, async ({ caller, params }) => {
    const id = pathId('session', params, 'transfer_id')
    return proofResponse(await findTransfer(id, caller.id), id)
  }),
]

async function ask(call: OwnCall, props: Omit<AskRefundProps, 'balance'>, status = 200): Promise<Response> {
  const { balance } = await requireOperator(call.caller.id)
  return showPage(call, h(AskRefundPage, { balance, ...props }), { status })
}

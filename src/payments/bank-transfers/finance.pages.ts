import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { BankTransferPage, BankTransfersPage, transferPath } from '#views/finance/bank-transfers'
import { confirmTransfer, rejectTransfer, TransferConfirmation, TransferRejection } from './review'
import { listTransfers, requireTransfer, reviewersOf, voucherResponse } from './transfers'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const VIEW = { audience: 'finance', permission: 'transaction:view' } as const
const RESOLVE = { audience: 'finance', permission: 'recharge:resolve' } as const

const ListQuery = v.object({
  ...keysetQuery,
  state: v.fallback(v.optional(v.picklist(['waiting', 'decided']), 'waiting'), 'waiting'),
})

const orderId = (call: StaffCall): Uuid => pathId('order', call.params, 'order_id')

/** Finance looks at vouchers of bank transfers and says whether the money has come. */
export const bankTransfersFinancePages = [
  page('GET /finance/bank-transfers', VIEW, async (call) => {
    const { state, ...keyset } = pageQuery(call.request, ListQuery)
    return showPage(call, h(BankTransfersPage, { transfers: await listTransfers(state, keyset), state }))
  }),

  page('GET /finance/bank-transfers/:order_id', VIEW, (call) => showTransfer(call, {})),

  page('GET /finance/bank-transfers/:order_id/voucher', VIEW, (call) => voucherResponse(orderId(call))),

  page('POST /finance/bank-transfers/:order_id/confirmation', { ...RESOLVE, stepUp: true }, async (call) => {
    const id = (await requireTransfer(orderId(call))).order.id
    const checked = validate(TransferConfirmation, { bank_reference: call.form.bank_reference ?? '' })
    if (!checked.ok) return showTransfer(call, { errors: fieldErrors(checked.faults, call) }, 400)
    return orRefused(call, ['bank_reference'], async () => {
      const outcome = await confirmTransfer(id, checked.value.bank_reference, actOf(call.caller, call.info))
      return redirect(transferPath(id), done(`payments.transfers.done.${outcome}`))
    })
  }),

  page('POST /finance/bank-transfers/:order_id/rejection', RESOLVE, async (call) => {
    const id = (await requireTransfer(orderId(call))).order.id
    const checked = validate(TransferRejection, { reason: call.form.reason ?? '' })
    if (!checked.ok) return showTransfer(call, { errors: fieldErrors(checked.faults, call) }, 400)
    return orRefused(call, ['reason'], async () => {
      await rejectTransfer(id, checked.value.reason, actOf(call.caller, call.info))
      return redirect(transferPath(id), done('payments.transfers.done.rejected'))
    })
  }),
]

type Refusal = { errors?: Record<string, string>; message?: string | null }

async function orRefused(call: StaffCall, fields: string[], work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, fields)
    return showTransfer(call, { errors, message }, status)
  }
}

async function showTransfer(call: StaffCall, { errors = {}, message = null }: Refusal, status = 200): Promise<Response> {
  const found = await requireTransfer(orderId(call))
  const { bank_reference = '', reason = '' } = call.form
  const props = {
    ...found,
    ...(await reviewersOf(found.transfer)),
    mayResolve: call.caller.permissions.has('recharge:resolve'),
    limit: setting('adjustment_dual_review_limit'),
    values: { bank_reference, reason },
    errors,
    message,
  }
  return showPage(call, h(BankTransferPage, props), { status })
}

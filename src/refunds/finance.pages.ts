import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { keyword } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { uploadOf } from '#src/platform/upload'
import { setting } from '#src/settings/settings'
import { type CaseProps, RefundCase } from '#views/finance/refund'
import { AbnormalRefundPage, AbnormalRefundsPage, type DeskProps, deskPath, TRANSFER_FIELDS } from '#views/finance/refund-desk'
import { casePath, RefundDeskPage } from '#views/finance/refunds'
import { refundCase } from './case'
import { DeskInput, giveBack, reroutePayout, retryPayout } from './desk'
import { confirmTransfer, enterTransfer, keepProof, rejectTransfer, TransferInput } from './manual-payout'
import { proofResponse } from './proof-response'
import {
  deskCounts,
  deskPage,
  findListedPayout,
  findTransfer,
  nextPending,
  REFUND_STATUSES,
  refundsPage,
  requireRefund,
  transfersOf,
} from './queries'
import { approveRefund, RefundApproval, RefundRejection, rejectRefund } from './review'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/finance/refunds'
const DESK = `${PATH}/abnormal`
const LOOK = { audience: 'finance', permission: 'refund:view' } as const
const DECIDE = { audience: 'finance', permission: 'refund:review' } as const
/** Money goes out over it. */
const PAY = { ...DECIDE, stepUp: true } as const

const QueueQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  status: v.fallback(v.optional(v.picklist([...REFUND_STATUSES, 'all']), 'pending'), 'pending'),
})

/** Finance at its refund desk: the queue, the case, what a channel did not pay, what is sent by hand. */
export const refundsFinancePages = [
  page(`GET ${PATH}`, LOOK, async (call) => showPage(call, h(RefundDeskPage, { queue: await queueOf(call), opened: null }))),

  page(`GET ${PATH}/:refund_id`, LOOK, (call) => showCase(call, {})),

  page(`POST ${PATH}/:refund_id/approval`, PAY, (call) =>
    decide(call, RefundApproval, { note: call.form.note || null }, async ({ note }, id) => {
      const { actual } = await transaction((tx) => approveRefund(tx, id, note, actOf(call.caller, call.info)))
      return actual === null ? 'refunds.done.first' : 'refunds.done.approved'
    }),
  ),

  page(`POST ${PATH}/:refund_id/rejection`, DECIDE, (call) =>
    decide(call, RefundRejection, { reason: call.form.reason ?? '' }, async ({ reason }, id) => {
      await transaction((tx) => rejectRefund(tx, id, reason, actOf(call.caller, call.info)))
      return 'refunds.done.rejected'
    }),
  ),

  page(`GET ${DESK}`, LOOK, async (call) => {
    const [payouts, counts] = await Promise.all([deskPage(pageQuery(call.request, v.object(keysetQuery))), deskCounts()])
    return showPage(call, h(AbnormalRefundsPage, { payouts, counts }))
  }),

  page(`GET ${DESK}/:payout_id`, LOOK, (call) => showPayout(call, payoutId(call), {})),

  page(`POST ${DESK}/:payout_id/retry`, PAY, (call) =>
    onDesk(call, payoutId(call), async (id) => {
      const changed = await retryPayout(id, actOf(call.caller, call.info))
      return redirect(deskPath(id), done(changed ? 'refunds.done.retried' : 'refunds.done.unchanged'))
    }),
  ),

  page(`POST ${DESK}/:payout_id/reroute`, PAY, (call) =>
    withReason(call, payoutId(call), async (id, reason) => {
      const transferred = await reroutePayout(id, reason, actOf(call.caller, call.info))
      return redirect(deskPath(transferred), done('refunds.done.rerouted'))
    }),
  ),

  page(`POST ${DESK}/:payout_id/return`, PAY, (call) =>
    withReason(call, payoutId(call), async (id, reason) => {
      await giveBack(id, reason, actOf(call.caller, call.info))
      return redirect(DESK, done('refunds.done.returned'))
    }),
  ),

  page(`POST ${DESK}/:payout_id/transfer`, { ...PAY, upload: true }, (call) =>
    onDesk(call, payoutId(call), async (id) => {
      const values = Object.fromEntries(TRANSFER_FIELDS.map((name) => [name, call.form[name] ?? '']))
      const checked = validate(TransferInput, values)
      if (!checked.ok) return showPayout(call, id, { values, errors: fieldErrors(checked.faults, call) }, 400)
      const proof = await keepProof(uploadOf(call.request, 'proof'))
      const outcome = await transaction((tx) => enterTransfer(tx, id, checked.value, proof, actOf(call.caller, call.info)))
      return redirect(deskPath(id), done(outcome === 'done' ? 'refunds.done.entered' : 'refunds.done.waits'))
    }),
  ),

  page(`GET ${PATH}/transfers/:transfer_id/proof`, LOOK, async ({ params }) => {
    const id = pathId('session', params, 'transfer_id')
    return proofResponse(await findTransfer(id), id)
  }),

  page(`POST ${PATH}/transfers/:transfer_id/confirmation`, PAY, async (call) => {
    const { id, payoutId: payout } = await requireTransfer(call)
    return onDesk(call, payout, async () => {
      await transaction((tx) => confirmTransfer(tx, id, actOf(call.caller, call.info)))
      return redirect(DESK, done('refunds.done.confirmed'))
    })
  }),

  page(`POST ${PATH}/transfers/:transfer_id/rejection`, DECIDE, async (call) => {
    const { id, payoutId: payout } = await requireTransfer(call)
    return withReason(call, payout, async (_payout, reason) => {
      await transaction((tx) => rejectTransfer(tx, id, reason, actOf(call.caller, call.info)))
      return redirect(deskPath(payout), done('refunds.done.unconfirmed'))
    })
  }),
]

async function queueOf(call: StaffCall) {
  const { status, keyword: words, ...keyset } = pageQuery(call.request, QueueQuery)
  const [refunds, counts] = await Promise.all([refundsPage({ status, keyword: words }, keyset), deskCounts()])
  return { refunds, status, keyword: words, counts }
}

async function showCase(call: StaffCall, shown: Partial<CaseProps>, status = 200): Promise<Response> {
  const { caller, params, info } = call
  const refund = await requireRefund(pathId('refund', params, 'refund_id'))
  const [queue, found] = await Promise.all([queueOf(call), refundCase(refund, info.now)])
  const mayReview = caller.permissions.has('refund:review')
  const isOwnFirst = refund.reviewStage === 2 && refund.firstReviewer === caller.id
  const usual = { values: { note: '', reason: '' }, errors: {}, message: null }
  const open = h(RefundCase, { ...found, mayReview, isOwnFirst, ...usual, ...shown })
  return showPage(call, h(RefundDeskPage, { queue, opened: refund.id, children: open }), { status })
}

type DoneWord = Parameters<typeof done>[0]

/** After a decision the case that has waited longest opens. */
async function decide<S extends v.GenericSchema>(
  call: StaffCall,
  schema: S,
  given: { note?: string | null; reason?: string },
  run: (input: v.InferOutput<S>, id: Uuid) => Promise<DoneWord>,
): Promise<Response> {
  const id = pathId('refund', call.params, 'refund_id')
  const values = { note: given.note ?? '', reason: given.reason ?? '' }
  const checked = validate(schema, given)
  if (!checked.ok) return showCase(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
  try {
    const word = await run(checked.value, id)
    const next = await nextPending(id)
    return redirect(next ? casePath(next) : PATH, done(word))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['note', 'reason'])
    return showCase(call, { values, errors, message }, status)
  }
}

const payoutId = ({ params }: StaffCall): Uuid => pathId('session', params, 'payout_id')

async function requireTransfer({ params }: StaffCall) {
  const id = pathId('session', params, 'transfer_id')
  const transfer = await findTransfer(id)
  if (!transfer) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return transfer
}

/** A refusal is told on the payout's own page. */
async function onDesk(call: StaffCall, id: Uuid, run: (id: Uuid) => Promise<Response>): Promise<Response> {
  try {
    return await run(id)
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, [...TRANSFER_FIELDS, 'proof', 'reason'])
    return showPayout(call, id, { values: call.form, errors, message }, status)
  }
}

async function withReason(call: StaffCall, id: Uuid, run: (id: Uuid, reason: string) => Promise<Response>): Promise<Response> {
  const checked = validate(DeskInput, { reason: call.form.reason ?? '' })
  if (!checked.ok)
    return showPayout(call, id, { values: { reason: call.form.reason ?? '' }, errors: fieldErrors(checked.faults, call) }, 400)
  return onDesk(call, id, (payout) => run(payout, checked.value.reason))
}

async function showPayout(call: StaffCall, id: Uuid, shown: Partial<DeskProps>, status = 200): Promise<Response> {
  const payout = await findListedPayout(id)
  if (!payout) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  const transfers = (await transfersOf(payout.refundId))
    .filter((transfer) => transfer.payoutId === id)
    .map((transfer) => ({ ...transfer, isOwn: transfer.enteredBy === call.caller.id }))
  const mayReview = call.caller.permissions.has('refund:review')
  const usual = { values: {}, errors: {}, message: null, limit: setting('refund_dual_review_limit') }
  return showPage(call, h(AbnormalRefundPage, { payout, transfers, mayReview, ...usual, ...shown }), { status })
}

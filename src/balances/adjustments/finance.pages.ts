import { h } from 'preact'
import * as v from 'valibot'
import { requireOperator } from '#src/accounts/operators'
import { listOperators } from '#src/accounts/queries'
import { actOf } from '#src/audit-logs/audit-log'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { idOf, keyword } from '#src/core/fields'
import { newId, parseId, showId, type Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { text } from '#src/core/text'
import { say, validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { uploadOf } from '#src/platform/upload'
import { setting } from '#src/settings/settings'
import { AdjustmentPage } from '#views/finance/adjustment'
import { ADJUSTMENT_FIELDS, AdjustmentFormPage, type AdjustmentFormProps, ChooseOperatorPage } from '#views/finance/adjustment-form'
import { AdjustmentsPage, adjustmentPath } from '#views/finance/adjustments'
import { AdjustmentInput, type Outcome } from './adjust'
import { checkedProof, proofResponse } from './proof'
import { ADJUSTMENT_FILTER, listAdjustments, requireAdjustment, sumAdjustments } from './queries'
import { AdjustmentRejection, confirmAdjustment, draftAdjustment, rejectAdjustment, submitDraft, withdrawAdjustment } from './review'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/finance/adjustments'
const AT = `${PATH}/:adjustment_id` as const
const VIEW = { audience: 'finance', permission: 'transaction:view' } as const
const ENTER = { audience: 'finance', permission: 'adjustment:create' } as const
const MOVE = { ...ENTER, stepUp: true } as const

const ListQuery = v.object({
  ...keysetQuery,
  ...dayRangeQuery,
  keyword: v.fallback(keyword, ''),
  operator: v.optional(idOf('operator')),
  ...ADJUSTMENT_FILTER,
})
const NewQuery = v.object({
  keyword: v.fallback(keyword, ''),
  operator: v.optional(idOf('operator')),
  corrects: v.optional(idOf('transaction')),
})

/** What a person fills in; a proof is asked of everybody who does it by hand. */
const FormInput = v.object({
  ...AdjustmentInput.entries,
  corrects: v.pipe(
    v.string(),
    v.trim(),
    v.check(
      (given) => given === '' || parseId('transaction', given) !== undefined,
      say('须为 txn_ 开头的流水号', 'must be the txn_ id of a transaction'),
    ),
    v.transform((given) => parseId('transaction', given) ?? null),
  ),
})

const MOST_OFFERED = 20

/** Finance corrects balances by hand: enters, looks at it once more, and above the limit lets a second person look. */
export const adjustmentsFinancePages = [
  page(`GET ${PATH}`, VIEW, async (call) => {
    const { keyword: words, status, direction, operator: operatorId, range, from, to, ...keyset } = pageQuery(call.request, ListQuery)
    const dates = dayRange({ range, from, to }, call.info.now)
    const filter = { status, direction, operatorId, keyword: words, stretch: dates.stretch }
    const [adjustments, sums, operator] = await Promise.all([
      listAdjustments(filter, keyset),
      sumAdjustments(filter),
      operatorId ? requireOperator(operatorId) : null,
    ])
    const mayCreate = call.caller.permissions.has('adjustment:create')
    const shown = { status, direction, keyword: words, operator }
    return showPage(call, h(AdjustmentsPage, { adjustments, sums, filter: shown, dates, mayCreate }))
  }),

  page(`GET ${PATH}/new`, ENTER, async (call) => {
    const { keyword: words, operator, corrects } = pageQuery(call.request, NewQuery)
    if (operator) {
      const values = { direction: 'in', amount: '', reason: '', corrects: corrects ? showId('transaction', corrects) : '' }
      return showForm(call, operator, { values })
    }
    const { operators, total } = await listOperators({
      keyword: words,
      page: 1,
      page_size: MOST_OFFERED,
      sort_by: 'created_at',
      sort_order: 'desc',
      category: 'all',
      include_deactivated: false,
    })
    return showPage(call, h(ChooseOperatorPage, { keyword: words, operators, total }))
  }),

  page(`POST ${PATH}/new`, { ...ENTER, upload: true }, enter),

  page(`GET ${AT}`, VIEW, (call) => showAdjustment(call, {})),

  page(`GET ${AT}/proof`, VIEW, async (call) => proofResponse(await requireAdjustment(idIn(call)))),

  page(`POST ${AT}/submission`, MOVE, (call) => decide(call, async (id) => told(await submitDraft(id, actOf(call.caller, call.info))))),

  page(`POST ${AT}/confirmation`, MOVE, (call) =>
    decide(call, async (id) => told(await confirmAdjustment(id, actOf(call.caller, call.info)))),
  ),

  page(`POST ${AT}/rejection`, ENTER, (call) => {
    const checked = validate(AdjustmentRejection, { reason: call.form.reason ?? '' })
    if (!checked.ok) return showAdjustment(call, { errors: fieldErrors(checked.faults, call) }, 400)
    return decide(call, async (id) => {
      await rejectAdjustment(id, checked.value.reason, actOf(call.caller, call.info))
      return 'adjustments.done.rejected'
    })
  }),

  page(`POST ${AT}/withdrawal`, ENTER, (call) =>
    decide(call, async (id) => {
      await withdrawAdjustment(id, actOf(call.caller, call.info))
      return 'adjustments.done.withdrawn'
    }),
  ),
]

const idIn = ({ params }: StaffCall): Uuid => pathId('adjustment', params, 'adjustment_id')

const told = ({ row }: Outcome) => (row ? 'adjustments.done.booked' : 'adjustments.done.waits')

async function enter(call: StaffCall): Promise<Response> {
  const { operator = '', direction = '', amount = '', reason = '', corrects = '', key } = call.form
  const values = { direction, amount, reason, corrects }
  const idempotencyKey = key?.slice(0, 128) || newId()
  const operatorId = parseId('operator', operator)
  if (!operatorId) return redirect(`${PATH}/new`)
  const shown = { values, idempotencyKey }
  const checked = validate(FormInput, { operator_id: operator, ...values })
  const file = uploadOf(call.request, 'proof')
  const lacking = file ? {} : { proof: text(languageOf(call), 'adjustments.proof.required') }
  if (!checked.ok || !file) {
    const errors = checked.ok ? {} : fieldErrors(checked.faults, call)
    return showForm(call, operatorId, { ...shown, errors: { ...errors, ...lacking } }, 400)
  }
  const { corrects: correctsId, ...input } = checked.value
  try {
    const given = { input, correctsId, proof: checkedProof(file), key: idempotencyKey }
    const adjustment = await draftAdjustment(given, actOf(call.caller, call.info))
    return redirect(adjustmentPath(adjustment.id))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ADJUSTMENT_FIELDS)
    return showForm(call, operatorId, { ...shown, errors, message }, status)
  }
}

type FormShown = Pick<AdjustmentFormProps, 'values'> & Partial<AdjustmentFormProps>

async function showForm(call: StaffCall, operatorId: Uuid, shown: FormShown, status = 200): Promise<Response> {
  const operator = await requireOperator(operatorId)
  const usual = { errors: {}, message: null, idempotencyKey: newId(), limit: setting('adjustment_dual_review_limit') }
  return showPage(call, h(AdjustmentFormPage, { operator, ...usual, ...shown }), { status })
}

/** A refusal is told on the adjustment's own page. */
async function decide(call: StaffCall, run: (id: Uuid) => Promise<Parameters<typeof done>[0]>): Promise<Response> {
  const id = idIn(call)
  try {
    return redirect(adjustmentPath(id), done(await run(id)))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['reason'])
    return showAdjustment(call, { errors, message }, status)
  }
}

type Shown = { errors?: { reason?: string }; message?: string | null }

async function showAdjustment(call: StaffCall, { errors = {}, message = null }: Shown, status = 200): Promise<Response> {
  const adjustment = await requireAdjustment(idIn(call))
  const { caller, form } = call
  const props = {
    adjustment,
    limit: setting('adjustment_dual_review_limit'),
    isOwn: adjustment.createdBy === caller.id,
    mayCreate: caller.permissions.has('adjustment:create'),
    values: { reason: form.reason ?? '' },
    errors,
    message,
  }
  return showPage(call, h(AdjustmentPage, props), { status })
}

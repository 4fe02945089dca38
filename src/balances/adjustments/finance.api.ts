import { actOf } from '#src/audit-logs/audit-log'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { invalidFields, Problem } from '#src/core/problem'
import { validate, validateBody } from '#src/core/validation'
import { json, readBody, requireMediaType } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { readUploadForm, uploadOf } from '#src/platform/upload'
import { AdjustmentInput, type Outcome } from './adjust'
import { AdjustedAnswer, ConfirmedAdjustmentAnswer } from './answers'
import { checkedProof } from './proof'
import { adjustBalance, confirmAdjustment } from './review'

const MANAGER = { audience: 'finance', permission: 'adjustment:create', stepUp: true } as const

/** A key of the caller's own: the same one again is the same adjustment. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/

/** Finance corrects balances by hand (API 6). */
export const adjustmentsFinanceApi = [
  api(
    'POST /finance/adjustments',
    { ...MANAGER, answer: AdjustedAnswer, reads: { body: AdjustmentInput } },
    async ({ caller, request, info }) => {
      const key = requireKey(request)
      const { input, file } = await readAdjustment(request)
      const outcome = await adjustBalance({ input, correctsId: null, proof: checkedProof(file), key }, actOf(caller, info))
      const headers: Record<string, string> = outcome.isNew ? {} : { 'Idempotency-Replayed': 'true' }
      return json(201, { success: true, data: outcomeJson(outcome) }, headers)
    },
  ),

  api(
    'POST /finance/adjustments/:adjustment_id/confirm',
    { ...MANAGER, answer: ConfirmedAdjustmentAnswer },
    async ({ caller, params, info }) => {
      const outcome = await confirmAdjustment(pathId('adjustment', params, 'adjustment_id'), actOf(caller, info))
      return json(200, { success: true, data: outcomeJson(outcome) })
    },
  ),
]

/** Throws INVALID_PARAMS: without a key a lost answer would be money twice. */
function requireKey(request: Request): string {
  const key = request.headers.get('idempotency-key')
  if (key !== null && IDEMPOTENCY_KEY.test(key)) return key
  const message =
    key === null ? { zh: '不能为空', en: 'is required' } : { zh: '须为1-128个可见ASCII字符', en: 'must be 1-128 visible ASCII characters' }
  throw new Problem('INVALID_PARAMS', [{ field: 'Idempotency-Key', message }], 'shape')
}

/** JSON, or a form where a proof comes along. */
async function readAdjustment(request: Request): Promise<{ input: AdjustmentInput; file: Uint8Array | undefined }> {
  if (isForm(request)) {
    const fields = await readUploadForm(request)
    const parsed = validate(AdjustmentInput, { ...fields })
    if (!parsed.ok) throw invalidFields(parsed.faults)
    return { input: parsed.value, file: uploadOf(request, 'proof') }
  }
  requireMediaType(request, 'application/json')
  const parsed = validateBody(AdjustmentInput, await readBody(request))
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return { input: parsed.value, file: undefined }
}

const isForm = (request: Request): boolean => request.headers.get('content-type')?.toLowerCase().startsWith('multipart/form-data') === true

function outcomeJson({ adjustment, row }: Outcome) {
  if (!row) return { adjustment_id: showId('adjustment', adjustment.id), status: 'pending', review_stage: 2 }
  return { transaction_id: showId('transaction', row.id), balance_before: yuan(row.balanceBefore), balance_after: yuan(row.balanceAfter) }
}

import * as v from 'valibot'
import { answers, wireId, yuanText } from '#src/core/answers'

/** What the routes of adjustments answer (API 6). */

const booked = v.strictObject({ transaction_id: wireId('transaction'), balance_before: yuanText, balance_after: yuanText })
const waits = v.strictObject({ adjustment_id: wireId('adjustment'), status: v.literal('pending'), review_stage: v.literal(2) })

export const AdjustedAnswer = answers(v.union([booked, waits]), {
  status: 201,
  errors: ['IDEMPOTENCY_KEY_CONFLICT', 'OPERATOR_NOT_FOUND', 'INSUFFICIENT_BALANCE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'],
})
export const ConfirmedAdjustmentAnswer = answers(booked, {
  errors: ['RESOURCE_NOT_FOUND', 'SECOND_REVIEWER_REQUIRED', 'INSUFFICIENT_BALANCE'],
})

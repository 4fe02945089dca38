import * as v from 'valibot'
import { answersList, bareId, count, isoText, oneOf, orNull, wireId, words } from '#src/core/answers'
import { ACTOR_KINDS } from './entries'

/** What the audit logs' routes answer (API 5 and 6). */

/** Whatever an operation has to tell: before and after, reason, amounts. */
const details = v.pipe(v.record(v.string(), v.unknown()), v.metadata({ examples: [{ before: '10', after: '20' }] }))
const origin = {
  ip_address: orNull(words('203.0.113.7')),
  user_agent: orNull(words('Mozilla/5.0')),
  created_at: isoText,
}

/** Our people and operators have prefixes of their own; the system has no id. */
const actorId = v.union([wireId('admin'), wireId('finance'), wireId('operator')])

export const AuditLogsAnswer = answersList(
  v.strictObject({
    log_id: wireId('log'),
    seq: count,
    actor_type: oneOf(ACTOR_KINDS),
    actor_id: orNull(actorId),
    actor_name: words('李薇'),
    actor_role: words('super_admin'),
    operation_type: words('config_update'),
    target_type: orNull(words('config')),
    target_resource_id: orNull(words('rate_limit_per_minute')),
    operation_details: details,
    ...origin,
    request_id: orNull(bareId),
    hash: v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{64}$/),
      v.metadata({ examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] }),
    ),
  }),
)

export const FinanceAuditLogsAnswer = answersList(
  v.strictObject({
    log_id: wireId('log'),
    finance_id: v.union([wireId('finance'), wireId('admin')]),
    finance_name: words('张发财'),
    operation_type: words('refund_approve'),
    target_resource_id: orNull(words('refund_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55')),
    operation_details: details,
    ...origin,
  }),
)

import * as v from 'valibot'
import { answersList, isoText, oneOf, orNull, wireId, words, yuanText } from '#src/core/answers'
import { MOVEMENT_KINDS } from './transactions'

/** What the routes of an operator's money answer (API 4). */
export const TransactionsAnswer = answersList(
  v.strictObject({
    transaction_id: wireId('transaction'),
    type: oneOf(MOVEMENT_KINDS),
    direction: oneOf(['in', 'out']),
    amount: yuanText,
    balance_before: yuanText,
    balance_after: yuanText,
    created_at: isoText,
    related_usage_id: orNull(wireId('usage')),
    related_refund_id: orNull(wireId('refund')),
    payment_method: orNull(oneOf(['wechat', 'alipay', 'bank'])),
    status: v.literal('success'),
    description: words('星际防线 4 人'),
  }),
)

import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { answers, count, dayText, oneOf, ratio, wireId, words, yuanText } from '#src/core/answers'

/** What the routes of finance's first page answer (API 6). */

/** More may go back than came in. */
const signedYuan = v.pipe(v.string(), v.regex(/^-?\d+\.\d{2}$/), v.metadata({ examples: ['-120.00'] }))

export const DashboardAnswer = answers(
  v.strictObject({
    today_recharge: yuanText,
    today_consumption: yuanText,
    today_refund: signedYuan,
    today_net_income: signedYuan,
    total_operators: count,
    active_operators_today: count,
  }),
)

const flows = { recharge: yuanText, consumption: yuanText, refund: signedYuan, net_income: signedYuan }
export const TrendsAnswer = answers(
  v.strictObject({
    month: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}$/), v.metadata({ examples: ['2026-01'] })),
    chart_data: v.array(v.strictObject({ date: dayText, ...flows })),
    summary: v.strictObject({
      total_recharge: yuanText,
      total_consumption: yuanText,
      total_refund: signedYuan,
      total_net_income: signedYuan,
    }),
  }),
)

export const TopCustomersAnswer = answers(
  v.strictObject({
    customers: v.array(
      v.strictObject({
        rank: count,
        operator_id: wireId('operator'),
        operator_name: words('杭州幻境数字娱乐'),
        category: oneOf(CATEGORIES),
        total_consumption: yuanText,
        consumption_percentage: ratio(2),
        total_sessions: count,
      }),
    ),
    total_consumption: yuanText,
  }),
)

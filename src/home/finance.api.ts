import * as v from 'valibot'
import { showId } from '#src/core/ids'
import { type Money, yuan } from '#src/core/money'
import { businessDay } from '#src/core/time'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { say } from '#src/core/validation'
import { success } from '#src/platform/http'
import { api } from '#src/platform/route'
import { DashboardAnswer, TopCustomersAnswer, TrendsAnswer } from './answers'
import { type Flows, flowsOfMonth, netIncome, rankCustomers, sumOfDays, todaysFlows } from './finance-figures'

const DASHBOARD = { audience: 'finance', permission: 'finance:dashboard' } as const

const TrendsQuery = v.object({
  month: v.optional(v.pipe(v.string(), v.regex(/^20\d{2}-(0[1-9]|1[0-2])$/, say('须为YYYY-MM', 'must be YYYY-MM')))),
})
const TopQuery = v.object({
  ...timeQuery,
  limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)), '10'),
})

/** What finance sees first, for programs (API 6). */
export const homeFinanceApi = [
  api('GET /finance/dashboard', { ...DASHBOARD, answer: DashboardAnswer }, async ({ info }) => {
    const today = await todaysFlows(info.now)
    const { recharge, consumption, refund, net_income } = flowsJson(today)
    return success({
      today_recharge: recharge,
      today_consumption: consumption,
      today_refund: refund,
      today_net_income: net_income,
      total_operators: today.operators,
      active_operators_today: today.activeToday,
    })
  }),

  api('GET /finance/dashboard/trends', { ...DASHBOARD, answer: TrendsAnswer, query: TrendsQuery }, async ({ query, info }) => {
    const month = query.month ?? businessDay(info.now).slice(0, 7)
    const days = await flowsOfMonth(month)
    const { recharge, consumption, refund, net_income } = flowsJson(sumOfDays(days))
    return success({
      month,
      chart_data: days.map((day) => ({ date: day.day, ...flowsJson(day) })),
      summary: { total_recharge: recharge, total_consumption: consumption, total_refund: refund, total_net_income: net_income },
    })
  }),

  api('GET /finance/top-customers', { ...DASHBOARD, answer: TopCustomersAnswer, query: TopQuery }, async ({ query }) => {
    const { limit, ...times } = query
    const { customers, total } = await rankCustomers(timeFilter(times), limit)
    const ranked = customers.map((customer, at) => ({
      rank: at + 1,
      operator_id: showId('operator', customer.id),
      operator_name: customer.name,
      category: customer.category,
      total_consumption: yuan(customer.amount),
      consumption_percentage: percentage(customer.amount, total),
      total_sessions: customer.sessions,
    }))
    return success({ customers: ranked, total_consumption: yuan(total) })
  }),
]

const flowsJson = (flows: Flows) => ({
  recharge: yuan(flows.recharge),
  consumption: yuan(flows.consumption),
  refund: yuan(flows.refund),
  net_income: yuan(netIncome(flows)),
})

/** Hundredths of a percent are whole numbers until the last step. */
const percentage = (part: Money, total: Money): number => (total === 0n ? 0 : Number((part * 20_000n + total) / (total * 2n)) / 100)

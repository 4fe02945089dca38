import { h } from 'preact'
import { requireOperator } from '#src/accounts/operators'
import { expiringGrants, hasGrant } from '#src/applications/expiring'
import { latestMovements } from '#src/balances/latest'
import { lastsUntil } from '#src/balances/runway'
import type { Uuid } from '#src/core/ids'
import { comparedStretches, type Instant } from '#src/core/time'
import { showPage } from '#src/page'
import { page } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { countSites } from '#src/sites/count'
import { playedBetween, playedByDay, siteActivity } from '#src/usage/figures'
import { OperatorHomePage } from '#views/operator/home'

const LIMITS = { vip: 'low_balance_threshold_vip', normal: 'low_balance_threshold_normal', trial: 'low_balance_threshold_trial' } as const
const EXPIRY_NOTICE_DAYS = 7

/** `/operator/`: the balance and how long it lasts, what was played, what waits. */
export const operatorHomePages = [
  page('GET /operator/', { audience: 'operator' }, async (call) =>
    showPage(call, h(OperatorHomePage, await figures(call.caller.id, call.info.now))),
  ),
]

async function figures(id: Uuid, now: Instant) {
  const stretches = comparedStretches(now)
  const played = (stretch: keyof typeof stretches) => playedBetween(stretches[stretch], id)
  const [operator, today, yesterday, week, weekBefore, month, monthBefore, days, sites, activity, transactions, grants, grant] =
    await Promise.all([
      requireOperator(id),
      played('today'),
      played('yesterday'),
      played('week'),
      played('weekBefore'),
      played('month'),
      played('monthBefore'),
      playedByDay(now, 30, id),
      countSites(id),
      siteActivity(id, stretches.week),
      latestMovements(id, 10),
      expiringGrants(id, now, EXPIRY_NOTICE_DAYS),
      hasGrant(id),
    ])
  return {
    now,
    balance: operator.balance,
    lowBalanceLimit: setting(LIMITS[operator.category]),
    lastsUntil: lastsUntil(operator.balance, week.amount, now),
    today: { amount: today.amount, previous: yesterday.amount },
    week: { amount: week.amount, previous: weekBefore.amount },
    month: { amount: month.amount, previous: monthBefore.amount },
    gamesToday: today.games,
    gamesYesterday: yesterday.games,
    sites,
    activeSites: activity.activeSites,
    days,
    transactions,
    expiringGrants: grants,
    setup: { site: sites > 0, recharge: operator.ledgerSeq > 0n, grant, start: activity.everStarted },
  }
}

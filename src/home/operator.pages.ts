import { h } from 'preact'
import { expiringGrants } from '#src/applications/expiring'
import { latestMovements } from '#src/balances/latest'
import { lastsUntil } from '#src/balances/runway'
import type { Uuid } from '#src/core/ids'
import { comparedStretches, type Instant } from '#src/core/time'
import { showPage } from '#src/page'
import { page } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { playedCompared } from '#src/usage/figures'
import { latestGames } from '#src/usage/live-feed'
import { OperatorHomePage } from '#views/operator/home'
import { operatorFacts } from './operator-facts'

const LIMITS = { vip: 'low_balance_threshold_vip', normal: 'low_balance_threshold_normal', trial: 'low_balance_threshold_trial' } as const
const EXPIRY_NOTICE_DAYS = 7

/** `/operator/`: the balance and how long it lasts, what was played, what waits. */
export const operatorHomePages = [
  page('GET /operator/', { audience: 'operator' }, async (call) =>
    showPage(call, h(OperatorHomePage, await figures(call.caller.id, call.info.now))),
  ),
]

async function figures(id: Uuid, now: Instant) {
  const { week } = comparedStretches(now)
  const [facts, played, transactions, grants, games] = await Promise.all([
    operatorFacts(id, week.from),
    playedCompared(now, 30, id),
    latestMovements(id, 10),
    expiringGrants(id, now, EXPIRY_NOTICE_DAYS),
    latestGames(id),
  ])
  return {
    now,
    balance: facts.balance,
    lowBalanceLimit: setting(LIMITS[facts.category]),
    lastsUntil: lastsUntil(facts.balance, played.week.amount, now),
    today: { amount: played.today.amount, previous: played.yesterday.amount },
    week: { amount: played.week.amount, previous: played.weekBefore.amount },
    month: { amount: played.month.amount, previous: played.monthBefore.amount },
    gamesToday: played.today.games,
    gamesYesterday: played.yesterday.games,
    sites: facts.sites,
    activeSites: facts.activeSites,
    days: played.days,
    games,
    transactions,
    expiringGrants: grants,
    setup: { site: facts.sites > 0, recharge: facts.hasMoved, grant: facts.hasGrant, start: facts.hasPlayed },
  }
}

import type { ApiKeyOwner } from '#src/accounts/api-keys'
import { showId } from '#src/core/ids'
import { minus, times, yuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { placeProblem } from './decide'
import type { GameStart } from './input'
import { readApplications, readGrants, readSites } from './world'

/** What a game start would cost right now (API 2, pre-authorize). Charges and locks nothing, promises nothing; throws rungs 9–11. */
export async function quote(owner: ApiKeyOwner, start: GameStart, now: Instant) {
  const reader = { sql: rawSql() }
  const [[site], [application], [grant]] = await Promise.all([
    readSites(reader, [start.siteId]),
    readApplications(reader, [start.applicationId]),
    readGrants(reader, [owner.id], [start.applicationId]),
  ])
  const problem = placeProblem(owner.id, start, { site, application, grant }, now)
  if (problem || !application) throw problem
  const total = times(application.unitPrice, start.playerCount)
  const isEnough = total <= owner.balance
  return {
    can_authorize: isEnough,
    app_id: showId('application', application.id),
    app_name: application.name,
    player_count: start.playerCount,
    unit_price: yuan(application.unitPrice),
    total_cost: yuan(total),
    current_balance: yuan(owner.balance),
    shortage: isEnough ? null : yuan(minus(total, owner.balance)),
  }
}

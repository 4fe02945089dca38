import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import type { Usage } from './decide'

/** The answer to a game start (API 2), built from the stored row: a first answer and every replay are the same to the byte. */
export const receipt = (usage: Usage) => ({
  authorization_token: usage.authorizationToken,
  session_id: usage.sessionId,
  usage_id: showId('usage', usage.id),
  app_name: usage.appName,
  player_count: usage.playerCount,
  unit_price: yuan(usage.unitPrice),
  total_cost: yuan(usage.total),
  balance_after: yuan(usage.balanceAfter),
  authorized_at: iso(usage.startedAt),
})

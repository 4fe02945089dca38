import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { success } from '#src/platform/http'
import { api } from '#src/platform/route'
import { usableApplications } from './grants'

/** An operator and the games it may start (API 4). */
export const applicationsOperatorApi = [
  api('GET /operators/me/authorized-apps', { audience: 'operator' }, async ({ caller, info }) => {
    const applications = await usableApplications(caller.id, info.now)
    return success({
      applications: applications.map((application) => ({
        app_id: showId('application', application.id),
        app_name: application.name,
        description: application.description,
        unit_price: yuan(application.unitPrice),
        min_players: application.minPlayers,
        max_players: application.maxPlayers,
        expires_at: application.expiresAt && iso(application.expiresAt),
        authorized_at: iso(application.authorizedAt),
      })),
    })
  }),
]

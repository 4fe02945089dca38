import { actOf } from '#src/audit-logs/audit-log'
import { showId } from '#src/core/ids'
import { transaction } from '#src/platform/database'
import { success } from '#src/platform/http'
import { api } from '#src/platform/route'
import { AnnouncementInput, publishAnnouncement } from './announcements'
import { AnnouncedAnswer } from './answers'

/** What our people tell operators (API 5). */
export const messagesAdminApi = [
  api(
    'POST /admin/announcements',
    { audience: 'admin', permission: 'announcement:publish', answer: AnnouncedAnswer, body: AnnouncementInput },
    async ({ caller, body, info }) => {
      const { target_operators: operatorIds, ...words } = body
      const recipients = operatorIds.length === 0 ? { everybody: true as const } : { operatorIds }
      const { id, recipients: told } = await transaction((tx) => publishAnnouncement(tx, words, recipients, actOf(caller, info)))
      return success({ announcement_id: showId('announcement', id), recipients_count: told }, { status: 201, message: '公告已发布' })
    },
  ),
]

import * as v from 'valibot'
import { MESSAGE_TYPES } from '#drizzle/schema'
import { flag, pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { iso } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { MarkedAnswer, MessagesAnswer, ReadAnswer } from './answers'
import { type InboxMessage, listMessages, openMessage, readAll, unreadCount } from './inbox'

const MessagesQuery = v.object({ ...pageQuery, unread_only: v.optional(flag, 'false'), type: v.optional(v.picklist(MESSAGE_TYPES)) })

/** An operator and what it was told (API 4). */
export const messagesOperatorApi = [
  api('GET /operators/me/messages', { audience: 'operator', answer: MessagesAnswer, query: MessagesQuery }, async ({ caller, query }) => {
    const [{ total, messages }, unread] = await Promise.all([listMessages(caller.id, query), unreadCount(caller.id)])
    return list(query, total, messages.map(messageJson), { unread_count: unread })
  }),

  api('PUT /operators/me/messages/read-all', { audience: 'operator', answer: MarkedAnswer }, async ({ caller, info }) => {
    const marked = await transaction((tx) => readAll(tx, caller.id, info.now))
    return success({ marked_count: marked })
  }),

  api('PUT /operators/me/messages/:message_id/read', { audience: 'operator', answer: ReadAnswer }, async ({ caller, params, info }) => {
    await transaction((tx) => openMessage(tx, caller.id, pathId('message', params, 'message_id'), info.now))
    return success(null, { message: '消息已标记为已读' })
  }),
]

const messageJson = ({ relatedId, relatedKind, ...message }: InboxMessage) => ({
  message_id: showId('message', message.id),
  title: message.title,
  content: message.content,
  type: message.type,
  is_read: message.readAt !== null,
  created_at: iso(message.createdAt),
  read_at: message.readAt && iso(message.readAt),
  related_id: relatedId && (relatedKind ? showId(relatedKind, relatedId) : relatedId),
})

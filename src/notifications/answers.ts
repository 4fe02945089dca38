import * as v from 'valibot'
import { MESSAGE_TYPES } from '#drizzle/schema'
import { answers, answersList, count, isoText, oneOf, orNull, wireId, words, yesNo } from '#src/core/answers'

/** What the messages' routes answer (API 4 and 5). */

const message = v.strictObject({
  message_id: wireId('message'),
  title: words('余额不足提醒'),
  content: words('当前余额48.00元，已低于提醒线50.00元。'),
  type: oneOf(MESSAGE_TYPES),
  is_read: yesNo,
  created_at: isoText,
  read_at: orNull(isoText),
  related_id: orNull(words('app_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55')),
})
export const MessagesAnswer = answersList(message, { more: { unread_count: count } })
export const MarkedAnswer = answers(v.strictObject({ marked_count: count }))
export const ReadAnswer = answers(v.null(), { message: '消息已标记为已读', errors: ['RESOURCE_NOT_FOUND'] })

export const AnnouncedAnswer = answers(v.strictObject({ announcement_id: wireId('announcement'), recipients_count: count }), {
  status: 201,
  message: '公告已发布',
})

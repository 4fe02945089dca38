import type { Uuid } from '#src/core/ids'
import { showId } from '#src/core/ids'
import { formatDateTime, type Instant, iso } from '#src/core/time'
import { config } from '#src/platform/config'
import { rawSql } from '#src/platform/database'
import { isRefusedForGood, type Mail, type Send } from '#src/platform/mail'
import type { MessageType } from './messages'

/** Which message to whom: what the queue keeps of a mail. */
export type Delivery = { messageId: Uuid; operatorId: Uuid }
type Attempt = { at: Instant; isLast: boolean }

/**
 * Sends one message by mail, unless that is done or its reader has gone. Throws what the mail server threw, so that the queue tries
 * again; after the last attempt, and after a refusal for good, the delivery is kept as failed. Without `send` it is kept as skipped.
 */
export async function deliverMail(delivery: Delivery, send: Send | undefined, { at, isLast }: Attempt): Promise<void> {
  const mail = await composeMail(delivery)
  if (!mail) return
  if (!send) return finish(delivery, 'skipped', at)
  try {
    await send(mail)
  } catch (error) {
    const forGood = isRefusedForGood(error)
    await noteFailure(delivery, error, forGood || isLast ? at : null)
    if (forGood) return
    throw error
  }
  await finish(delivery, 'sent', at)
}

type Told = {
  username: string
  name: string
  email: string
  gone: boolean
  type: MessageType
  title: string
  content: string
  createdAt: Instant
}

/** The mail of a delivery that still waits. Written when it is sent: to the address and in the name of that moment. */
async function composeMail(delivery: Delivery): Promise<Mail | undefined> {
  const { messageId, operatorId } = delivery
  const [told] = await rawSql()<Told[]>`
    SELECT o.username, o.name, o.email, o.deactivated_at IS NOT NULL AS gone, m.type, m.title, m.content, m.created_at AS "createdAt"
    FROM mail_deliveries d JOIN message_notifications m ON m.id = d.message_id JOIN operator_accounts o ON o.id = d.operator_id
    WHERE d.message_id = ${messageId} AND d.operator_id = ${operatorId} AND d.status = 'queued'`
  if (!told) return undefined
  if (told.gone) {
    await finish(delivery, 'skipped', told.createdAt)
    return undefined
  }
  return {
    id: `${messageId}.${operatorId}`,
    to: { name: told.name, address: told.email },
    subject: `【MR 游戏运营】${told.title}`,
    text: wordsOf(told, messageId),
  }
}

const KINDS: Record<MessageType, string> = {
  system: '公告',
  price_change: '价格调整',
  balance_low: '余额提醒',
  authorization: '游戏授权',
  refund: '退款',
  invoice: '发票',
  security: '安全通知',
}

function wordsOf({ username, name, type, title, content, createdAt }: Told, messageId: Uuid): string {
  const { PUBLIC_URL } = config()
  const why =
    type === 'security'
      ? '安全通知关系到账户安全，始终发送邮件。'
      : `您的账户开启了“${KINDS[type]}”的邮件通知，可在此更改：${PUBLIC_URL}/operator/messages/preferences`
  return [
    `${name}（${username}）：`,
    '',
    title,
    content,
    '',
    `时间：${formatDateTime(createdAt)}（北京时间）`,
    `查看：${PUBLIC_URL}/operator/messages/${showId('message', messageId)}`,
    '',
    '-- ',
    'MR 游戏运营管理系统自动发送，请勿回复。',
    why,
    '',
  ].join('\n')
}

async function finish({ messageId, operatorId }: Delivery, status: 'sent' | 'skipped', at: Instant): Promise<void> {
  await rawSql()`
    UPDATE mail_deliveries SET status = ${status}, finished_at = ${iso(at)}, attempts = attempts + ${status === 'sent' ? 1 : 0}, last_error = NULL
    WHERE message_id = ${messageId} AND operator_id = ${operatorId} AND status = 'queued'`
}

/** The server's words may hold the address, never the password: they are kept short for whoever looks why. */
async function noteFailure({ messageId, operatorId }: Delivery, error: unknown, failedAt: Instant | null): Promise<void> {
  const words = (error instanceof Error ? error.message : 'unknown').slice(0, 500)
  await rawSql()`
    UPDATE mail_deliveries SET attempts = attempts + 1, last_error = ${words}, status = ${failedAt ? 'failed' : 'queued'},
      finished_at = ${failedAt && iso(failedAt)}::timestamptz
    WHERE message_id = ${messageId} AND operator_id = ${operatorId} AND status = 'queued'`
}

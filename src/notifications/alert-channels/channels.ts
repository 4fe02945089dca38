import type { ALERT_CHANNELS } from '#drizzle/schema'
import { config } from '#src/platform/config'
import type { Send } from '#src/platform/mail'
import { setting } from '#src/settings/settings'
import type { AlertAudience } from '../alert-kinds'
import type { AlertMessage } from '../alert-words'
import { mailOf, sendToDingtalk, sendToWecom } from './robots'

export type AlertChannel = (typeof ALERT_CHANNELS)[number]
/** One who is told; a robot's group has no name here. */
export type Recipient = { channel: AlertChannel; recipient: string }
export const AUDIENCES = ['admin', 'finance', 'operations'] as const satisfies readonly AlertAudience[]

/** The addresses that hear of an audience's alerts by mail. */
export const mailAddresses = (audience: AlertAudience): string[] => [
  ...new Set(
    setting(`alert_mail_${audience}`)
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== ''),
  ),
]

/** Whose alerts a robot gets; nobody's while it is not set up. */
export function robotAudiences(channel: 'dingtalk' | 'wecom'): AlertAudience[] {
  if (!isSetUp(channel)) return []
  const chosen = setting(`alert_${channel}_for`)
  return AUDIENCES.filter((audience) => chosen === 'all' || chosen === audience)
}

/** Whether the machine was told how to reach a channel. In development mails without a server go to a page. */
export function isSetUp(channel: AlertChannel): boolean {
  const { DINGTALK_WEBHOOK, WECOM_WEBHOOK, SMTP_URL, production } = config()
  if (channel === 'mail') return SMTP_URL !== undefined || !production
  return (channel === 'dingtalk' ? DINGTALK_WEBHOOK : WECOM_WEBHOOK) !== undefined
}

/** Everybody who is told of an audience's alerts. */
export const recipientsOf = (audience: AlertAudience): Recipient[] => [
  ...mailAddresses(audience).map((recipient) => ({ channel: 'mail' as const, recipient })),
  ...(['dingtalk', 'wecom'] as const)
    .filter((channel) => robotAudiences(channel).includes(audience))
    .map((channel) => ({ channel, recipient: '' })),
]

/** Everybody on a channel, for a test. */
export function recipientsOn(channel: AlertChannel): Recipient[] {
  if (channel !== 'mail') return isSetUp(channel) ? [{ channel, recipient: '' }] : []
  return [...new Set(AUDIENCES.flatMap(mailAddresses))].map((recipient) => ({ channel, recipient }))
}

/** Where a robot's messages go, as far as it is no secret. */
export function robotHost(channel: 'dingtalk' | 'wecom'): string | null {
  const { DINGTALK_WEBHOOK, WECOM_WEBHOOK } = config()
  const webhook = channel === 'dingtalk' ? DINGTALK_WEBHOOK : WECOM_WEBHOOK
  return webhook === undefined ? null : new URL(webhook).host
}

type Outgoing = { id: string; recipient: string; message: AlertMessage }
export type Ways = Record<AlertChannel, ((outgoing: Outgoing) => Promise<void>) | undefined>

/** How each channel sends; undefined where the machine was not told how. `send` is the way of mails. */
export function waysOf(send: Send | undefined): Ways {
  const { DINGTALK_WEBHOOK, DINGTALK_SECRET, WECOM_WEBHOOK, production: isStrict } = config()
  return {
    mail: send && (({ id, recipient, message }) => send(mailOf(id, recipient, message))),
    dingtalk:
      DINGTALK_WEBHOOK === undefined
        ? undefined
        : ({ message }) => sendToDingtalk({ webhook: DINGTALK_WEBHOOK, secret: DINGTALK_SECRET!, isStrict }, message),
    wecom: WECOM_WEBHOOK === undefined ? undefined : ({ message }) => sendToWecom({ webhook: WECOM_WEBHOOK, isStrict }, message),
  }
}

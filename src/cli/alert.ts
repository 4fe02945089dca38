import * as v from 'valibot'
import { ALERT_CHANNELS } from '#drizzle/schema'
import { faultWords } from '#src/core/alert-details'
import { email } from '#src/core/fields'
import { newId } from '#src/core/ids'
import { text } from '#src/core/text'
import { now } from '#src/core/time'
import { type AlertChannel, isSetUp, type Recipient, recipientsOn, waysOf } from '#src/notifications/alert-channels/channels'
import { describeFault } from '#src/notifications/alert-channels/robots'
import { alertMessage } from '#src/notifications/alert-words'
import { config } from '#src/platform/config'
import { type Send, smtpSender } from '#src/platform/mail'
import { loadSettings } from '#src/settings/settings'
import { type Command, checked, failure, parse, withDatabase } from './command'
import { columns, print } from './print'

export const alertCommands: Command[] = [
  {
    name: 'alert test',
    usage: '[--channel mail|dingtalk|wecom] [--to 邮箱]',
    zh: '向告警渠道发送测试消息，并说明哪里不通',
    en: 'send a test to the alert channels and say what fails',
    more: [
      '立即发送，不经过队列；--to 只用于邮件，不填则发给系统配置中的全部告警邮箱',
      'Sends at once, past the queue; --to is for mail and stands in for the addresses of the settings',
      '退出码 exit code: 0 全部送达 all delivered，1 有渠道不通或没有可用的渠道 one failed or there is none',
    ],
    run: test,
  },
]

type Outcome = { channel: AlertChannel; recipient: string; fault: string | null }

async function test(args: string[]): Promise<number> {
  const { values } = parse(args, { channel: { type: 'string' }, to: { type: 'string' } })
  const only = values.channel === undefined ? undefined : checked('--channel', v.picklist(ALERT_CHANNELS), values.channel)
  const to = values.to === undefined ? undefined : checked('--to', email, values.to)
  if (to !== undefined && only !== undefined && only !== 'mail') throw failure('--to 只用于邮件', '--to is for mail only')
  const wanted = ALERT_CHANNELS.filter((channel) => (only === undefined ? to === undefined || channel === 'mail' : channel === only))
  const mail = mailWay()
  try {
    const outcomes = (await Promise.all(wanted.map((channel) => testChannel(channel, to, mail?.send)))).flat()
    print(columns([['渠道 channel', '收件人 to', '结果 result'], ...outcomes.map(row)]))
    const tried = outcomes.filter(({ fault }) => fault !== NOT_SET_UP)
    return tried.length > 0 && tried.every(({ fault }) => fault === null) && (only === undefined || tried.length === outcomes.length)
      ? 0
      : 1
  } finally {
    mail?.close()
  }
}

const NOT_SET_UP = 'not_set_up'

/** Only a real server counts: a page of simulated mails proves nothing. */
function mailWay(): { send: Send; close(): void } | undefined {
  const { SMTP_URL } = config()
  return SMTP_URL === undefined ? undefined : smtpSender(SMTP_URL)
}

async function testChannel(channel: AlertChannel, to: string | undefined, send: Send | undefined): Promise<Outcome[]> {
  const way = waysOf(send)[channel]
  if (!way || !isSetUp(channel)) return [{ channel, recipient: '', fault: NOT_SET_UP }]
  const recipients = to === undefined ? await knownRecipients(channel) : [{ channel, recipient: to }]
  if (recipients instanceof Error) return [{ channel, recipient: '', fault: `database ${recipients.message}` }]
  if (recipients.length === 0) return [{ channel, recipient: '', fault: 'nobody' }]
  return Promise.all(
    recipients.map(async ({ recipient }) => {
      const sent = way({ id: newId(), recipient, message: alertMessage('test', [], now()) })
      const fault = await sent.then(
        () => null,
        (error: unknown) => {
          const { fault: code, detail } = describeFault(error)
          return `${code} ${detail}`
        },
      )
      return { channel, recipient, fault }
    }),
  )
}

/** Addresses are settings, and those are in the database; robots need none. */
const knownRecipients = (channel: AlertChannel): Promise<Recipient[] | Error> =>
  channel === 'mail'
    ? withDatabase(async () => {
        await loadSettings()
        return recipientsOn(channel)
      }).catch((error: Error) => error)
    : Promise.resolve(recipientsOn(channel))

const row = ({ channel, recipient, fault }: Outcome): string[] => [
  text('zh', `alertChannels.${channel}`),
  recipient || '—',
  fault === null ? '已送达 delivered' : `${faultWords('zh', fault)} / ${faultWords('en', fault)}`,
]

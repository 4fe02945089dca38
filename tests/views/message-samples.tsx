import type { VNode } from 'preact'
import { money } from '#src/core/money'
import { addSeconds } from '#src/core/time'
import { MESSAGE_KINDS, MessagePage, type MessageRow, MessagesPage, PreferencesPage } from '#views/operator/messages'
import type { PageContext } from '#views/page-context'
import { SimulatedMailPage, SimulatedMailsPage } from '#views/simulator/mails'
import { LONG, NOW, operator, type Say } from './sample-props'

type Sample = { name: string; path: string; viewer: PageContext['viewer']; page: VNode }

const id = (at: number) => `019b7a00-0000-7000-8000-${String(at).padStart(12, '0')}`

const WORDS: Record<(typeof MESSAGE_KINDS)[number], [string, string]> = {
  balance_low: ['余额不足提醒', '当前余额48.00元，已低于提醒线50.00元。余额不足时将无法开局，请及时充值。'],
  price_change: ['游戏价格调整', '游戏「星际防线」的单价自2026-03-05 14:20:41起由10.00元调整为12.00元，此前的游戏仍按原价计费。'],
  authorization: ['游戏授权将在 7 天内到期', '游戏「深海迷城：亚特兰蒂斯」的授权将于2026-03-11 00:00:00到期，到期后无法开局。'],
  refund: ['退款已到账', '退款500.00元已原路退回，请留意银行到账通知。'],
  invoice: ['发票已开具', '金额1000.00元的发票已开具，可在发票页下载。'],
  system: ['系统维护通知', '平台将于本周四凌晨2:00至4:00升级，期间头显授权可能短暂重试。'],
  security: ['API Key已更换', '您已重新生成API Key，旧密钥已立即失效。'],
}

const rowsOf = (say: Say): MessageRow[] =>
  MESSAGE_KINDS.map((type, at) => ({
    id: id(at + 1),
    type,
    title: say(WORDS[type][0]),
    content: say(WORDS[type][1]),
    important: type === 'balance_low' || type === 'security',
    createdAt: addSeconds(NOW, -at * 40_000),
    readAt: at < 3 ? null : NOW,
  }))

/** The message centre, its settings and the simulated mailbox in their states. */
export function messageSamples(say: Say): Sample[] {
  const viewer = operator(say, money(1_284_050))
  const rows = rowsOf(say)
  const whole = { rows, newer: null, older: null, size: 20 as const }
  const none = { ...whole, rows: [] }
  const all = { type: undefined, unreadOnly: false }
  const mail = {
    id: id(1),
    recipient: say('杭州幻境数字娱乐 <ops@example.com>'),
    subject: say('【MR 游戏运营】余额不足提醒'),
    content: say('杭州幻境数字娱乐（hangzhou_mr）：\n\n余额不足提醒\n当前余额48.00元，已低于提醒线50.00元。'),
    createdAt: NOW,
  }
  const choices = { balance_low: true, price_change: false, authorization: false, refund: true, invoice: true, system: false }
  const related = {
    kind: 'application',
    id: id(9),
    name: say('星际防线'),
    href: '/operator/applications',
    renew: '/operator/applications',
  } as const
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer, page })
  const open = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: null, page })
  return [
    at('messages', '/operator/messages', <MessagesPage messages={{ ...whole, older: id(7) }} unread={3} filter={all} />),
    at('messages-empty', '/operator/messages', <MessagesPage messages={none} unread={0} filter={all} />),
    at(
      'messages-filtered',
      '/operator/messages?type=refund&unread=true',
      <MessagesPage messages={none} unread={120} filter={{ type: 'refund', unreadOnly: true }} />,
    ),
    at(
      'messages-long',
      '/operator/messages',
      <MessagesPage messages={{ ...whole, rows: rowsOf(() => say(LONG.repeat(3))) }} unread={3} filter={all} />,
    ),
    at('message', `/operator/messages/msg_${id(1)}`, <MessagePage message={rows[1]!} related={related} />),
    at('message-settings', '/operator/messages/preferences', <PreferencesPage email={say('ops@example.com')} byMail={choices} mailWorks />),
    at(
      'message-settings-unmailed',
      '/operator/messages/preferences',
      <PreferencesPage email={say('ops@example.com')} byMail={choices} mailWorks={false} />,
    ),
    open('mails', '/simulator/mails', <SimulatedMailsPage mails={[mail]} />),
    open('mails-empty', '/simulator/mails', <SimulatedMailsPage mails={[]} />),
    open('mail', `/simulator/mails/${id(1)}`, <SimulatedMailPage mail={mail} />),
  ]
}

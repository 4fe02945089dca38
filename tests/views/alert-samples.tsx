import { AlertChannelsPage, type AlertChannelView, TestChannelPage } from '#views/admin/alert-channels'
import type { AlertDeliveryView } from '#views/staff/alert-deliveries'
import { AlertPage, AlertsPage, type AlertView } from '#views/staff/alerts'
import { type At, ago, id, type Sample, slice } from './sample-parts'
import { type Say, staff } from './sample-props'

const KINDS = ['anomaly_lock', 'job_failed', 'refund_pending', 'bill_missing'] as const
const DETAILS = (say: Say): Record<string, string>[] => [
  { ip: say('203.0.113.45'), cause: 'failures', seen: '24', operator: say('杭州幻境数字娱乐') },
  { error: say('the ledger proof has 1 findings') },
  { refund_id: say(`refund_${id(4)}`), requested: '1280.00', operator: say('银河乐园') },
  { channel: 'wechat', day: '2026-03-01', answer: say('NO_STATEMENT_EXIST'), [say('unheard_of')]: say('？') },
]

const anAlert = (say: Say, at: number): AlertView => ({
  id: id(at),
  kind: at === 5 ? say('unheard_of') : KINDS[at % 4]!,
  severity: (['critical', 'warning', 'work', 'warning'] as const)[at % 4]!,
  subject: at === 1 ? 'ledger-audit' : say(id(4)),
  audience: (['admin', 'operations', 'finance'] as const)[at % 3]!,
  details: DETAILS(say)[at % 4]!,
  occurrences: 3,
  firstAt: ago(at * 300 + 600),
  lastAt: ago(at * 300),
  closedAt: at === 3 ? ago(10) : null,
  closedByName: at === 3 ? say('李薇') : null,
  note: at === 3 ? say('已与客户核实，为新设备调试') : null,
})

const STATES = ['queued', 'retrying', 'sent', 'failed', 'skipped', 'sent'] as const

function aDelivery(say: Say, at: number): AlertDeliveryView {
  const state = STATES[at % 6]!
  const isTest = at === 5
  return {
    id: id(at + 40),
    channel: (['mail', 'dingtalk', 'wecom'] as const)[at % 3]!,
    recipient: at % 3 === 0 ? say('ops@example.com') : '',
    occasion: (['opened', 'reminder', 'settled', 'opened', 'opened', 'test'] as const)[at % 6]!,
    state,
    attempts: state === 'queued' || state === 'skipped' ? 0 : at + 1,
    lastError: [null, 'unreachable oapi.dingtalk.com ECONNREFUSED', null, say('mail 550 no such mailbox'), 'settled', null][at % 6]!,
    createdAt: ago(at * 300),
    finishedAt: state === 'queued' || state === 'retrying' ? null : ago(at * 300 - 4),
    alertId: isTest ? null : id(at),
    kind: isTest ? null : at === 4 ? say('unheard_of') : KINDS[at % 4]!,
    audience: isTest ? null : (['admin', 'operations', 'finance'] as const)[at % 3]!,
    alerts: isTest ? 0 : at === 2 ? 12 : 1,
    requestedByName: isTest ? say('李薇') : null,
  }
}

const day = { sent: 1_204, queued: 2, failed: 1 }

const someChannels = (say: Say): AlertChannelView[] => [
  {
    channel: 'mail',
    state: 'ready',
    host: null,
    audiences: [
      { audience: 'finance', addresses: [say('finance@example.com'), say('cfo@example.com')] },
      { audience: 'operations', addresses: [say('ops@example.com')] },
    ],
    lastSentAt: ago(300),
    lastError: null,
    day,
  },
  {
    channel: 'dingtalk',
    state: 'failing',
    host: 'oapi.dingtalk.com',
    audiences: [{ audience: 'operations', addresses: [] }],
    lastSentAt: ago(86_400),
    lastError: { at: ago(30), words: `refused 310000 ${say('sign not match')}` },
    day,
  },
  {
    channel: 'wecom',
    state: 'off',
    host: null,
    audiences: [],
    lastSentAt: null,
    lastError: null,
    day: { sent: 0, queued: 0, failed: 0 },
  },
]

/** Alerts, one alert in its states, and the ways in which people hear of them. */
export function alertSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'super_admin'), permissions: ['job:run', 'config:manage', 'operator:lock'] }
  const finance = { ...staff(say, 'finance', 'manager'), permissions: ['audit:view'] }
  const alerts = Array.from({ length: 6 }, (_, at) => anAlert(say, at))
  const told = Array.from({ length: 6 }, (_, at) => aDelivery(say, at))
  const channels = someChannels(say)
  const untyped = { told: [], values: { reason: '' }, errors: {}, message: null }
  const refused = { values: { reason: say('短') }, errors: { reason: say('至少10个字符') }, message: say('该申请已处理，无法重复操作') }
  const at: At = (name, path, page) => ({ name, path, viewer, page })
  const nobody = { ...channels[0]!, state: 'muted' as const, audiences: [], lastSentAt: null, day: channels[2]!.day }
  return [
    at('alerts', '/admin/alerts', <AlertsPage kinds={KINDS} alerts={slice(alerts)} state="all" kind="job_failed" />),
    { ...at('alerts-empty', '/finance/alerts', <AlertsPage kinds={KINDS} alerts={slice([])} state="open" kind="" />), viewer: finance },
    at('alert', `/admin/alerts/${id(0)}`, <AlertPage alert={alerts[0]!} maySettle {...untyped} told={told} />),
    at('alert-refused', `/admin/alerts/${id(1)}`, <AlertPage alert={alerts[1]!} maySettle {...untyped} {...refused} />),
    at('alert-looked-at', `/admin/alerts/${id(5)}`, <AlertPage alert={alerts[5]!} maySettle={false} {...untyped} />),
    at('alert-settled', `/admin/alerts/${id(3)}`, <AlertPage alert={alerts[3]!} maySettle {...untyped} told={told.slice(2, 4)} />),
    at(
      'alert-channels',
      '/admin/alert-channels',
      <AlertChannelsPage
        channels={channels}
        deliveries={slice(told, null, id(9))}
        filter={{ channel: 'dingtalk', undelivered: true }}
        mails="server"
        mayTest
        maySet
      />,
    ),
    at(
      'alert-channels-empty',
      '/admin/alert-channels',
      <AlertChannelsPage
        channels={[nobody, { ...channels[2]!, channel: 'dingtalk' }, channels[2]!]}
        deliveries={slice([])}
        filter={{ channel: '', undelivered: false }}
        mails="none"
        mayTest={false}
        maySet={false}
      />,
    ),
    at('alert-channel-test', '/admin/alert-channels/mail/test', <TestChannelPage channel={channels[0]!} message={null} />),
    at(
      'alert-channel-refused',
      '/admin/alert-channels/wecom/test',
      <TestChannelPage channel={channels[2]!} message={say('该渠道没有收件人，先在系统配置或环境变量中设置')} />,
    ),
  ]
}

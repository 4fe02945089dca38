import { randomBytes } from 'node:crypto'
import { signedForm, signRsa1, signRsa2, sortedText } from './alipay-signature'
import type { SwitchName } from './chaos'
import type { Notification } from './queue'
import { bankMs, type Simulator, signingTime } from './simulator'
import { chinaTime, FOREIGN, rfc3339 } from './trades'
import { keyOfMode, type PlatformKey, platformSerial, seal, signedHeaders, signWith } from './wechat-signature'

/** Notifications as they go over the wire, and the ways in which they can be wrong. */

/** What is wrong with how a notification looks; undefined when all is right. */
export type Twist = Extract<
  SwitchName,
  | `notify.${'bad' | 'empty' | 'no'}_signature`
  | 'notify.two_signatures'
  | 'notify.signtest'
  | 'notify.forged'
  | 'notify.unknown_key'
  | 'notify.other_key'
  | 'notify.stale'
  | 'notify.broken_tag'
  | 'notify.rsa1'
  | 'notify.wrong_json'
  | `notify.wrong_${'amount' | 'currency' | 'appid' | 'mchid' | 'seller_id'}`
>
export const TWISTS: readonly Twist[] = [
  'notify.bad_signature',
  'notify.empty_signature',
  'notify.no_signature',
  'notify.two_signatures',
  'notify.signtest',
  'notify.forged',
  'notify.unknown_key',
  'notify.other_key',
  'notify.stale',
  'notify.broken_tag',
  'notify.rsa1',
  'notify.wrong_json',
  'notify.wrong_amount',
  'notify.wrong_currency',
  'notify.wrong_appid',
  'notify.wrong_mchid',
  'notify.wrong_seller_id',
]

/** A receiver that takes one of these believes anybody. */
export const mustBeRefused = ({ channel }: Pick<Notification, 'channel'>, twist: Twist | undefined): boolean => {
  if (twist === undefined || twist === 'notify.other_key' || /^notify\.wrong_(?!json)/.test(twist)) return false
  return !(channel === 'alipay' && twist === 'notify.stale')
}

export type Letter = { body: string; headers: [string, string][] }
type Written = Pick<Notification, 'channel' | 'event_id' | 'kind' | 'content' | 'created_at'>

const STALE_SECONDS = -10 * 60

export const writeLetter = (simulator: Simulator, notification: Written, twist?: Twist): Letter =>
  notification.channel === 'wechat' ? wechatLetter(simulator, notification, twist) : alipayLetter(simulator, notification, twist)

const EVENTS: Record<string, [event: string, summary: string]> = {
  SUCCESS: ['REFUND.SUCCESS', '退款成功'],
  ABNORMAL: ['REFUND.ABNORMAL', '退款异常'],
  CLOSED: ['REFUND.CLOSED', '退款关闭'],
}

function wechatLetter(simulator: Simulator, notification: Written, twist: Twist | undefined): Letter {
  const content = twistWechat(JSON.parse(notification.content) as Record<string, unknown>, twist)
  const original = notification.kind === 'refund' ? 'refund' : 'transaction'
  const [event, summary] = EVENTS[String(content.refund_status)] ?? ['TRANSACTION.SUCCESS', '支付成功']
  const sealed = seal(simulator, JSON.stringify(content), original)
  const resource = {
    original_type: original,
    ...sealed,
    ciphertext: twist === 'notify.broken_tag' ? flip(sealed.ciphertext) : sealed.ciphertext,
  }
  const whole = JSON.stringify({
    id: notification.event_id,
    create_time: rfc3339(notification.created_at),
    resource_type: 'encrypt-resource',
    event_type: event,
    summary,
    resource,
  })
  const body = twist === 'notify.wrong_json' ? whole.slice(0, -2) : whole
  const mode = keyOfMode(simulator)
  const by: PlatformKey = twist === 'notify.other_key' ? (mode === 'certificate' ? 'public-key' : 'certificate') : mode
  const signed = signedHeaders(simulator, body, by, twist === 'notify.stale' ? STALE_SECONDS : 0)
  return {
    body,
    headers: [
      ['Content-Type', 'application/json'],
      ['User-Agent', 'Mozilla/4.0'],
      ['Accept', '*/*'],
      ['Request-ID', `08${randomBytes(15).toString('hex').toUpperCase()}-0`],
      ...twistHeaders(simulator, Object.entries(signed), twist, body),
    ],
  }
}

const SIGNATURE = 'Wechatpay-Signature'

function twistHeaders(simulator: Simulator, headers: [string, string][], twist: Twist | undefined, body: string): [string, string][] {
  const replaced = (signature: string): [string, string][] => headers.map(([name, value]) => [name, name === SIGNATURE ? signature : value])
  const value = (name: string) => headers.find(([known]) => known === name)![1]
  switch (twist) {
    case 'notify.bad_signature':
    case 'notify.rsa1':
      return replaced(flip(value(SIGNATURE)))
    case 'notify.empty_signature':
      return replaced('')
    case 'notify.no_signature':
      return headers.filter(([name]) => name !== SIGNATURE)
    case 'notify.two_signatures':
      return [...headers, [SIGNATURE, value(SIGNATURE)]]
    case 'notify.signtest':
      return replaced(`WECHATPAY/SIGNTEST/${value(SIGNATURE)}`)
    case 'notify.forged':
      return replaced(signWith(simulator.keys.stranger, `${value('Wechatpay-Timestamp')}\n${value('Wechatpay-Nonce')}\n${body}\n`))
    case 'notify.unknown_key':
      return headers.map(([name, known]) => [name, name === 'Wechatpay-Serial' ? `${platformSerial(simulator, 'public-key')}9` : known])
    default:
      return headers
  }
}

/** Another letter in the middle: as long, as well formed, and wrong. */
const flip = (base64: string): string => {
  const at = base64.length >> 1
  return `${base64.slice(0, at)}${base64[at] === 'A' ? 'B' : 'A'}${base64.slice(at + 1)}`
}

function twistWechat(content: Record<string, unknown>, twist: Twist | undefined): Record<string, unknown> {
  const amount = content.amount as { total: number }
  if (twist === 'notify.wrong_amount') return { ...content, amount: { ...amount, total: amount.total - 1 } }
  if (twist === 'notify.wrong_currency') return { ...content, amount: { ...amount, currency: 'USD' } }
  if (twist === 'notify.wrong_appid') return { ...content, appid: FOREIGN.appid }
  return twist === 'notify.wrong_mchid' ? { ...content, mchid: FOREIGN.mchid } : content
}

function alipayLetter(simulator: Simulator, notification: Written, twist: Twist | undefined): Letter {
  const content = twistAlipay(JSON.parse(notification.content) as Record<string, string>, twist)
  const at = twist === 'notify.stale' ? bankMs(simulator) + STALE_SECONDS * 1000 : signingTime(simulator).getTime()
  const plain = { ...content, notify_time: chinaTime(at), notify_id: notification.event_id }
  const form = new URLSearchParams(signedForm(simulator, plain))
  const unsigned = sortedText(plain, [])
  if (twist === 'notify.rsa1') {
    form.set('sign_type', 'RSA')
    form.set('sign', signRsa1(simulator.keys.alipay, unsigned))
  } else if (twist === 'notify.forged' || twist === 'notify.unknown_key') form.set('sign', signRsa2(simulator.keys.stranger, unsigned))
  else if (twist === 'notify.empty_signature') form.set('sign', '')
  else if (twist === 'notify.no_signature') form.delete('sign')
  else if (twist === 'notify.two_signatures') form.append('sign', form.get('sign')!)
  else if (twist === 'notify.signtest') form.set('sign', `WECHATPAY/SIGNTEST/${form.get('sign')}`)
  else if (twist === 'notify.bad_signature' || twist === 'notify.broken_tag') form.set('sign', flip(form.get('sign')!))
  const body = twist === 'notify.wrong_json' ? '%%%=&&&' : form.toString()
  return { body, headers: [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8']] }
}

function twistAlipay(content: Record<string, string>, twist: Twist | undefined): Record<string, string> {
  if (twist === 'notify.wrong_amount') return { ...content, total_amount: '0.01' }
  if (twist === 'notify.wrong_appid') return { ...content, app_id: FOREIGN.appId }
  return twist === 'notify.wrong_seller_id' || twist === 'notify.wrong_mchid' ? { ...content, seller_id: FOREIGN.sellerId } : content
}

import { createHmac } from 'node:crypto'
import { text } from '#src/core/text'
import { nowMs } from '#src/core/time'
import type { Mail } from '#src/platform/mail'
import { OutgoingFault, postJson } from '#src/platform/outgoing'
import type { AlertLine, AlertMessage } from '../alert-words'

/** A robot's address, of which the path and the query are secret. */
type Robot = { webhook: string; isStrict: boolean }

/** The robot was reached and did not take the message; `detail` is its own words without anything secret. */
class RobotFault extends Error {
  constructor(
    readonly fault: 'status' | 'not_json' | 'refused',
    readonly detail: string,
  ) {
    super(`${fault} ${detail}`)
  }
}

/** What robots take at most, in bytes of UTF-8: DingTalk 20,000, WeCom 4,096. */
const DINGTALK_BYTES = 18_000
const WECOM_BYTES = 4_000
const LONGEST_WORDS = 200

/**
 * Sends to the group of a DingTalk robot. The call is signed: HMAC-SHA256 of time and secret, both in the query. Throws OutgoingFault,
 * RobotFault.
 */
export async function sendToDingtalk({ webhook, secret, isStrict }: Robot & { secret: string }, message: AlertMessage): Promise<void> {
  const url = new URL(webhook)
  const timestamp = String(nowMs())
  url.searchParams.set('timestamp', timestamp)
  url.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'))
  const markdown = { title: plain(message.title), text: markdownOf(message, '\n\n', DINGTALK_BYTES) }
  await call(url, { msgtype: 'markdown', markdown }, isStrict, [secret])
}

/** Sends to the group of a WeCom robot, whose key in the address is all that protects it. Throws OutgoingFault, RobotFault. */
export async function sendToWecom({ webhook, isStrict }: Robot, message: AlertMessage): Promise<void> {
  await call(new URL(webhook), { msgtype: 'markdown', markdown: { content: markdownOf(message, '\n', WECOM_BYTES) } }, isStrict, [])
}

async function call(url: URL, body: unknown, isStrict: boolean, secrets: readonly string[]): Promise<void> {
  const { status, text: answer } = await postJson(url, body, { isStrict })
  if (status !== 200) throw new RobotFault('status', `${url.host} ${status}`)
  const { errcode, errmsg } = parsed(answer)
  if (errcode === undefined) throw new RobotFault('not_json', url.host)
  if (errcode !== 0)
    throw new RobotFault('refused', `${errcode} ${withoutSecrets(String(errmsg ?? ''), [...url.searchParams.values(), ...secrets])}`)
}

function parsed(answer: string): { errcode?: unknown; errmsg?: unknown } {
  try {
    const value: unknown = JSON.parse(answer)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** A robot may repeat what it was sent. */
const withoutSecrets = (words: string, secrets: readonly string[]): string =>
  plain(secrets.filter((secret) => secret.length > 3).reduce((rest, secret) => rest.replaceAll(secret, '•••'), words)).slice(
    0,
    LONGEST_WORDS,
  )

/** A message as both robots draw it; lines that do not fit any more are left out, the links to the pages last. */
function markdownOf({ title, lines }: AlertMessage, between: string, most: number): string {
  const links = lines.filter((line) => 'url' in line).map(markdownLine)
  const words = lines.filter((line) => !('url' in line)).map(markdownLine)
  const compose = () => [`### ${plain(title)}`, ...words, ...links].join(between)
  while (words.length > 0 && Buffer.byteLength(compose()) > most) words.pop()
  return compose()
}

function markdownLine(line: AlertLine): string {
  if ('url' in line) return `[${line.label}](${line.url})`
  return line.label === undefined ? plain(line.value) : `**${line.label}**：${plain(line.value)}`
}

/** The same by mail. */
export const mailOf = (id: string, address: string, { title, lines }: AlertMessage): Mail => ({
  id,
  to: { name: '', address },
  subject: `【${text('zh', 'product.name')}】${oneLine(title)}`,
  text: [
    oneLine(title),
    '',
    ...lines.map((line) => ('url' in line ? `${line.label}：${line.url}` : [line.label, oneLine(line.value)].filter(Boolean).join('：'))),
    '',
    '-- ',
    text('zh', 'alertMail.foot'),
    '',
  ].join('\n'),
})

/** Words that came from outside stay words on one line: no line of their own, nothing that turns others round, no address to tap on. */
const oneLine = (words: string): string =>
  words
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replaceAll('://', '：//')

/** What draws in Markdown is shown by its full-width twin, also where a robot knows no escapes. */
const plain = (words: string): string => oneLine(words).replace(/[<>[\]`*\\]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))

/** Why a message did not arrive: a code that the pages have words for, then what there is to know. */
export function describeFault(error: unknown): { fault: string; detail: string } {
  if (error instanceof OutgoingFault || error instanceof RobotFault) return error
  return { fault: 'mail', detail: oneLine(error instanceof Error ? error.message : 'unknown').slice(0, LONGEST_WORDS * 2) }
}

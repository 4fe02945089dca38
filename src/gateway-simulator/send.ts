import { stopwatch } from '#src/core/time'
import { firstStrike, type SwitchOptions, strikes } from './chaos'
import { type Letter, mustBeRefused, TWISTS, type Twist, writeLetter } from './envelope'
import { eventId, type Notification, RETRIES } from './queue'
import { finishDueRefunds } from './refunding'
import { bankMs, type Simulator } from './simulator'

/** The provider waits this long for an acknowledgement, by the machine's clock whatever the pace. */
const PATIENCE_MS = 5_000
/** What is kept of an answer. */
const KEPT_BODY = 2_000
const DEFAULT_COPIES = 2
const LAST_SENDING = 15

export type Delivery = {
  status: number | null
  body: string
  milliseconds: number
  accepted: boolean
  fault: string | null
  twist: string | null
}

/** What is due by the test clock happens now: refunds end, notifications are sent. Resolves when all have their answers. */
export async function runDue(simulator: Simulator): Promise<number> {
  finishDueRefunds(simulator)
  const due = simulator.books
    .query<Notification, [number]>("SELECT * FROM notifications WHERE next_at <= ? AND state = 'waiting' ORDER BY next_at, id")
    .all(bankMs(simulator))
  for (const { id } of due) simulator.books.query('UPDATE notifications SET next_at = NULL, sent = sent + 1 WHERE id = ?').run(id)
  await Promise.all(due.map((notification) => sendDue(simulator, { ...notification, sent: notification.sent + 1 })))
  return due.length
}

/** What was on its way when the simulator died goes out again. */
export function resumeSending({ books, ...simulator }: Simulator): void {
  books
    .query("UPDATE notifications SET next_at = ? WHERE state = 'waiting' AND next_at IS NULL AND waits_for IS NULL")
    .run(bankMs({ books, ...simulator }))
}

async function sendDue(simulator: Simulator, notification: Notification): Promise<void> {
  const { books } = simulator
  const occasion = { channel: notification.channel, outTradeNo: notification.out_trade_no, operation: notification.kind }
  const answers = await sendCopies(simulator, notification, {
    concurrent: strikes(simulator, 'notify.concurrent', occasion),
    duplicate: strikes(simulator, 'notify.duplicate', occasion),
    newIds: strikes(simulator, 'notify.new_id', occasion) !== undefined,
    twist: firstStrike(simulator, TWISTS, occasion)?.name,
  })
  const deaf = strikes(simulator, 'notify.ignore_ack', occasion)
  const heard = !(deaf && notification.sent < (deaf.times ?? LAST_SENDING))
  const pause = RETRIES[notification.channel][notification.sent - 1]
  if (heard && answers.some(({ accepted }) => accepted)) {
    books.query("UPDATE notifications SET state = 'accepted' WHERE id = ?").run(notification.id)
  } else if (pause === undefined) {
    books.query("UPDATE notifications SET state = 'given_up' WHERE id = ?").run(notification.id)
  } else {
    books
      .query('UPDATE notifications SET next_at = ? WHERE id = ?')
      .run(bankMs(simulator) + pause * (simulator.settings.pace || 1), notification.id)
  }
  release(simulator, notification)
}

/** Who waited for this one goes next. */
function release(simulator: Simulator, { id, channel, kind, out_trade_no }: Notification): void {
  const at = bankMs(simulator)
  simulator.books.query("UPDATE notifications SET next_at = ?, waits_for = NULL WHERE waits_for = 'another' AND id <> ?").run(at, id)
  if (kind !== 'refund') return
  simulator.books
    .query("UPDATE notifications SET next_at = ?, waits_for = NULL WHERE waits_for = 'refund' AND channel = ? AND out_trade_no = ?")
    .run(at, channel, out_trade_no)
}

type Copies = { concurrent?: SwitchOptions; duplicate?: SwitchOptions; newIds?: boolean; twist?: Twist }

async function sendCopies(simulator: Simulator, notification: Notification, copies: Copies): Promise<Delivery[]> {
  const one = () =>
    deliver(simulator, copies.newIds ? { ...notification, event_id: eventId(notification.channel) } : notification, copies.twist)
  if (copies.concurrent) return Promise.all(Array.from({ length: copies.concurrent.times ?? DEFAULT_COPIES }, one))
  const answers: Delivery[] = []
  const times = copies.duplicate ? (copies.duplicate.times ?? DEFAULT_COPIES) : 1
  for (let count = 0; count < times; count++) answers.push(await one())
  return answers
}

/** The same notification again, `times` at once, outside the schedule. */
export function resend(
  simulator: Simulator,
  notification: Notification,
  { times = 1, twist, newIds }: { times?: number } & Copies,
): Promise<Delivery[]> {
  return sendCopies(simulator, notification, { concurrent: { times }, ...(twist ? { twist } : {}), ...(newIds ? { newIds } : {}) })
}

/** Sends one letter, and writes down how it was received. `id` is null for what no schedule knows of. */
export async function deliver(
  simulator: Simulator,
  notification: Omit<Notification, 'id'> & { id: number | null },
  twist?: Twist,
): Promise<Delivery> {
  const letter = writeLetter(simulator, notification, twist)
  const elapsed = stopwatch()
  const answer = await post(addressOf(simulator, notification.url), letter)
  const delivery = judge(notification, answer, Math.round(elapsed()), twist)
  simulator.books
    .query(
      'INSERT INTO deliveries (notification_id, at, twist, status, body, milliseconds, accepted, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      notification.id,
      bankMs(simulator),
      delivery.twist,
      delivery.status,
      delivery.body,
      delivery.milliseconds,
      delivery.accepted ? 1 : 0,
      delivery.fault,
    )
  return delivery
}

/** The address that the merchant named, at the place where a test's product really listens. */
const addressOf = ({ settings }: Simulator, url: string): string =>
  settings.notifyBase ? new URL(new URL(url).pathname, settings.notifyBase).href : url

type Answer = { status: number; body: string; type: string } | { failure: string }

async function post(url: string, { body, headers }: Letter): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal })
    return { status: response.status, body: await response.text(), type: response.headers.get('content-type') ?? '' }
  } catch (error) {
    return { failure: error instanceof Error && error.name === 'TimeoutError' ? 'slow' : 'unreachable' }
  }
}

/** Whether that was an acknowledgement, and whether it was a right one. */
function judge(notification: Pick<Notification, 'channel'>, answer: Answer, milliseconds: number, twist: Twist | undefined): Delivery {
  const facts = { milliseconds, twist: twist ?? null }
  if ('failure' in answer) return { ...facts, status: null, body: '', accepted: false, fault: answer.failure }
  const accepted =
    notification.channel === 'wechat' ? answer.status === 200 || answer.status === 204 : answer.status === 200 && answer.body === 'success'
  const believed = accepted && mustBeRefused(notification, twist)
  const fault = believed ? 'accepted what had to be refused' : (ackFault(notification.channel, answer, accepted) ?? null)
  return { ...facts, status: answer.status, body: answer.body.slice(0, KEPT_BODY), accepted, fault }
}

/** What the protocol finds wrong with how an answer is written. */
function ackFault(
  channel: Notification['channel'],
  { status, body, type }: Exclude<Answer, { failure: string }>,
  accepted: boolean,
): string | undefined {
  if (channel === 'alipay') {
    if (accepted) return type.startsWith('text/plain') ? undefined : 'success has to be text/plain'
    return body === 'fail' || body === 'failure' ? undefined : 'a refusal says fail'
  }
  if (status === 204) return body === '' ? undefined : 'a body in a 204'
  const word = accepted ? 'SUCCESS' : 'FAIL'
  if (!accepted && status < 400) return 'a refusal is 4xx or 5xx'
  try {
    return (JSON.parse(body) as { code?: unknown }).code === word ? undefined : `the code has to be ${word}`
  } catch {
    return 'the body has to be JSON'
  }
}

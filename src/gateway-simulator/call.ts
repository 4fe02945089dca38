import { stopwatch } from '#src/core/time'
import { firstStrike, type SwitchName } from './chaos'
import { bankMs, type Channel, type Simulator } from './simulator'

/** One call of ours as the log and the chaos switches know it. */
export type Call = { channel: Channel; operation: string; outTradeNo: string | undefined; request: string }

/** How a provider says things; `ok` bodies may be spoiled on their way. */
export type Reply = { status: number; code: string; body: string }
export type Voice = {
  /** An answer as it goes over the wire, signed as `flaw` wants it. */
  speak(reply: Reply, flaw?: 'bad_signature' | 'unsigned' | 'stale'): Response
  tooMany: Reply
  /** A machine that broke, and a service that says itself that it does not know. */
  broken: Reply
  unavailable: Reply
}

const BEFORE = ['call.429', 'call.500', 'call.unavailable', 'call.timeout', 'call.cut'] as const satisfies SwitchName[]
const AFTER = [
  'call.500_after',
  'call.unavailable_after',
  'call.timeout_after',
  'call.cut_after',
  'call.wrong_json',
  'call.bad_signature',
  'call.unsigned',
  'call.stale',
] as const satisfies SwitchName[]
/** Longer than the patience of any caller. */
const TIMEOUT_MS = 30_000

/** Does what was asked, or not, and answers, or not: whatever the switches say. Every call is in the log with its outcome. */
export async function answerCall(simulator: Simulator, call: Call, voice: Voice, act: () => Reply): Promise<Response> {
  const elapsed = stopwatch()
  const occasion = { channel: call.channel, outTradeNo: call.outTradeNo, operation: call.operation }
  const before = firstStrike(simulator, BEFORE, occasion)
  const log = (reply: Reply, chaos: string | undefined) => logCall(simulator, call, reply, elapsed(), chaos)
  if (before) {
    const instead = { 'call.429': voice.tooMany, 'call.500': voice.broken, 'call.unavailable': voice.unavailable }[before.name as string]
    log(instead ?? voice.broken, before.name)
    if (instead) return voice.speak(instead)
    if (before.name === 'call.timeout') await Bun.sleep(before.options.milliseconds ?? TIMEOUT_MS)
    return cutConnection()
  }
  const reply = simulator.books.transaction(act)()
  const after = firstStrike(simulator, AFTER, occasion)
  log(reply, after?.name)
  switch (after?.name) {
    case 'call.500_after':
      return voice.speak(voice.broken)
    case 'call.unavailable_after':
      return voice.speak(voice.unavailable)
    case 'call.timeout_after':
      await Bun.sleep(after.options.milliseconds ?? TIMEOUT_MS)
      return cutConnection()
    case 'call.cut_after':
      return cutConnection()
    case 'call.wrong_json':
      return voice.speak({ ...reply, status: 200, body: `${reply.body.slice(0, Math.max(1, reply.body.length / 2))}<html>` })
    case 'call.bad_signature':
      return voice.speak(reply, 'bad_signature')
    case 'call.unsigned':
      return voice.speak(reply, 'unsigned')
    case 'call.stale':
      return voice.speak(reply, 'stale')
    default:
      return voice.speak(reply)
  }
}

export function logCall({ books, ...simulator }: Simulator, call: Call, reply: Reply, milliseconds: number, chaos?: string): void {
  books
    .query(
      'INSERT INTO calls (at, channel, operation, number, request, status, code, milliseconds, chaos) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      bankMs({ books, ...simulator }),
      call.channel,
      call.operation,
      call.outTradeNo ?? null,
      call.request,
      reply.status,
      reply.code,
      Math.round(milliseconds),
      chaos ?? null,
    )
}

/** A body that breaks before its first byte resets the connection; without an Error, because nothing of ours went wrong. */
const cutConnection = (): Response => new Response(new ReadableStream({ start: (stream) => stream.error(undefined) }))

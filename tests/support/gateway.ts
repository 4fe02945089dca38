import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BillChange } from '#src/gateway-simulator/bill-lines'
import type { Bulk } from '#src/gateway-simulator/bulk'
import type { Switch, SwitchName, SwitchOptions } from '#src/gateway-simulator/chaos'
import type { Twist } from '#src/gateway-simulator/envelope'
import { prepareGateway } from '#src/gateway-simulator/keys'
import type { Notification } from '#src/gateway-simulator/queue'
import type { Refund, RefundState } from '#src/gateway-simulator/refunds'
import type { Delivery } from '#src/gateway-simulator/send'
import type { Channel, Settings } from '#src/gateway-simulator/simulator'
import type { Trade } from '#src/gateway-simulator/trades'
import { childEnvironment } from '#src/platform/config'
import { SUPERVISED } from '#src/platform/supervised'
import { freePort } from './http'

/** A thousand times faster than life: a refund takes 0.3 s, the first retry of a notification 15 ms. */
const PACE = 1 / 1000

const KEYS = join(import.meta.dir, '../../.data/test/gateway-keys')

export type GatewayOptions = {
  /** Where the product really listens, whatever address it names in its orders. */
  notifyBase?: string
  /** Waits times this; 0: nothing goes out before `control.deliver()`. */
  pace?: number
  /** To go on with the books of an earlier simulator; kept when it stops. */
  folder?: string
  port?: number
}
type SentNotification = Omit<Notification, 'content'> & { content: Record<string, unknown>; deliveries: Delivery[] }
type LoggedCall = {
  id: number
  at: number
  channel: Channel
  operation: string
  number: string | null
  request: string
  status: number
  code: string
  chaos: string | null
}

/** A simulated bank in a process of its own: `env` is what the product needs, `control` turns it. */
export async function startGateway(options: GatewayOptions = {}) {
  const folder = options.folder ?? (await freshFolder())
  const port = options.port ?? freePort()
  const env = await prepareGateway(folder, { port })
  const url = `http://127.0.0.1:${port}`
  const words = ['--folder', folder, '--port', String(port), '--pace', String(options.pace ?? PACE)]
  if (options.notifyBase) words.push('--notify-base', options.notifyBase)
  // The pipe is never written to: it closes when the test process dies, however it dies, and the bank then goes too.
  const child = Bun.spawn([process.execPath, 'src/gateway-simulator/main.ts', SUPERVISED, ...words], {
    cwd: join(import.meta.dir, '../..'),
    env: childEnvironment({ APP_ENV: 'test' }),
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  await answers(url, child)
  return {
    url,
    env,
    folder,
    control: controlOf(url),
    /** `SIGKILL` for a bank that dies in the middle of things. */
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal)
      await child.exited
      if (!options.folder) rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type TestGateway = Awaited<ReturnType<typeof startGateway>>

function controlOf(url: string) {
  const ask = async <T>(verb: string, input: object = {}): Promise<T> => {
    const response = await fetch(`${url}/control/${verb}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    })
    const answer = (await response.json()) as T & { fault?: string }
    if (!response.ok) throw new Error(`the simulator's ${verb}: ${answer.fault}`)
    return answer
  }
  return {
    /** The buyer has paid; a notification goes out. `late`: although the time to pay is over. */
    pay: (channel: Channel, outTradeNo: string, { late = false } = {}) => ask<Trade>('pay', { channel, outTradeNo, late }),
    /** The buyer has scanned and thinks it over: from here on Alipay knows the trade. */
    scan: (channel: Channel, outTradeNo: string) => ask('scan', { channel, outTradeNo }),
    trade: (channel: Channel, outTradeNo: string) => ask<Trade & { refunds: Refund[] }>('trade', { channel, outTradeNo }),
    trades: () => ask<Trade[]>('trades'),
    refunds: () => ask<Refund[]>('refunds'),
    /** Brings a refund to its end at once. */
    finishRefund: (channel: Channel, outRefundNo: string, state: RefundState) =>
      ask<Refund>('finish-refund', { channel, outRefundNo, state }),
    /** What the merchant has at the provider; set when given. */
    balance: (channel: Channel, fen?: number) => ask<{ fen: number }>('balance', { channel, fen }),
    /** Turns the bank's clock forward; what falls due goes out. */
    advance: (milliseconds: number) => ask<{ now: string; ahead: number }>('clock', { advance: milliseconds }),
    setAhead: (milliseconds: number) => ask<{ now: string; ahead: number }>('clock', { ahead: milliseconds }),
    settings: (changes: Partial<Settings>) => ask<Settings>('settings', changes),
    chaos: (name: SwitchName, options: SwitchOptions = {}) => ask<{ id: number }>('chaos', { ...options, name }),
    clearChaos: (which: { id?: number; name?: SwitchName } = {}) => ask('chaos-clear', which),
    switches: () => ask<Switch[]>('chaos-list'),
    notifications: () => ask<SentNotification[]>('notifications'),
    deliveries: () => ask<Delivery[]>('deliveries'),
    /** Sends everything that is due and waits for the answers; how things move at pace 0. */
    deliver: () => ask<{ sent: number }>('deliver'),
    /** One notification again, `times` at once; resolves with every answer. */
    resend: (id: number, options: { times?: number; twist?: Twist; newIds?: boolean } = {}) =>
      ask<Delivery[]>('resend', { ...options, id }),
    /** A notification without a payment, signed rightly unless twisted; `content` goes over its usual words. */
    forge: (forgery: {
      channel: Channel
      url: string
      outTradeNo: string
      amount?: number
      kind?: 'payment' | 'refund'
      twist?: Twist
      eventId?: string
      content?: object
    }) => ask<Delivery>('forge', forgery),
    /** A difference between the books and the bill of a day. */
    changeBill: (channel: Channel, day: string, change: BillChange) => ask('bill-change', { channel, day, ...change }),
    clearBillChanges: () => ask('bill-clear'),
    /** Many paid orders at once, told to nobody: those in `orders`, or `count` of `prefix` and a running number from 1. */
    bulk: (channel: Channel, bulk: Bulk) => ask<{ paid: number }>('bulk', { ...bulk, channel }),
    calls: () => ask<LoggedCall[]>('calls'),
  }
}

/** Keys cost a fifth of a second, so all tests of a checkout share one set. */
async function freshFolder(): Promise<string> {
  if (!existsSync(join(KEYS, 'identity.json'))) {
    mkdirSync(KEYS, { recursive: true })
    await prepareGateway(KEYS, { port: 0 })
  }
  const folder = mkdtempSync(join(tmpdir(), 'mr-gateway-'))
  cpSync(KEYS, folder, { recursive: true })
  return folder
}

async function answers(url: string, child: Bun.Subprocess): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) throw new Error(`the simulator ended with ${child.exitCode}`)
    const up = await fetch(`${url}/control/chaos-list`, { method: 'POST', headers: { 'Content-Type': 'application/json' } }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (up) return
    await Bun.sleep(20)
  }
  child.kill()
  throw new Error(`no simulator at ${url}`)
}

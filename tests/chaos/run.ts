import { type Random, randomFrom } from '#drizzle/seed/random'
import { parseId, type Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import type { SwitchName } from '#src/gateway-simulator/chaos'
import { expireOrders, syncPendingOrders } from '#src/payments/sync-pending'
import { syncRefunds } from '#src/refunds/sync-processing'
import { anAddress, operatorToken } from '#tests/support/api'
import { anOperator } from '#tests/support/factory'
import { wrongBooks } from './books'
import type { World } from './world'

export type Outcome = { orders: number; paid: number; refunds: number; kills: number; faults: string[]; story: string[] }

/** Where a web process may die, and one that does what the clock says. */
const WEB_POINTS = [
  'start:committed',
  'start:opened',
  'notice:stored',
  'settle:asked',
  'settle:locked',
  'settle:order_written',
  'settle:ledger_written',
  'settle:message_written',
  'settle:audit_written',
  'settle:quarantine_written',
  'settle:suspense_written',
  'settle:before_commit',
  'settle:committed',
  'refund:locked',
  'refund:debited',
  'refund:planned',
  'refund:before_approval_commit',
] as const
const WORK_POINTS = [
  'settle:asked',
  'settle:order_written',
  'settle:ledger_written',
  'settle:before_commit',
  'settle:committed',
  'refund:attempted',
  'refund:sent',
  'refund:asked',
  'refund:settling',
  'refund:journal_written',
  'refund:before_commit',
  'refund:committed',
] as const

/** Everything that does not take seconds to happen; what is only slow is tested elsewhere. */
const TROUBLES: readonly SwitchName[] = [
  'call.429',
  'call.500',
  'call.500_after',
  'call.unavailable_after',
  'call.cut',
  'call.cut_after',
  'call.wrong_json',
  'call.bad_signature',
  'call.unsigned',
  'call.stale',
  'query.lag',
  'query.absent',
  'trade.wrong_amount',
  'trade.wrong_currency',
  'trade.coupon',
  'refund.slow',
  'refund.abnormal',
  'refund.closed',
  'notify.drop',
  'notify.duplicate',
  'notify.concurrent',
  'notify.delay',
  'notify.reorder',
  'notify.refund_first',
  'notify.ignore_ack',
  'notify.new_id',
  'notify.bad_signature',
  'notify.signtest',
  'notify.forged',
  'notify.other_key',
  'notify.stale',
  'notify.wrong_amount',
]

/** Alipay's answers name no currency, and its refunds are done or not yet. */
const ONLY_WECHAT = new Set<SwitchName>(['trade.wrong_currency', 'refund.abnormal', 'refund.closed'])

const MINUTE_MS = 60_000
/** Long enough for every order to lapse and for the last question about a refund. */
const RECOVERY = [16, 10, 20, 40, 80, 160, 320].map((minutes) => minutes * MINUTE_MS)

type Stage = { world: World; random: Random; operatorId: Uuid; token: string; story: string[]; kills: number }

/** One story of one operator; the same seed tells the same one, as far as processes at once can be told. */
export async function playRun(world: World, seed: string): Promise<Outcome> {
  const random = randomFrom(seed)
  const operator = await anOperator()
  const stage: Stage = { world, random, operatorId: operator.id, token: await operatorToken(operator.id), story: [], kills: 0 }
  await makeTrouble(stage)
  await serve(stage, random.chance(0.6) ? random.pick(WEB_POINTS) : '')
  const count = random.whole(1, 3)
  for (let order = 0; order < count; order++) await rechargeOnce(stage)
  if (random.chance(0.5)) await work(stage)
  if (random.chance(0.65)) await refundOnce(stage)
  if (random.chance(0.7)) await work(stage)
  await recover(stage)
  const { faults, orders, paid, refunds } = await wrongBooks(world, operator.id)
  await world.forget(operator.id)
  await world.pass(-world.ahead())
  return { faults, orders, paid, refunds, kills: stage.kills, story: stage.story }
}

async function makeTrouble({ world, random, story }: Stage): Promise<void> {
  const kinds = random.whole(0, 4)
  for (let kind = 0; kind < kinds; kind++) {
    const [name, count] = [random.pick(TROUBLES), random.whole(1, 3)]
    const channel = ONLY_WECHAT.has(name) ? { channel: 'wechat' as const } : {}
    await world.bank.control.chaos(name, { ...channel, count, seed: random.whole(1, 1_000_000) })
    story.push(`trouble: ${name} × ${count}`)
  }
}

async function serve({ world, story }: Stage, point: string): Promise<void> {
  story.push(point ? `server that dies at ${point}` : 'server')
  await world.serve(point)
}

/** Brings a server back that died; one death is enough for a story. */
async function revive(stage: Stage): Promise<boolean> {
  await Bun.sleep(1)
  if (!stage.world.hasDied()) return false
  stage.kills++
  stage.story.push('server died')
  await serve(stage, '')
  return true
}

/** After a lost answer, so long until a process that lives is asked again. */
const LOST_MS = 1_000

/** A call of the API that a caller repeats until it is answered, as its client library would. */
async function call(stage: Stage, at: string, { token, body, key }: { token: string; body?: object; key?: string }) {
  const [method, path] = at.split(' ') as [string, string]
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const response = await fetch(stage.world.url + path, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
          'X-Forwarded-For': anAddress(),
          ...(key ? { 'Idempotency-Key': key } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const answer = (await response.json()) as { data?: Record<string, unknown>; items?: Record<string, unknown>[] }
      stage.story.push(`${at} → ${response.status}`)
      return { status: response.status, ...answer }
    } catch {
      await stage.world.diesWithin(LOST_MS)
      await revive(stage)
    }
  }
  throw new Error(`${at} was never answered`)
}

async function rechargeOnce(stage: Stage): Promise<void> {
  const { world, random, token } = stage
  const channel = random.pick(['wechat', 'alipay'] as const)
  const amount = `${random.whole(10, 900)}.${random.digits(2)}`
  const body = { amount, payment_method: channel }
  const { data } = await call(stage, 'POST /v1/operators/me/recharge', { token, body, key: random.alphanumeric(20) })
  const id = typeof data?.order_id === 'string' ? parseId('order', data.order_id) : undefined
  if (!id) return
  const number = id.replaceAll('-', '')
  const then = random.weighted([
    { value: 'pay', weight: 7 },
    { value: 'pay late', weight: 1 },
    { value: 'cancel, then pay', weight: 1 },
    { value: 'nothing', weight: 1 },
  ])
  stage.story.push(`${channel} ${amount} ${number}: ${then}`)
  if (then === 'nothing') return
  if (then === 'cancel, then pay') await call(stage, `POST /v1/operators/me/recharge/${id}/cancel`, { token })
  // The phone may be refused: closed orders and lapsed codes cannot be paid.
  await world.bank.control
    .pay(channel, number, { late: then === 'pay late' })
    .catch((refusal: Error) => stage.story.push(`phone: ${refusal.message}`))
  await Bun.sleep(random.whole(0, 80))
  await revive(stage)
}

async function refundOnce(stage: Stage): Promise<void> {
  const { world, random, token } = stage
  const isPart = random.chance(0.5)
  const body = { reason: '门店关闭一台设备，退回部分余额', ...(isPart ? { amount: `${random.whole(1, 60)}.${random.digits(2)}` } : {}) }
  const asked = await call(stage, 'POST /v1/operators/me/refunds', { token, body })
  if (asked.status !== 201) return
  const pending = await world.owner<{ id: Uuid }[]>`
    SELECT id FROM refund_records WHERE operator_id = ${stage.operatorId} AND status = 'pending' ORDER BY created_at`
  for (const { id } of pending) await call(stage, `POST /v1/finance/refunds/${id}/approve`, { token: world.finance, body: {} })
}

async function work(stage: Stage): Promise<void> {
  const { world, random } = stage
  const point = random.chance(0.7) ? random.pick(WORK_POINTS) : ''
  const minutes = random.whole(1, 30)
  await world.pass(minutes * MINUTE_MS)
  const died = await world.work(point, world.ahead())
  stage.story.push(`${minutes} minutes pass, jobs ${point ? `that die at ${point}` : ''}${died ? ', died' : ''}`)
  if (died) stage.kills++
  await revive(stage)
}

/** Peace: no more trouble, a server that lives, and as much time as everything needs. */
async function recover(stage: Stage): Promise<void> {
  const { world } = stage
  await world.bank.control.clearChaos()
  await revive(stage)
  await world.serve('')
  for (const milliseconds of RECOVERY) {
    await world.pass(milliseconds)
    await expireOrders({ now: now() })
    await syncPendingOrders({ now: now() })
    await syncRefunds({ now: now() })
  }
}

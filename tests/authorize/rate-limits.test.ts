import { afterEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { addMs, instant, nowMs, useClock } from '#src/core/time'
import { takeToken } from '#src/platform/rate-limit'
import { type Answer, authorize, newSessionId } from '#tests/support/client'
import { aStore, type Store } from '#tests/support/factory'
import { aScene, changeSettings } from './scene'

const scene = aScene({})
let realClock = () => {}
afterEach(() => realClock())

let addresses = 0
/** The limit per address would come first. */
const from = (address = `198.19.0.${++addresses}`) => ({ 'X-Forwarded-For': address })

const start = (store: Store, options: { sessionId?: string; headers?: Record<string, string> } = {}): Promise<Answer> =>
  authorize(scene.url, store, { players: 1, headers: from(), ...options })
const codes = (answers: Answer[]) => answers.map(({ status }) => status)
const inTurn = async (count: number, call: () => Promise<Answer>): Promise<Answer[]> => {
  const answers: Answer[] = []
  for (let turn = 0; turn < count; turn++) answers.push(await call())
  return answers
}

/** Stops the clock of this process; the returned function moves it. */
function stopClock(): (seconds: number) => void {
  let at = nowMs()
  realClock = useClock(() => at)
  return (seconds) => {
    at += seconds * 1000
  }
}

describe('the bucket of an operator', () => {
  test('gives 10 calls at once, then one every 6 seconds, and says when', async () => {
    const forward = stopClock()
    const store = await aStore({ balance: '1000.00', price: '1.00', defaultLimits: true })
    const answers = await inTurn(11, () => start(store))
    expect(codes(answers)).toEqual([...Array(10).fill(200), 429])
    const last = answers[10]!
    expect(last.body.details).toEqual({ scope: 'operator', limit: 10, window_seconds: 60, retry_after: 6 })
    expect(last.headers.get('retry-after')).toBe('6')
    forward(5.9)
    expect((await start(store)).headers.get('retry-after')).toBe('1')
    forward(0.1)
    expect(codes(await inTurn(2, () => start(store)))).toEqual([200, 429])
    forward(60)
    expect(codes(await inTurn(11, () => start(store)))).toEqual([...Array(10).fill(200), 429])
  })

  test('counts what passed the account, also replays and later refusals, but not calls that nobody signed', async () => {
    stopClock()
    const store = await aStore({ balance: '1.00', price: '1.00', defaultLimits: true })
    const sessionId = newSessionId(store.operator.id)
    for (let turn = 0; turn < 20; turn++) await authorize(scene.url, store, { signature: 'x', headers: from() })
    expect(codes(await inTurn(5, () => start(store, { sessionId })))).toEqual([200, 200, 200, 200, 200])
    expect(codes(await inTurn(6, () => start(store)))).toEqual([402, 402, 402, 402, 402, 429])
  })

  test('holds for a storm as for a queue: of 40 parallel calls 10 pass', async () => {
    stopClock()
    const store = await aStore({ balance: '1000.00', price: '1.00', defaultLimits: true })
    const answers = codes(await Promise.all(Array.from({ length: 40 }, () => start(store))))
    expect(answers.filter((status) => status === 200)).toHaveLength(10)
    expect(answers.filter((status) => status === 429)).toHaveLength(30)
  })

  test('is its own: one operator at its limit does not hold up another', async () => {
    const [store, other] = [
      await aStore({ balance: '100.00', price: '1.00', defaultLimits: true }),
      await aStore({ balance: '100.00', price: '1.00', defaultLimits: true }),
    ]
    await inTurn(11, () => start(store))
    expect((await start(other)).status).toBe(200)
  })

  test("an operator's own limit goes before the general one", async () => {
    stopClock()
    const store = await aStore({ balance: '1000.00', price: '1.00', defaultLimits: true })
    await scene.owner`UPDATE operator_accounts SET rate_limit_per_minute = 60, rate_limit_burst = 3 WHERE id = ${store.operator.id}`
    const answers = await inTurn(4, () => start(store))
    expect(codes(answers)).toEqual([200, 200, 200, 429])
    expect(answers[3]!.body.details).toEqual({ scope: 'operator', limit: 60, window_seconds: 60, retry_after: 1 })
  })

  test('a clock that was set back shuts nobody out', async () => {
    const forward = stopClock()
    const store = await aStore({ balance: '1000.00', price: '1.00', defaultLimits: true })
    forward(86_400)
    await inTurn(10, () => start(store))
    forward(-86_400)
    expect((await start(store)).status).toBe(200)
    expect((await start(store)).body.error_code).toBe('RATE_LIMIT_EXCEEDED')
  })
})

describe('the bucket of an address', () => {
  test('gives 100 calls, whoever signs them, then 429 before anything else is looked at', async () => {
    const forward = stopClock()
    const headers = from()
    const stores = [await aStore({ balance: '1000.00', price: '1.00' }), await aStore({ balance: '1000.00', price: '1.00' })]
    let turn = 0
    const answers = await inTurn(100, () => start(stores[turn++ % 2]!, { headers }))
    expect(new Set(codes(answers))).toEqual(new Set([200]))
    const over = await authorize(scene.url, stores[0]!, { headers, body: 'not even JSON' })
    expect([over.status, over.body.details]).toEqual([429, { scope: 'ip', limit: 100, window_seconds: 60, retry_after: 1 }])
    expect(over.headers.get('retry-after')).toBe('1')
    expect((await start(stores[0]!)).status).toBe(200)
    forward(0.6)
    expect(codes(await inTurn(2, () => start(stores[0]!, { headers })))).toEqual([200, 429])
  })

  test('follows the setting', async () => {
    await changeSettings(scene.owner, { rate_limit_ip_per_minute: 2 })
    const [store, headers] = [await aStore({ balance: '1000.00', price: '1.00' }), from()]
    expect(codes(await inTurn(3, () => start(store, { headers })))).toEqual([200, 200, 429])
    await changeSettings(scene.owner, { rate_limit_ip_per_minute: 100 })
  })
})

test('over any time a bucket admits at most its burst and what flowed in, and whoever waits as told is admitted', () => {
  const limits = fc.record({ perMinute: fc.integer({ min: 1, max: 600 }), burst: fc.integer({ min: 1, max: 50 }) })
  fc.assert(
    fc.property(limits, fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 80 }), (limit, pauses) => {
      let [at, fullAt, admitted, elapsed] = [instant(1_767_225_600_000), undefined as Date | undefined, 0, 0]
      for (const pause of pauses) {
        at = addMs(at, pause)
        elapsed += pause
        const taken = takeToken(fullAt, limit, at)
        if (taken.ok) {
          admitted++
          fullAt = taken.fullAt
        } else {
          expect(takeToken(fullAt, limit, addMs(at, taken.retryAfterSeconds * 1000)).ok).toBe(true)
        }
        // Whole milliseconds: up to one is lost with each token.
        expect(admitted).toBeLessThanOrEqual(limit.burst + ((elapsed + admitted) * limit.perMinute) / 60_000 + 1e-6)
      }
    }),
    { seed: 2026, numRuns: 500 },
  )
})

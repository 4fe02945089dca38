import { afterEach, describe, expect, test } from 'bun:test'
import { addSeconds, instant, iso, nowMs, useClock } from '#src/core/time'
import { bookFaults } from '#tests/ledger/books'
import { type Answer, authorize, newSessionId, signedCall } from '#tests/support/client'
import { aStore, balanceOf, type Store } from '#tests/support/factory'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene()
let realClock = () => {}
afterEach(() => realClock())

const end = (store: Store, sessionId: string, body = ''): Promise<Answer> =>
  signedCall(scene.url, { apiKey: store.operator.apiKey, path: `/v1/auth/game/sessions/${sessionId}/end`, body })

type Game = { store: Store; sessionId: string; usageId: unknown; startedAt: Date }

async function aGame(): Promise<Game> {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const { body } = await authorize(scene.url, store, { sessionId, players: 1 })
  return { store, sessionId, usageId: body.data!.usage_id, startedAt: instant(body.data!.authorized_at as string) }
}

/** Stops the clock `seconds` after a game began. */
const after = ({ startedAt }: Game, seconds: number): void => {
  realClock = useClock(() => startedAt.getTime() + seconds * 1000)
}

test('the reported duration is stored; no money moves', async () => {
  const game = await aGame()
  const before = await countRows(scene.owner)
  after(game, 300)
  const answer = await end(game.store, game.sessionId, '{"duration_seconds":250}')
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      success: true,
      data: {
        usage_id: game.usageId,
        session_id: game.sessionId,
        game_duration: 250,
        ended_at: iso(addSeconds(game.startedAt, 250)),
        estimated: false,
      },
    },
  ] as never)
  expect(await countRows(scene.owner)).toEqual(before)
  expect(await balanceOf(game.store.operator.id)).toBe(9_000n as never)
  expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([
    { operation: 'session_end', result: 'accepted', sessionId: game.sessionId },
  ])
  expect(await bookFaults(scene.owner)).toEqual([])
})

test.each(['', '{}'])('without a duration (%p) it is counted from the authorisation to now and marked estimated', async (body) => {
  const game = await aGame()
  after(game, 90)
  expect((await end(game.store, game.sessionId, body)).body.data).toMatchObject({
    game_duration: 90,
    ended_at: iso(addSeconds(game.startedAt, 90)),
    estimated: true,
  })
})

test('the identical report replays the first answer, also later and without op_', async () => {
  for (const body of ['{"duration_seconds":60}', '']) {
    const game = await aGame()
    after(game, 120)
    const first = await end(game.store, game.sessionId, body)
    after(game, 240)
    for (const sessionId of [game.sessionId, game.sessionId.slice(3)]) {
      const again = await end(game.store, sessionId, body)
      expect([again.status, again.body.replayed, again.headers.get('idempotency-replayed')]).toEqual([200, true, 'true'])
      expect(JSON.stringify(again.body.data)).toBe(JSON.stringify(first.body.data))
    }
  }
})

test.each([
  ['{"duration_seconds":60}', '{"duration_seconds":61}'],
  ['{"duration_seconds":60}', ''],
  ['', '{"duration_seconds":120}'],
  ['{"duration_seconds":60}', '{"duration_seconds":60,"ended_at":"2026-01-01T00:00:00Z"}'],
])('after %s the report %s is SESSION_ID_CONFLICT; the first one stands', async (report, other) => {
  const game = await aGame()
  after(game, 120)
  const first = await end(game.store, game.sessionId, report)
  const second = await end(game.store, game.sessionId, other)
  expect([second.status, second.body.error_code]).toEqual([409, 'SESSION_ID_CONFLICT'])
  expect((await end(game.store, game.sessionId, report)).body.data).toEqual(first.body.data)
})

test('of 20 different reports at once exactly one stands', async () => {
  const game = await aGame()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, seconds) => end(game.store, game.sessionId, `{"duration_seconds":${seconds}}`)),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
})

describe('what is not a report', () => {
  test.each([
    '{"duration_seconds":-1}',
    '{"duration_seconds":86401}',
    '{"duration_seconds":1.5}',
    '{"duration_seconds":"60"}',
    '{"duration_seconds":null}',
    '{"duration":60}',
    '[]',
    '{',
  ])('%s is INVALID_PARAMS', async (body) => {
    const game = await aGame()
    const answer = await end(game.store, game.sessionId, body)
    expect([answer.status, answer.body.error_code]).toEqual([400, 'INVALID_PARAMS'])
  })

  test.each([
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-01-01',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '0000-01-01T00:00:00Z',
    '2099-01-01T00:00:00Z',
    '1999-01-01T00:00:00Z',
  ])('an end at %s is INVALID_PARAMS', async (endedAt) => {
    const game = await aGame()
    const answer = await end(game.store, game.sessionId, JSON.stringify({ ended_at: endedAt }))
    expect([answer.status, (answer.body.details as { field: string }[])[0]?.field]).toEqual([400, 'ended_at'])
  })

  test("an unknown session, a malformed one and another operator's are the same 404", async () => {
    const [game, other] = [await aGame(), await aStore({})]
    const unknown = newSessionId(other.operator.id, nowMs())
    for (const sessionId of [
      unknown,
      'none',
      '..%2f..%2fetc',
      '%00',
      '%E0%A4%A',
      `${game.sessionId}x`,
      game.sessionId,
      game.sessionId.replace(game.store.operator.id, other.operator.id),
    ]) {
      const answer = await end(other, sessionId)
      expect([answer.status, answer.body.error_code]).toEqual([404, 'SESSION_NOT_FOUND'])
    }
  })
})

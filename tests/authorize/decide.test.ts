import { describe, expect, test } from 'bun:test'
import { type Call, decide, type Usage, type World } from '#src/authorize/decide'
import { requestHash } from '#src/authorize/input'
import { parseSessionId } from '#src/authorize/session-id'
import { newId } from '#src/core/ids'
import { money } from '#src/core/money'
import { addSeconds, instant } from '#src/core/time'
import { GENESIS_HASH } from '#src/ledger/chain'

const NOW = instant('2026-01-01T00:00:00.000Z')
const [SITE, GAME] = [newId(), newId()]

/** One operator with 50.00, a site and a game at 10.00 for 1 to 8. */
function aWorld(change: { balance?: number; perMinute?: number; burst?: number; sessions?: Usage[] } = {}): World & { operatorId: string } {
  const operatorId = newId()
  return {
    operatorId,
    now: NOW,
    operators: [
      {
        id: operatorId,
        name: '星空乐园',
        balance: money(change.balance ?? 5_000),
        ledgerSeq: 7n,
        ledgerHash: GENESIS_HASH,
        apiKeySha256: operatorId,
        previousApiKeySha256: null,
        previousApiKeyValidUntil: null,
        apiKeyAddresses: [],
        isLocked: false,
        lockedReason: null,
        lockedAt: null,
        deactivatedAt: null,
        rateLimitPerMinute: change.perMinute ?? 1_000_000,
        rateLimitBurst: change.burst ?? 1_000_000,
      },
    ],
    buckets: new Map(),
    sessions: change.sessions ?? [],
    sites: [{ id: SITE, operatorId, name: '北京门店', deletedAt: null }],
    applications: [{ id: GAME, name: '太空探险', unitPrice: money(1_000), minPlayers: 1, maxPlayers: 8, isActive: true }],
    grants: [{ operatorId, applicationId: GAME, expiresAt: null }],
    limit: { perMinute: 10, burst: 10 },
    sessionSkewSeconds: 300,
  }
}

let random = 0
function aCall(world: { operatorId: string }, change: { sessionText?: string; players?: number } = {}): Call {
  const sessionText = change.sessionText ?? `op_${world.operatorId}_${NOW.getTime()}_${String(++random).padStart(16, 'a')}`
  const start = { applicationId: GAME, siteId: SITE, playerCount: change.players ?? 1 }
  const session = parseSessionId(sessionText)
  return {
    apiKeySha256: world.operatorId,
    sessionText,
    session,
    start,
    requestHash: requestHash(start),
    ip: '::1',
    userAgent: '',
    requestId: newId(),
  }
}
const verdicts = (calls: Call[], world: World) =>
  decide(calls, world).decisions.map((one) => (one.verdict === 'refused' ? one.problem.code : one.verdict))

describe('calls of one batch', () => {
  test('see what the earlier ones left over: first come, first served, and a smaller game may still fit', () => {
    const world = aWorld()
    const calls = [3, 3, 2, 1].map((players) => aCall(world, { players }))
    expect(verdicts(calls, world)).toEqual(['charged', 'INSUFFICIENT_BALANCE', 'charged', 'INSUFFICIENT_BALANCE'])
  })

  test('continue one chain without a gap, across refusals', () => {
    const world = aWorld()
    const { decisions } = decide(
      [2, 9, 2, 8, 1].map((players) => aCall(world, { players })),
      world,
    )
    const rows = decisions.flatMap((one) => (one.verdict === 'charged' ? [one.journal] : []))
    expect(rows.map((row) => [row.seq, row.balanceAfter])).toEqual([
      [8n, 3_000n],
      [9n, 1_000n],
      [10n, 0n],
    ] as never)
    expect(rows.map((row) => row.prevHash)).toEqual([GENESIS_HASH, rows[0]!.hash, rows[1]!.hash])
  })

  test('that are twins: the first is charged, the others get its receipt; a rival is a conflict', () => {
    const world = aWorld()
    const first = aCall(world)
    const { sessionText } = first
    const { decisions } = decide(
      [first, aCall(world, { sessionText }), aCall(world, { sessionText, players: 2 }), aCall(world, { sessionText })],
      world,
    )
    expect(decisions.map(({ verdict }) => verdict)).toEqual(['charged', 'replayed', 'refused', 'replayed'])
    const usages = decisions.flatMap((one) => (one.verdict === 'refused' ? [] : [one.usage]))
    expect(new Set(usages).size).toBe(1)
  })

  test('take tokens one after the other', () => {
    const world = aWorld({ perMinute: 10, burst: 2 })
    const decided = decide(
      [1, 1, 1].map(() => aCall(world)),
      world,
    )
    expect(decided.decisions.map(({ verdict }) => verdict)).toEqual(['charged', 'charged', 'refused'])
    expect(decided.buckets.get(world.operatorId)).toEqual(addSeconds(NOW, 12))
  })

  test('of an unknown key are refused beside the others', () => {
    const world = aWorld()
    expect(verdicts([aCall(world), { ...aCall(world), apiKeySha256: 'unknown' }, aCall(world)], world)).toEqual([
      'charged',
      'INVALID_API_KEY',
      'charged',
    ])
  })

  test('of several operators do not touch each other', () => {
    const [one, other] = [aWorld({ balance: 1_000 }), aWorld({ balance: 1_000 })]
    const otherSite = newId()
    const world = {
      ...one,
      operators: [...one.operators, ...other.operators],
      sites: [...one.sites, { ...other.sites[0]!, id: otherSite }],
      grants: [...one.grants, ...other.grants],
    }
    const foreign = aCall(other)
    const own = { ...aCall(other), start: { ...foreign.start, siteId: otherSite } }
    expect(verdicts([aCall(one), foreign, own, aCall(one)], world)).toEqual([
      'charged',
      'SITE_NOT_FOUND',
      'charged',
      'INSUFFICIENT_BALANCE',
    ])
  })
})

test('the world that was read is left as it was', () => {
  const world = aWorld()
  const before = structuredClone({ ...world, operators: world.operators })
  decide([aCall(world), aCall(world)], world)
  expect(structuredClone({ ...world, operators: world.operators })).toEqual(before)
})

import { expect } from 'bun:test'
import type { ProblemCode } from '#src/core/errors'
import { showId } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { authorize, newSessionId } from '#tests/support/client'
import { aStore, type Store } from '#tests/support/factory'
import type { Scene } from './scene'

/** A game start that is right in everything until rungs are broken. */
export type Draft = {
  store: Store
  address: string
  apiKey: string
  timestamp: string
  signature: string | undefined
  sessionId: string
  /** Charged for another game start, if the ladder asks for it. */
  knownSessionId: string
  mediaType: string
  padding: string
  body: Record<string, unknown>
}

/** One rung of API 1.3: how to break it, and what it must say in both languages. `prepare` changes the world, `ask` the request. */
export type Rung = {
  code: ProblemCode
  /** Tells two rungs of one code apart. */
  scope?: string
  status: number
  prepare?: (draft: Draft, scene: Scene) => Promise<unknown>
  ask?: (draft: Draft) => unknown
  details: (draft: Draft) => unknown
  zh: string
  en: string
}

let addresses = 0

/** A store with 10.00 yuan and default limits, a game for 2 to 8 players at 1.00. */
async function aDraft(): Promise<Draft> {
  const store = await aStore({ balance: '10.00', price: '1.00', min: 2, max: 8, defaultLimits: true })
  const count = ++addresses
  const sessionId = newSessionId(store.operator.id)
  return {
    store,
    address: `198.18.${count >> 8}.${count & 255}`,
    apiKey: store.operator.apiKey,
    timestamp: String(Math.floor(nowMs() / 1000)),
    signature: undefined,
    sessionId,
    knownSessionId: newSessionId(store.operator.id),
    mediaType: 'application/json',
    padding: '',
    body: { app_id: showId('application', store.applicationId), site_id: showId('site', store.siteId), player_count: 2 },
  }
}

/** A draft with these rungs broken, all of them at once. */
export async function broken(scene: Scene, rungs: Rung[]): Promise<Draft> {
  const draft = await aDraft()
  if (rungs.some(({ code }) => code === 'SESSION_ID_CONFLICT')) {
    const other = { ...draft, sessionId: draft.knownSessionId, body: { ...draft.body, player_count: 3 } }
    expect((await send(scene, other)).status).toBe(200)
  }
  // From the last to the first: where two break the same thing, the earlier one stands.
  for (const { prepare, ask } of rungs.toReversed()) {
    await prepare?.(draft, scene)
    ask?.(draft)
  }
  return draft
}

export const send = (scene: Scene, draft: Draft, language?: 'en') =>
  authorize(scene.url, draft.store, {
    apiKey: draft.apiKey,
    timestamp: draft.timestamp,
    signature: draft.signature,
    sessionId: draft.sessionId,
    body: JSON.stringify(draft.body) + draft.padding,
    headers: { 'X-Forwarded-For': draft.address, 'Content-Type': draft.mediaType, ...(language ? { 'Accept-Language': language } : {}) },
  })

import { showId } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import { type CheckStore, whilePlayable } from './check-operator'

const ANSWER_MS = 3_000
const PATH = '/v1/auth/game/authorize'
/** What people open first. */
const PAGES = ['/operator/login', '/admin/login', '/finance/login', '/health']

/** A game start of the check's store that was charged: asked again it is answered again, and charged no second time. */
export type Charged = { store: CheckStore; sessionId: string; token: string }

/** A signed game start, asked twice, and the first pages: throws an Error with the first thing that is not as it should be. */
export async function smoke(url: string, store: CheckStore): Promise<Charged> {
  for (const page of PAGES) {
    const { status } = await ask(url, page)
    if (status !== 200) throw new Error(`GET ${page}：${status}`)
  }
  const sessionId = `op_${store.operatorId}_${nowMs()}_${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`
  const first = await whilePlayable(store, () => start(url, store, sessionId))
  const token = first.data?.authorization_token
  if (first.status !== 200 || typeof token !== 'string')
    throw new Error(`游戏授权失败 / the game start failed: ${first.status} ${first.error_code ?? ''}`)
  const charged = { store, sessionId, token }
  await replay(url, charged)
  return charged
}

/** Throws unless the game start is answered as it was. */
export async function replay(url: string, { store, sessionId, token }: Charged): Promise<void> {
  const again = await start(url, store, sessionId)
  if (again.status !== 200 || again.data?.authorization_token !== token)
    throw new Error(`重放未得到原应答 / the replay was not answered as before: ${again.status} ${again.error_code ?? ''}`)
}

/** Throws unless the server says that it is ready. */
export async function requireReady(url: string): Promise<void> {
  const answer = await ask(url, '/health/ready')
  if (answer.status !== 200) throw new Error(`未就绪 / not ready: ${(await answer.text()).slice(0, 200)}`)
}

/** By the name localhost, because a server answers to no name that it was not told. */
const ask = (url: string, path: string): Promise<Response> =>
  fetch(url + path, { headers: { host: 'localhost' }, signal: AbortSignal.timeout(ANSWER_MS), redirect: 'manual', keepalive: false })

type Answer = { status: number; error_code?: string; data?: { authorization_token?: unknown } }

async function start(url: string, { apiKey, siteId, applicationId }: CheckStore, sessionId: string): Promise<Answer> {
  const body = JSON.stringify({ app_id: showId('application', applicationId), site_id: showId('site', siteId), player_count: 1 })
  const timestamp = String(Math.floor(nowMs() / 1000))
  const signature = signRequest({ apiKey, timestamp, method: 'POST', path: PATH, body: new TextEncoder().encode(body) })
  const response = await fetch(url + PATH, {
    method: 'POST',
    headers: {
      ...{ host: 'localhost', 'Content-Type': 'application/json', 'X-Api-Key': apiKey, 'X-Timestamp': timestamp },
      ...{ 'X-Signature': signature, 'X-Session-ID': sessionId },
    },
    body,
    keepalive: false,
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  return { status: response.status, ...((await response.json().catch(() => ({}))) as object) }
}

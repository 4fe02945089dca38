import { timingSafeEqual } from 'node:crypto'
import { Problem } from '#src/core/problem'
import { iso } from '#src/core/time'
import type { Channel } from '#src/payments/gateways/gateway'
import { isReachable } from '#src/payments/gateways/reachable'
import { configuredChannels } from '#src/payments/gateways/registry'
import { config } from '#src/platform/config'
import { poolUse } from '#src/platform/database'
import { isDraining } from '#src/platform/draining'
import { json } from '#src/platform/http'
import { registry } from '#src/platform/metrics'
import { root } from '#src/platform/route'
import { version } from '../../package.json'
import { databaseLatency, databaseMigration, unreadyChecks } from './health'
import { scrape } from './scrape'

/** Nothing is asked for this: a check has to be quick, and the calls of the day tell enough. */
function channelState(channel: Channel): 'not_configured' | 'up' | 'down' {
  if (!configuredChannels().includes(channel)) return 'not_configured'
  return isReachable(channel) ? 'up' : 'down'
}

/** What monitoring asks (API 10). No envelope: these shapes are what its scripts read. */
export const monitoringApi = [
  root('GET /health', async ({ info }) => {
    const latency = await databaseLatency()
    const isUp = latency !== undefined
    const payment = { wechat: channelState('wechat'), alipay: channelState('alipay') }
    const isWhole = !Object.values(payment).includes('down')
    const body = {
      status: isUp ? (isWhole ? 'healthy' : 'degraded') : 'unhealthy',
      database: isUp ? 'up' : 'down',
      payment,
      version,
      timestamp: iso(info.now),
    }
    return json(isUp ? 200 : 503, body)
  }),

  root('GET /health/live', () => json(200, { status: 'alive' })),

  root('GET /health/ready', async () => {
    const failed = await unreadyChecks(isDraining())
    return json(failed.length === 0 ? 200 : 503, { status: failed.length === 0 ? 'ready' : 'not_ready', failed })
  }),

  root('GET /health/db', async () => {
    const latency = await databaseLatency()
    if (latency === undefined) return json(503, { status: 'unhealthy', latency_ms: null, migration: null, pool: poolUse() })
    return json(200, { status: 'healthy', latency_ms: latency, migration: (await databaseMigration()) ?? null, pool: poolUse() })
  }),

  root('GET /health/redis', () => json(200, { status: 'not_configured' })),

  root('GET /metrics', async ({ request, info }) => {
    if (!isLoopback(info.ip) && !hasToken(request.headers.get('authorization')))
      throw new Problem('PERMISSION_DENIED', { required: 'METRICS_TOKEN' })
    return new Response(await scrape(), { headers: { 'Content-Type': registry.contentType } })
  }),
]

const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1'

function hasToken(authorization: string | null): boolean {
  const { METRICS_TOKEN } = config()
  if (!METRICS_TOKEN) return false
  const digest = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${METRICS_TOKEN}`))
}

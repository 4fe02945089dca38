import { timingSafeEqual } from 'node:crypto'
import { Problem } from '#src/core/problem'
import { iso } from '#src/core/time'
import { config } from '#src/platform/config'
import { poolUse } from '#src/platform/database'
import { isDraining } from '#src/platform/draining'
import { json } from '#src/platform/http'
import { registry } from '#src/platform/metrics'
import { root } from '#src/platform/route'
import { version } from '../../package.json'
import { databaseLatency, databaseMigration, unreadyChecks } from './health'
import { scrape } from './scrape'

/** What monitoring asks (API 10). No envelope: these shapes are what its scripts read. */
export const monitoringApi = [
  root('GET /health', async ({ info }) => {
    const latency = await databaseLatency()
    const isUp = latency !== undefined
    const body = {
      status: isUp ? 'healthy' : 'unhealthy',
      database: isUp ? 'up' : 'down',
      payment: { wechat: 'not_configured', alipay: 'not_configured' },
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

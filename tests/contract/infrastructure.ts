import type { Shape } from './shapes'
import { int, oneOf, orNull, text, time } from './shapes'

/** API.md 10: paths outside the envelope. A shape, or the media type of what is no JSON. */
type Asked = { at: string; status: number; body: Shape | RegExp; headers?: Record<string, RegExp> }

const pool = { active: int, idle: int, waiting: int }
const latency = (value: unknown): boolean => typeof value === 'number' && value >= 0

export const INFRASTRUCTURE: Asked[] = [
  {
    at: 'GET /health',
    status: 200,
    body: {
      status: oneOf('healthy', 'degraded'),
      database: text,
      payment: { wechat: text, alipay: text },
      version: text,
      timestamp: time,
    },
  },
  { at: 'GET /health/live', status: 200, body: { status: text } },
  { at: 'GET /health/ready', status: 200, body: { status: oneOf('ready'), failed: [text] } },
  { at: 'GET /health/db', status: 200, body: { status: text, latency_ms: latency, migration: orNull(text), pool } },
  { at: 'GET /health/redis', status: 200, body: { status: oneOf('not_configured') } },
  { at: 'GET /metrics', status: 200, body: /^text\/plain/ },
  {
    at: 'GET /openapi.json',
    status: 200,
    body: /^application\/json/,
    headers: { 'cache-control': /^public, max-age=\d+$/, etag: /^"[0-9a-f]+"$/ },
  },
  { at: 'GET /docs', status: 200, body: /^text\/html/ },
]

/** API.md 8: called by payment providers in their own protocols, held by tests/payments/webhook.test.ts. */
export const CALLED_BY_PROVIDERS = ['POST /v1/notify/wechat', 'POST /v1/notify/alipay']

/** Names that scrapers read. */
export const METRICS = [
  'mr_payment_callback_total',
  'mr_auth_requests_total',
  'mr_auth_latency_seconds',
  'mr_operator_balance_yuan',
  'mr_revenue_total_yuan',
  'mr_db_connection_pool_active',
  'mr_api_errors_total',
  'mr_rate_limit_blocked_total',
  'mr_job_last_success_timestamp',
  'mr_ledger_drift_fen',
  'mr_backup_last_good_timestamp',
]

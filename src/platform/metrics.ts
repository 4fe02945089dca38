import { Counter, Gauge, Registry, Summary } from 'prom-client'

/** Every metric of this process (API 10); `/metrics` prints them. */
export const registry = new Registry()
const registers = [registry]

export const authRequests = new Counter({
  name: 'mr_auth_requests_total',
  help: 'Game authorisation calls by outcome',
  labelNames: ['status'],
  registers,
})
export const authLatency = new Summary({
  name: 'mr_auth_latency_seconds',
  help: 'Time from arrival to answer of authorize, last 10 minutes',
  percentiles: [0.5, 0.95, 0.99],
  maxAgeSeconds: 600,
  ageBuckets: 2,
  registers,
})
export const apiErrors = new Counter({
  name: 'mr_api_errors_total',
  help: 'Error answers by route and code',
  labelNames: ['endpoint', 'error_type'],
  registers,
})
export const rateLimitBlocked = new Counter({
  name: 'mr_rate_limit_blocked_total',
  help: 'Calls refused by a limit',
  labelNames: ['type'],
  registers,
})
export const paymentCallbacks = new Counter({
  name: 'mr_payment_callback_total',
  help: 'Notifications of payment providers: settled, unsettled (they are asked to repeat) or refused',
  labelNames: ['channel', 'status'],
  registers,
})
export const revenue = new Counter({
  name: 'mr_revenue_total_yuan',
  help: 'Money booked by this process since its start, in yuan',
  labelNames: ['source'],
  registers,
})
export const operatorBalance = new Gauge({
  name: 'mr_operator_balance_yuan',
  help: 'Balance of each operator in yuan',
  labelNames: ['operator_id', 'tier'],
  registers,
})
export const connectionsActive = new Gauge({
  name: 'mr_db_connection_pool_active',
  help: 'Connections of the application to the database that run a statement',
  registers,
})
export const jobLastSuccess = new Gauge({
  name: 'mr_job_last_success_timestamp',
  help: 'End of the last good run, Unix seconds',
  labelNames: ['job'],
  registers,
})
export const ledgerDrift = new Gauge({
  name: 'mr_ledger_drift_fen',
  help: 'Difference found by the last proof of the ledger, in fen',
  registers,
})

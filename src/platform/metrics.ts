import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client'

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
export const authDuration = new Histogram({
  name: 'mr_auth_duration_seconds',
  help: 'Time from arrival to answer of authorize, since the start of this process',
  buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
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
export const backupLastGood = new Gauge({
  name: 'mr_backup_last_good_timestamp',
  help: 'Moment that the last proved backup shows, Unix seconds; 0 while there is none',
  registers,
})
export const workersAlive = new Gauge({
  name: 'mr_workers_alive',
  help: 'Processes that run jobs and deliveries and have not fallen silent',
  registers,
})
export const deliveries = new Gauge({
  name: 'mr_deliveries',
  help: 'Mails, messages to robots and payouts in the queue: waiting, failing (they are tried again) or dead (they wait for a person)',
  labelNames: ['state'],
  registers,
})
export const alertsOpen = new Gauge({
  name: 'mr_alerts_open',
  help: 'Open alerts by kind',
  labelNames: ['kind', 'severity'],
  registers,
})
export const burnRate = new Gauge({
  name: 'mr_authorize_burn_rate',
  help: 'How fast the budget of game starts burns, over all processes: 1 uses it up in 28 days',
  labelNames: ['of', 'window'],
  registers,
})
export const databaseUp = new Gauge({
  name: 'mr_database_up',
  help: 'Whether the database answered this scrape; while it does not, what is read from it stays as it was',
  registers,
})
export const loopLag = new Gauge({
  name: 'mr_event_loop_lag_seconds',
  help: 'Longest wait of the event loop in the last minute',
  registers,
})
export const residentMemory = new Gauge({
  name: 'mr_process_resident_memory_bytes',
  help: 'Memory of this process',
  registers,
})
export const processStart = new Gauge({
  name: 'mr_process_start_timestamp',
  help: 'Start of this process, Unix seconds',
  labelNames: ['version'],
  registers,
})

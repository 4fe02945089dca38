import { record } from '#src/audit-logs/audit-log'
import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { announceJobs } from '#src/monitoring/scheduled-jobs'
import { transaction } from '#src/platform/database'
import { aStaff } from '#tests/support/factory'
import { BAD_PAGE, BAD_TIMES, type Endpoint, optional, required, UNKNOWN_ID, type World } from './endpoint'
import { id, int, oneOf, orNull, text, time, uuid, yesNo } from './shapes'

/** API.md 5 and 6: settings, audit logs, jobs. */

const anything = (value: unknown): boolean => value !== undefined
const details = (value: unknown): boolean => typeof value === 'object' && value !== null
const setting = {
  key: text,
  type: oneOf('integer', 'money', 'boolean', 'text'),
  value: anything,
  default: anything,
  min: anything,
  max: anything,
  options: anything,
  editable: yesNo,
  updated_by: orNull(id('admin')),
  updated_by_name: orNull(text),
  updated_at: time,
}
const root = ({ staff }: World) => staff.super_admin
const key = 'login_max_failures'
const unknown = { when: 'unknown key', status: 404, code: 'RESOURCE_NOT_FOUND' }

/** Somebody of finance who has done something. */
async function aFinanceAct({ staff }: World): Promise<string> {
  const { id: actorId } = await aStaff('finance', 'manager')
  const actor = { kind: 'staff' as const, id: actorId, name: '张发财', role: 'manager' }
  const entry = { actor, origin: null, operation: 'refund_approve', target: { kind: 'refund', id: newId() }, details: { actual: '10.00' } }
  await transaction((tx) => record(tx, entry, now()))
  return staff.finance
}

const aJob = () => announceJobs([{ name: 'ledger-audit', cron: '0 0 4 * * *', timeoutSeconds: 3_600 }], now())

export const SYSTEM: Endpoint[] = [
  {
    at: 'GET /v1/admin/configs',
    mark: '+',
    who: 'admin',
    permission: 'config:manage',
    fields: BAD_PAGE,
    success: { status: 200, items: setting },
    ask: (world) => ({ token: root(world) }),
  },
  {
    at: 'GET /v1/admin/configs/{key}',
    mark: '+',
    who: 'admin',
    permission: 'config:manage',
    success: { status: 200, data: setting },
    ask: (world) => ({ token: root(world), params: { key } }),
    errors: [{ ...unknown, ask: (world) => ({ token: root(world), params: { key: 'no_such_key' } }) }],
  },
  {
    at: 'PUT /v1/admin/configs/{key}',
    mark: '+',
    who: 'admin',
    permission: 'config:manage',
    fields: { value: required('5', 0, 101, 1.5, true, null), reason: optional('字'.repeat(201), 7) },
    success: { status: 200, message: '配置已更新，立即生效', data: setting },
    ask: (world) => ({ token: root(world), params: { key }, body: { value: 5, reason: '合同测试' } }),
    errors: [{ ...unknown, ask: (world) => ({ token: root(world), params: { key: 'no_such_key' }, body: { value: 5 } }) }],
  },
  {
    at: 'GET /v1/admin/audit-logs',
    mark: '+',
    who: 'admin',
    permission: 'audit:view',
    fields: { ...BAD_PAGE, ...BAD_TIMES, actor_type: optional('robot'), actor_id: optional('no-id') },
    success: {
      status: 200,
      items: {
        log_id: id('log'),
        seq: int,
        actor_type: oneOf('staff', 'operator', 'system'),
        actor_id: orNull(anything),
        actor_name: text,
        actor_role: text,
        operation_type: text,
        target_type: orNull(text),
        target_resource_id: orNull(text),
        operation_details: details,
        ip_address: orNull(text),
        user_agent: orNull(text),
        request_id: orNull(uuid),
        created_at: time,
        hash: text,
      },
    },
    ask: async (world) => {
      await aFinanceAct(world)
      return { token: root(world), query: { operation_type: 'refund_approve' } }
    },
  },
  {
    at: 'GET /v1/finance/audit-logs',
    mark: 'C',
    who: 'finance',
    permission: 'audit:view',
    fields: { ...BAD_PAGE, ...BAD_TIMES, operation_type: optional('site_create'), finance_id: optional('no-id', `op_${UNKNOWN_ID}`) },
    success: {
      status: 200,
      items: {
        log_id: id('log'),
        finance_id: id('fin'),
        finance_name: text,
        operation_type: text,
        target_resource_id: orNull(text),
        operation_details: details,
        ip_address: orNull(text),
        user_agent: orNull(text),
        created_at: time,
      },
    },
    ask: async (world) => ({ token: await aFinanceAct(world), query: { operation_type: 'refund_approve' } }),
  },
  {
    at: 'GET /v1/admin/job-runs',
    mark: '+',
    who: 'admin',
    permission: 'job:run',
    fields: { ...BAD_PAGE, status: optional('odd') },
    success: {
      status: 200,
      items: {
        job: text,
        status: oneOf('requested', 'running', 'succeeded', 'failed', 'timed_out'),
        scheduled_for: time,
        started_at: time,
        finished_at: orNull(time),
        result: anything,
        error: orNull(text),
        requested_by: orNull(text),
      },
    },
    ask: async (world) => {
      await world.sql`INSERT INTO job_runs (job, scheduled_for, started_at, finished_at, status, result)
        VALUES ('contract', now(), now(), now(), 'ok', '{"rows": 1}') ON CONFLICT DO NOTHING`
      return { token: root(world), query: { job: 'contract' } }
    },
  },
  {
    at: 'POST /v1/admin/jobs/{name}/run',
    mark: '+',
    who: 'admin',
    permission: 'job:run',
    success: { status: 201, message: '任务已排队，几秒内开始运行', data: { job: text, status: oneOf('requested'), scheduled_for: time } },
    ask: async (world) => {
      await aJob()
      await world.sql`DELETE FROM job_runs WHERE job = 'ledger-audit'`
      return { token: root(world), params: { name: 'ledger-audit' } }
    },
    errors: [
      {
        when: 'it waits already',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'JOB_UNDER_WAY',
        ask: async (world) => {
          await aJob()
          await world.sql`INSERT INTO job_runs (job, scheduled_for, started_at, status) VALUES ('ledger-audit', now(), now(), 'requested') ON CONFLICT DO NOTHING`
          return { token: root(world), params: { name: 'ledger-audit' } }
        },
      },
      { ...unknown, when: 'unknown job', ask: (world) => ({ token: root(world), params: { name: 'no-such-job' } }) },
    ],
  },
]

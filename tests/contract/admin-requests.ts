import { newId } from '#src/core/ids'
import { BAD_PAGE, badText, type Endpoint, notFound, optional, REASON, type Refusal, required, UNKNOWN_ID, type World } from './endpoint'
import { id, int, nothing, oneOf, orNull, text, time } from './shapes'

/** API.md 5, requests for applications and announcements. */

const admin = (permission: string) => ({ who: 'admin' as const, permission })
const token = ({ staff }: World) => staff.super_admin
const announce = (world: World, operators: string[]) => ({
  token: token(world),
  body: { title: '系统维护', content: '今晚 02:00 至 03:00 系统维护，请提前安排', target_operators: operators },
})

const review = (body: Record<string, unknown>) => (world: World, requestId: string) => ({
  token: token(world),
  params: { request_id: requestId },
  body,
})

async function aRequest({ sql, operator, otherAppId }: World, status = 'pending'): Promise<string> {
  const requestId = newId()
  await sql`INSERT INTO application_authorization_requests (id, operator_id, application_id, reason, status, reviewed_by, reviewed_at, created_at, updated_at)
    VALUES (${requestId}, ${operator.id}, ${otherAppId}, ${REASON}, ${status},
      (SELECT id FROM admin_accounts WHERE ${status} <> 'pending' LIMIT 1), CASE WHEN ${status} <> 'pending' THEN now() END, now(), now())`
  return requestId
}

/** The refusals that approving and rejecting share. */
const reviewed = (body: Record<string, unknown>): Refusal[] => [
  ...notFound('RESOURCE_NOT_FOUND', review(body)),
  {
    when: 'decided already',
    status: 400,
    code: 'INVALID_PARAMS',
    reason: 'ALREADY_PROCESSED',
    message: '该申请已处理，无法重复操作',
    ask: async (world) => review(body)(world, await aRequest(world, 'approved')),
  },
]

export const ADMIN_REQUESTS: Endpoint[] = [
  {
    at: 'GET /v1/admin/app-requests',
    mark: 'C',
    ...admin('authorization:view'),
    fields: { ...BAD_PAGE, status: optional('open') },
    success: {
      status: 200,
      items: {
        request_id: id('req'),
        operator_id: id('op'),
        operator_name: text,
        operator_category: oneOf('trial', 'normal', 'vip'),
        app_id: id('app'),
        app_name: text,
        reason: text,
        status: oneOf('pending', 'approved', 'rejected'),
        reject_reason: orNull(text),
        reviewed_by: orNull(text),
        reviewed_at: orNull(time),
        created_at: time,
      },
    },
    ask: async (world) => {
      await aRequest(world)
      return { token: token(world), query: { status: 'pending' } }
    },
  },
  {
    at: 'POST /v1/admin/app-requests/{request_id}/approve',
    mark: 'C',
    ...admin('authorization:review'),
    fields: { expires_at: optional('2020-01-01T00:00:00.000Z', 'soon', 7), note: optional('字'.repeat(201), 7) },
    success: { status: 200, message: '申请已批准，运营商可立即使用', data: { authorization_id: id('auth') } },
    ask: async (world) => review({ expires_at: null, note: '首年合作' })(world, await aRequest(world)),
    errors: reviewed({}),
  },
  {
    at: 'POST /v1/admin/app-requests/{request_id}/reject',
    mark: 'C',
    ...admin('authorization:review'),
    fields: { reason: required(...badText(10, 200)) },
    success: { status: 200, message: '申请已拒绝', data: nothing },
    ask: async (world) => review({ reason: REASON })(world, await aRequest(world)),
    errors: reviewed({ reason: REASON }),
  },
  {
    at: 'POST /v1/admin/announcements',
    mark: 'C',
    ...admin('announcement:publish'),
    fields: { title: required(...badText(2, 100)), content: required(...badText(10, 2000)), target_operators: optional('all', ['no-id']) },
    success: { status: 201, message: '公告已发布', data: { announcement_id: id('ann'), recipients_count: int } },
    ask: (world) => announce(world, [`op_${world.operator.id}`]),
    errors: [
      { when: 'unknown operators are named', status: 400, code: 'INVALID_PARAMS', ask: (world) => announce(world, [`op_${UNKNOWN_ID}`]) },
    ],
  },
]

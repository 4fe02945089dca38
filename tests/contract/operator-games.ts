import { newId } from '#src/core/ids'
import { anApplication, anOperator, aSite } from '#tests/support/factory'
import { BAD_ID, BAD_PAGE, badText, type Endpoint, notFound, optional, REASON, required, UNKNOWN_ID, type World } from './endpoint'
import { id, int, money, nothing, oneOf, orNull, text, time, yesNo } from './shapes'

/** API.md 4, sites and applications. */

const site = {
  site_id: id('site'),
  name: text,
  address: text,
  description: orNull(text),
  is_deleted: yesNo,
  created_at: time,
  updated_at: time,
}
const aSiteBody = { name: '北京门店', address: '北京市朝阳区建国路1号', description: '三层' }
const siteFields = (isRequired: boolean) => {
  const field = isRequired ? required : optional
  return { name: field(...badText(2, 50)), address: field(...badText(5, 200)), description: optional('字'.repeat(501), 7) }
}
const foreignSite = async () => aSite((await anOperator()).id)
const atSite =
  (more: object = {}) =>
  (world: World, siteId = world.siteId) => ({ token: world.token, params: { site_id: siteId }, ...more })

const request = {
  request_id: id('req'),
  app_id: id('app'),
  app_name: text,
  reason: text,
  status: oneOf('pending', 'approved', 'rejected'),
  reject_reason: orNull(text),
  reviewed_by: orNull(text),
  reviewed_at: orNull(time),
  created_at: time,
}
const asked = (appId: (world: World) => Promise<string> | string) => async (world: World) => ({
  token: world.token,
  body: { app_id: `app_${await appId(world)}`, reason: REASON },
})

const bare = ({ token }: World) => ({ token })

export const OPERATOR_GAMES: Endpoint[] = [
  {
    at: 'GET /v1/operators/me/sites',
    mark: 'C',
    who: 'operator',
    fields: { include_deleted: optional('yes', '1'), keyword: optional('字'.repeat(101)) },
    success: { status: 200, data: { sites: [site] } },
    ask: (world) => ({ token: world.token, query: { include_deleted: 'true', keyword: '北京' } }),
  },
  {
    at: 'POST /v1/operators/me/sites',
    mark: 'C',
    who: 'operator',
    fields: siteFields(true),
    success: { status: 201, message: '运营点创建成功', data: site },
    ask: ({ token }) => ({ token, body: aSiteBody }),
  },
  {
    at: 'PUT /v1/operators/me/sites/{site_id}',
    mark: 'C',
    who: 'operator',
    fields: siteFields(false),
    success: { status: 200, message: '运营点信息已更新', data: site },
    ask: (world) => atSite({ body: aSiteBody })(world),
    errors: [
      ...notFound('SITE_NOT_FOUND', atSite({ body: aSiteBody }), foreignSite),
      {
        when: 'deleted site',
        status: 404,
        code: 'SITE_NOT_FOUND',
        ask: async (world) => atSite({ body: aSiteBody })(world, await aSite(world.operator.id, { deleted: true })),
      },
    ],
  },
  {
    at: 'DELETE /v1/operators/me/sites/{site_id}',
    mark: 'C',
    who: 'operator',
    success: { status: 200, message: '运营点已删除', data: nothing },
    ask: (world) => atSite()(world),
    errors: [
      ...notFound('SITE_NOT_FOUND', atSite(), foreignSite),
      {
        when: 'a second time',
        status: 404,
        code: 'SITE_NOT_FOUND',
        ask: async (world) => atSite()(world, await aSite(world.operator.id, { deleted: true })),
      },
    ],
  },
  {
    at: 'GET /v1/operators/me/authorized-apps',
    mark: 'C',
    who: 'operator',
    success: {
      status: 200,
      data: {
        applications: [
          {
            app_id: id('app'),
            app_name: text,
            description: orNull(text),
            unit_price: money,
            min_players: int,
            max_players: int,
            expires_at: orNull(time),
            authorized_at: time,
          },
        ],
      },
    },
    ask: bare,
  },
  {
    at: 'GET /v1/operators/me/app-requests',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_PAGE, status: optional('open') },
    success: { status: 200, items: request },
    ask: async (world) => {
      await world.sql`INSERT INTO application_authorization_requests (id, operator_id, application_id, reason, created_at, updated_at)
        VALUES (${newId()}, ${world.operator.id}, ${world.otherAppId}, ${REASON}, now(), now())`
      return { token: world.token, query: { status: 'pending' } }
    },
  },
  {
    at: 'POST /v1/operators/me/app-requests',
    mark: 'C',
    who: 'operator',
    fields: { app_id: required(...BAD_ID), reason: required(...badText(10, 500)) },
    success: { status: 201, message: '申请已提交，等待管理员审批', data: request },
    ask: asked(({ otherAppId }) => otherAppId),
    errors: [
      { when: 'unknown application', status: 404, code: 'APP_NOT_FOUND', ask: asked(() => UNKNOWN_ID) },
      {
        when: 'authorised already',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'ALREADY_AUTHORIZED',
        message: '您已被授权该应用，无需重复申请',
        ask: asked(({ appId }) => appId),
      },
      {
        when: 'asked already',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'REQUEST_EXISTS',
        ask: asked(async ({ sql, operator, otherAppId }) => {
          await sql`INSERT INTO application_authorization_requests (id, operator_id, application_id, reason, created_at, updated_at)
            VALUES (${newId()}, ${operator.id}, ${otherAppId}, ${REASON}, now(), now())`
          return otherAppId
        }),
      },
      {
        when: 'inactive application',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'APP_INACTIVE',
        ask: asked(() => anApplication({ active: false })),
      },
    ],
  },
  {
    at: 'GET /v1/operators/me/available-apps',
    mark: '+',
    who: 'operator',
    success: {
      status: 200,
      data: {
        applications: [
          { app_id: id('app'), app_name: text, description: orNull(text), unit_price: money, min_players: int, max_players: int },
        ],
      },
    },
    ask: bare,
  },
]

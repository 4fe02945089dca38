import { aGrant, anApplication } from '#tests/support/factory'
import {
  BAD_ID,
  BAD_MONEY,
  BAD_PAGE,
  badText,
  type Endpoint,
  notFound,
  optional,
  REASON,
  required,
  UNKNOWN_ID,
  type World,
} from './endpoint'
import { id, int, money, nothing, oneOf, orNull, text, time, yesNo } from './shapes'

/** API.md 5, applications and authorisations. */

const application = {
  app_id: id('app'),
  app_name: text,
  unit_price: money,
  min_players: int,
  max_players: int,
  description: orNull(text),
  is_active: yesNo,
  created_at: time,
  updated_at: time,
  authorized_operators_count: int,
}

const admin = (permission: string) => ({ who: 'admin' as const, permission })
const token = ({ staff }: World) => staff.super_admin
const plain = (world: World) => ({ token: token(world) })
const atApp =
  (body: Record<string, unknown>) =>
  (world: World, appId = world.appId) => ({ token: token(world), params: { app_id: appId }, body })

const grant = (world: World, body: Record<string, unknown>) => ({ token: token(world), body: { ...body, note: '首年合作' } })
const revoke = (world: World, grantId: string) => ({ token: token(world), params: { id: grantId }, body: { reason: REASON } })
let serial = 0
const newApp = (more: object = {}): Record<string, unknown> => ({
  app_name: `深海迷踪${process.pid}-${++serial}`,
  unit_price: '15.00',
  min_players: 1,
  max_players: 6,
  description: '合作解谜',
  ...more,
})
const PLAYERS = [0, 101, 1.5, '3']

export const ADMIN_APPLICATIONS: Endpoint[] = [
  {
    at: 'GET /v1/admin/applications',
    mark: 'C',
    ...admin('application:view'),
    fields: { ...BAD_PAGE, keyword: optional('字'.repeat(101)) },
    success: { status: 200, items: application },
    ask: plain,
  },
  {
    at: 'POST /v1/admin/applications',
    mark: 'C',
    ...admin('application:manage'),
    fields: {
      app_name: required(...badText(2, 50)),
      unit_price: required(...BAD_MONEY, '0.00', '10000.00'),
      min_players: required(...PLAYERS),
      max_players: required(...PLAYERS),
      description: optional('字'.repeat(501), 7),
    },
    success: { status: 201, message: '应用创建成功', data: application },
    ask: (world) => ({ token: token(world), body: newApp() }),
    errors: [
      {
        when: 'name taken',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'NAME_EXISTS',
        ask: async (world) => {
          const name = `深海${process.pid}-${++serial}`
          await anApplication({ name })
          return { token: token(world), body: newApp({ app_name: name }) }
        },
      },
      {
        when: 'max below min',
        status: 400,
        code: 'INVALID_PARAMS',
        ask: (world) => ({ token: token(world), body: newApp({ min_players: 7 }) }),
      },
    ],
  },
  {
    at: 'PUT /v1/admin/applications/{app_id}',
    mark: 'C',
    ...admin('application:manage'),
    fields: {
      app_name: optional(...badText(2, 50)),
      min_players: optional(...PLAYERS),
      max_players: optional(...PLAYERS),
      description: optional('字'.repeat(501), 7),
      is_active: optional('true', 1),
      unit_price: optional('1.00'),
    },
    success: { status: 200, message: '应用信息已更新', data: application },
    ask: (world) => atApp({ description: '改过的说明', is_active: true })(world),
    errors: notFound('APP_NOT_FOUND', atApp({ is_active: true })),
  },
  {
    at: 'PUT /v1/admin/applications/{app_id}/price',
    mark: 'C',
    ...admin('application:price'),
    fields: { unit_price: required(...BAD_MONEY, '0.00', '10000.00'), reason: optional('字'.repeat(201), 7) },
    success: {
      status: 200,
      message: '价格已更新，已通知所有授权运营商',
      data: { app_id: id('app'), old_price: money, new_price: money, notified_operators_count: int },
    },
    ask: (world) => atApp({ unit_price: '11.50', reason: '季度调价' })(world),
    errors: [
      ...notFound('APP_NOT_FOUND', atApp({ unit_price: '11.50' })),
      {
        when: 'unchanged',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'PRICE_UNCHANGED',
        ask: (world) => atApp({ unit_price: '10.00' })(world),
      },
    ],
  },
  {
    at: 'POST /v1/admin/authorizations',
    mark: 'C',
    ...admin('authorization:grant'),
    fields: {
      operator_id: required(...BAD_ID),
      app_id: required(...BAD_ID),
      expires_at: optional('2020-01-01T00:00:00.000Z', 'soon'),
      note: optional('字'.repeat(201), 7),
    },
    success: { status: 201, message: '授权已生效', data: { authorization_id: id('auth') } },
    ask: (world) => grant(world, { operator_id: world.operator.id, app_id: world.otherAppId }),
    errors: [
      {
        when: 'authorised already',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'ALREADY_AUTHORIZED',
        message: '该运营商已被授权此应用',
        ask: (world) => grant(world, { operator_id: world.operator.id, app_id: world.appId }),
      },
      {
        when: 'unknown operator',
        status: 404,
        code: 'RESOURCE_NOT_FOUND',
        message: '运营商或应用不存在',
        ask: (world) => grant(world, { operator_id: UNKNOWN_ID, app_id: world.appId }),
      },
      {
        when: 'unknown application',
        status: 404,
        code: 'RESOURCE_NOT_FOUND',
        message: '运营商或应用不存在',
        ask: (world) => grant(world, { operator_id: world.operator.id, app_id: UNKNOWN_ID }),
      },
    ],
  },
  {
    at: 'GET /v1/admin/authorizations',
    mark: '+',
    ...admin('authorization:view'),
    fields: {
      ...BAD_PAGE,
      operator_id: optional(...BAD_ID.slice(0, 2)),
      app_id: optional(...BAD_ID.slice(0, 2)),
      status: optional('gone'),
    },
    success: {
      status: 200,
      items: {
        authorization_id: id('auth'),
        operator_id: id('op'),
        operator_name: text,
        app_id: id('app'),
        app_name: text,
        authorized_at: time,
        authorized_by: id('admin'),
        expires_at: orNull(time),
        status: oneOf('active', 'expired', 'revoked'),
      },
    },
    ask: (world) => ({ token: token(world), query: { operator_id: `op_${world.operator.id}`, status: 'active' } }),
  },
  {
    at: 'DELETE /v1/admin/authorizations/{id}',
    mark: '+',
    ...admin('authorization:revoke'),
    fields: { reason: optional(...badText(10, 200)) },
    success: { status: 200, message: '授权已撤销', data: nothing },
    ask: (world) => revoke(world, world.grantId),
    errors: [
      ...notFound('RESOURCE_NOT_FOUND', revoke),
      {
        when: 'a second time',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'ALREADY_PROCESSED',
        ask: async (world) => {
          const grantId = await aGrant(world.operator.id, world.otherAppId)
          await world.sql`UPDATE operator_app_authorizations SET revoked_at = now(),
            revoked_by = (SELECT id FROM admin_accounts LIMIT 1) WHERE id = ${grantId}`
          return revoke(world, grantId)
        },
      },
    ],
  },
]

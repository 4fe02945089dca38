import { newId } from '#src/core/ids'
import { operatorToken } from '#tests/support/api'
import { anOperator, PASSWORD } from '#tests/support/factory'
import { BAD_PAGE, badText, type Endpoint, notFound, optional, required, UNKNOWN_ID, type World } from './endpoint'
import { apiKey, id, int, money, nothing, oneOf, orNull, text, time, uuid, yesNo } from './shapes'

/** API.md 4, account and messages. */

const category = oneOf('trial', 'normal', 'vip')
const profile = {
  operator_id: id('op'),
  username: text,
  name: text,
  phone: text,
  email: text,
  category,
  balance: money,
  created_at: time,
  updated_at: time,
}
const bare = ({ token }: World) => ({ token })
const withBody = (body: (world: World) => Record<string, unknown>) => (world: World) => ({ token: world.token, body: body(world) })
const WRONG_PASSWORD = { status: 401, code: 'UNAUTHORIZED', message: '密码验证失败' } as const

async function aMessage({ sql, operator }: World, owner = operator.id): Promise<string> {
  const messageId = newId()
  await sql`INSERT INTO message_notifications (id, type, title, content, target, target_operator_id, created_at)
    VALUES (${messageId}, 'system', '系统通知', '今晚维护', 'specific', ${owner}, now())`
  return messageId
}
const sessionOf = async ({ sql }: World, owner: string): Promise<string> => {
  const [row] = await sql`SELECT id FROM auth_sessions WHERE operator_id = ${owner} ORDER BY created_at DESC LIMIT 1`
  return row?.id ?? newId()
}

export const OPERATOR: Endpoint[] = [
  { at: 'GET /v1/operators/me', mark: 'C', who: 'operator', success: { status: 200, data: profile }, ask: bare },
  {
    at: 'PUT /v1/operators/me',
    mark: 'C',
    who: 'operator',
    fields: { name: optional(...badText(2, 50)), phone: optional('123', '23800138000'), email: optional('nobody', 7) },
    success: { status: 200, message: '信息更新成功', data: profile },
    ask: withBody(() => ({ name: '新的名字', phone: '13912345678', email: 'new@example.com' })),
    errors: [{ when: 'no field at all', status: 400, code: 'INVALID_PARAMS', ask: withBody(() => ({})) }],
  },
  {
    at: 'DELETE /v1/operators/me',
    mark: 'C',
    who: 'operator',
    fields: { password: required('', 7), reason: optional('字'.repeat(201), 7) },
    success: { status: 200, message: '账户已注销', data: nothing },
    ask: async () => closing(await anOperator()),
    errors: [
      {
        when: 'wrong password',
        ...WRONG_PASSWORD,
        ask: async () => ({ ...(await closing(await anOperator())), body: { password: 'Wrong-pass1' } }),
      },
      {
        when: 'money left',
        status: 400,
        code: 'BALANCE_NOT_ZERO',
        message: '账户余额为12.34元，请先申请退款后再注销',
        details: ['balance'],
        ask: async () => closing(await anOperator({ balance: '12.34' })),
      },
      {
        when: 'a refund under way',
        status: 409,
        code: 'OPEN_ITEMS',
        message: '存在未完结的业务，无法注销',
        details: ['items'],
        ask: async ({ sql }) => {
          const operator = await anOperator()
          await sql`INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
            VALUES (${newId()}, ${operator.id}, 100, '门店停业，申请退回余额', now(), now())`
          return closing(operator)
        },
      },
    ],
  },
  {
    at: 'POST /v1/operators/me/api-key/regenerate',
    mark: 'C',
    who: 'operator',
    fields: { password: required('', 7) },
    success: { status: 200, data: { api_key: apiKey, generated_at: time } },
    ask: withBody(() => ({ password: PASSWORD })),
    errors: [{ when: 'wrong password', ...WRONG_PASSWORD, ask: withBody(() => ({ password: 'Wrong-pass1' })) }],
  },
  {
    at: 'GET /v1/operators/me/balance',
    mark: 'C',
    who: 'operator',
    success: {
      status: 200,
      data: {
        balance: money,
        total_recharged: money,
        total_consumed: money,
        last_transaction_at: orNull(time),
        total_refunded: money,
        category,
      },
    },
    ask: bare,
  },
  {
    at: 'GET /v1/operators/me/messages',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_PAGE, unread_only: optional('yes'), type: optional('gossip') },
    success: {
      status: 200,
      top: { unread_count: int },
      items: {
        message_id: id('msg'),
        title: text,
        content: text,
        type: oneOf('system', 'price_change', 'balance_low', 'authorization', 'refund', 'invoice', 'security'),
        is_read: yesNo,
        created_at: time,
        read_at: orNull(time),
        related_id: orNull(text),
      },
    },
    ask: async (world) => {
      await aMessage(world)
      return { token: world.token, query: { unread_only: 'true', type: 'system' } }
    },
  },
  {
    at: 'PUT /v1/operators/me/messages/{message_id}/read',
    mark: 'C',
    who: 'operator',
    success: { status: 200, message: '消息已标记为已读', data: nothing },
    ask: async (world) => ({ token: world.token, params: { message_id: await aMessage(world) } }),
    errors: notFound(
      'RESOURCE_NOT_FOUND',
      ({ token }, messageId) => ({ token, params: { message_id: messageId } }),
      async (world) => aMessage(world, (await anOperator()).id),
    ),
  },
  {
    at: 'PUT /v1/operators/me/messages/read-all',
    mark: '+',
    who: 'operator',
    success: { status: 200, data: { marked_count: int } },
    ask: bare,
  },
  {
    at: 'GET /v1/operators/me/sessions',
    mark: '+',
    who: 'operator',
    success: {
      status: 200,
      data: {
        sessions: [
          {
            session_id: uuid,
            door: oneOf('api', 'pages'),
            ip: text,
            user_agent: text,
            created_at: time,
            expires_at: time,
            is_current: yesNo,
          },
        ],
      },
    },
    ask: bare,
  },
  {
    at: 'DELETE /v1/operators/me/sessions/{session_id}',
    mark: '+',
    who: 'operator',
    success: { status: 200, message: '登录已下线', data: nothing },
    ask: async (world) => ({ token: world.token, params: { session_id: await sessionOf(world, world.operator.id) } }),
    errors: [
      {
        when: 'unknown session',
        status: 404,
        code: 'SESSION_NOT_FOUND',
        ask: ({ token }) => ({ token, params: { session_id: UNKNOWN_ID } }),
      },
      { when: 'malformed id', status: 400, code: 'INVALID_PARAMS', ask: ({ token }) => ({ token, params: { session_id: 'no-id' } }) },
    ],
  },
]

/** An operator's wish to be no more, with a token of its own. */
async function closing(operator: Awaited<ReturnType<typeof anOperator>>) {
  return { token: await operatorToken(operator.id), body: { password: PASSWORD, reason: '门店停业' } }
}

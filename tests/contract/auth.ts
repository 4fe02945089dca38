import { expect } from 'bun:test'
import { generateSecret } from 'otplib'
import { now } from '#src/core/time'
import { requireAddressToken } from '#src/platform/rate-limit'
import { seal } from '#src/platform/secrets'
import { totpContext } from '#src/staff/second-factor'
import { aStaff, PASSWORD } from '#tests/support/factory'
import { type Ask, type Endpoint, optional, type Refusal, required, type World } from './endpoint'
import { apiKey, id, jwt, oneOf, text, time } from './shapes'

/** API.md 3. */

let serial = 0
const newcomer = (): Record<string, unknown> => ({
  username: `shop_${process.pid}_${++serial}`,
  password: PASSWORD,
  name: '银河游乐厅',
  phone: '13900001111',
  email: 'shop@example.com',
})
export const REGISTER_FIELDS = {
  username: required('ab', 'a'.repeat(21), 'has space', '中文名', 7),
  password: required('Sh0rt', 'alllowercase1', 'ALLUPPERCASE1', 'NoDigitsHere', `A1${'a'.repeat(31)}`),
  name: required('字', '   ', '字'.repeat(51), 7),
  phone: required('12800138000', '1380013800', '138001380000', '+8613800138000'),
  email: required('nobody', 'a@b', `${'a'.repeat(64)}@${'b'.repeat(60)}.example.com.${'c'.repeat(20)}`),
}

const token = { access_token: jwt, token_type: oneOf('Bearer') }
const WRONG = { status: 401, code: 'UNAUTHORIZED', message: '用户名或密码错误' } as const

/** The doors of our people share their refusals; a disabled account and one of the other door are told 403 after the right password. */
const staffDoor = (
  own: 'admin' | 'finance',
  other: 'admin' | 'finance',
): { fields: Endpoint['fields']; ask: Endpoint['ask']; errors: Refusal[] } => {
  const credentials = async (role: 'admin' | 'finance') => ({ username: (await aStaff(role)).username, password: PASSWORD })
  return {
    fields: {
      username: required('ab', 'a'.repeat(65), 7),
      password: required('short', 'a'.repeat(33), 7),
      totp_code: optional('12345', '1234567', 'abcdef'),
    },
    ask: async () => ({ body: await credentials(own) }),
    errors: [
      { when: 'wrong password', ...WRONG, ask: async () => ({ body: { ...(await credentials(own)), password: 'Wrong-pass1' } }) },
      { when: 'unknown name', ...WRONG, ask: () => ({ body: { username: 'nobody_here', password: PASSWORD } }) },
      {
        when: 'the other door',
        status: 403,
        code: 'PERMISSION_DENIED',
        message: '您没有权限执行此操作',
        ask: async () => ({ body: await credentials(other) }),
      },
      {
        when: 'disabled account',
        status: 403,
        code: 'PERMISSION_DENIED',
        ask: async ({ sql }) => {
          const staff = await aStaff(own)
          await sql`UPDATE admin_accounts SET is_active = false WHERE id = ${staff.id}`
          return { body: { username: staff.username, password: PASSWORD } }
        },
      },
      {
        when: 'code missing',
        status: 401,
        code: 'TOTP_REQUIRED',
        message: '请输入动态验证码',
        ask: async ({ sql }) => {
          const staff = await aStaff(own)
          const { cipher, version } = seal(generateSecret(), totpContext(staff.id))
          await sql`UPDATE admin_accounts SET totp_cipher = ${cipher as Buffer}, totp_version = ${version} WHERE id = ${staff.id}`
          return { body: { username: staff.username, password: PASSWORD } }
        },
      },
      {
        when: 'too many failures',
        ...THROTTLED,
        ask: async ({ sql }) => {
          const { username } = await aStaff(own)
          await failures(sql, 'staff', username)
          return { body: { username, password: PASSWORD } }
        },
      },
    ],
  }
}

const THROTTLED = {
  status: 429,
  code: 'RATE_LIMIT_EXCEEDED',
  message: /^登录失败次数过多，请\d+秒后再试$/,
  details: ['scope', 'limit', 'window_seconds', 'retry_after'],
} as const

/** Six failures of a moment ago, as the throttle remembers them. */
async function failures(sql: World['sql'], realm: string, username: string): Promise<void> {
  await sql`INSERT INTO login_failures (id, realm, username, ip, at)
    SELECT gen_random_uuid(), ${realm}, ${username}, '192.0.2.1', now() FROM generate_series(1, 6)`
}

const login = (world: World, more: object = {}): Ask => ({ body: { username: world.operator.username, password: PASSWORD, ...more } })

export const AUTH: Endpoint[] = [
  {
    at: 'POST /v1/auth/operators/register',
    mark: 'C',
    who: 'anyone',
    fields: REGISTER_FIELDS,
    success: {
      status: 201,
      message: '注册成功',
      data: { operator_id: id('op'), username: text, api_key: apiKey, category: oneOf('trial'), balance: oneOf('0.00'), created_at: time },
    },
    ask: () => ({ body: newcomer() }),
    errors: [
      {
        when: 'name taken, without regard to case',
        status: 400,
        code: 'USERNAME_EXISTS',
        message: '用户名已被注册，请更换',
        ask: (world) => ({ body: { ...newcomer(), username: world.operator.username.toUpperCase() } }),
      },
      {
        when: 'address over its limit',
        status: 429,
        code: 'RATE_LIMIT_EXCEEDED',
        message: '请求频率超限，单IP每分钟最多100次请求',
        details: ['scope', 'limit', 'window_seconds', 'retry_after'],
        ask: () => ({ body: newcomer(), headers: { 'X-Forwarded-For': exhaustedAddress() } }),
      },
    ],
  },
  {
    at: 'POST /v1/auth/operators/login',
    mark: 'C',
    who: 'anyone',
    fields: { username: required('', 7), password: required('', 7) },
    success: {
      status: 200,
      data: {
        ...token,
        expires_in: oneOf(2_592_000),
        operator: { operator_id: id('op'), username: text, name: text, category: oneOf('trial', 'normal', 'vip') },
      },
    },
    ask: (world) => login(world),
    errors: [
      { when: 'wrong password', ...WRONG, ask: (world) => login(world, { password: 'Wrong-pass1' }) },
      { when: 'unknown name', ...WRONG, ask: (world) => login(world, { username: 'nobody_here' }) },
      {
        when: 'closed account, right password',
        status: 403,
        code: 'ACCOUNT_DEACTIVATED',
        message: '账户已注销，无法登录',
        ask: async (world) => {
          await world.close()
          return login(world)
        },
      },
      {
        when: 'locked account, right password',
        status: 403,
        code: 'ACCOUNT_LOCKED',
        details: ['locked_at', 'reason'],
        ask: async (world) => {
          await world.lock()
          return login(world)
        },
      },
      {
        when: 'locked account, wrong password',
        ...WRONG,
        ask: async (world) => {
          await world.lock()
          return login(world, { password: 'Wrong-pass1' })
        },
      },
      {
        when: 'too many failures',
        ...THROTTLED,
        ask: async (world) => {
          await failures(world.sql, 'operator', world.operator.username)
          return login(world)
        },
      },
    ],
  },
  {
    at: 'POST /v1/auth/operators/logout',
    mark: 'C',
    who: 'operator',
    success: { status: 200, message: '已退出登录', data: oneOf(null) },
    ask: (world) => ({ token: world.token }),
    errors: [
      {
        when: 'a second time',
        status: 401,
        code: 'UNAUTHORIZED',
        message: '认证失败，请重新登录',
        details: ['reason'],
        ask: async (world) => {
          await world.sql`UPDATE auth_sessions SET revoked_at = now() WHERE operator_id = ${world.operator.id}`
          return { token: world.token }
        },
      },
    ],
  },
  {
    at: 'POST /v1/auth/admin/login',
    mark: 'C',
    who: 'anyone',
    success: {
      status: 200,
      data: {
        ...token,
        expires_in: oneOf(86_400),
        admin: {
          admin_id: id('admin'),
          username: text,
          name: text,
          role: oneOf('super_admin', 'admin', 'operator', 'analyst'),
          permissions: [text],
        },
      },
    },
    ...staffDoor('admin', 'finance'),
  },
  {
    at: 'POST /v1/auth/finance/login',
    mark: 'C',
    who: 'anyone',
    success: {
      status: 200,
      data: {
        ...token,
        expires_in: oneOf(86_400),
        finance: { finance_id: id('fin'), username: text, name: text, role: oneOf('specialist', 'manager', 'auditor') },
      },
    },
    ...staffDoor('finance', 'admin'),
  },
  {
    at: 'POST /v1/auth/admin/logout',
    mark: '+',
    who: 'staff',
    success: { status: 200, message: '已退出登录', data: oneOf(null) },
    ask: ({ staff }) => ({ token: staff.super_admin }),
  },
  {
    at: 'POST /v1/auth/finance/logout',
    mark: '+',
    who: 'staff',
    success: { status: 200, message: '已退出登录', data: oneOf(null) },
    ask: ({ staff }) => ({ token: staff.finance }),
  },
  {
    at: 'POST /v1/auth/password',
    mark: '+',
    who: 'any login',
    fields: { old_password: required('', 7), new_password: required('short', 'alllowercase1', 'NODIGITSHERE') },
    success: { status: 200, message: '密码已修改', data: oneOf(null) },
    ask: ({ token: bearer }) => ({ token: bearer, body: { old_password: PASSWORD, new_password: 'Changed-1pass' } }),
    errors: [
      {
        when: 'wrong old password',
        status: 401,
        code: 'UNAUTHORIZED',
        message: '密码验证失败',
        ask: ({ token: bearer }) => ({ token: bearer, body: { old_password: 'Wrong-pass1', new_password: 'Changed-1pass' } }),
      },
    ],
  },
]

/** An address that has just used up its requests. */
function exhaustedAddress(): string {
  const ip = '198.51.100.99'
  const spend = () => requireAddressToken({ ip, now: now() }, 100)
  expect(() => Array.from({ length: 200 }, spend)).toThrow('RATE_LIMIT_EXCEEDED')
  return ip
}

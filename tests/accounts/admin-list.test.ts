import { beforeAll, expect, test } from 'bun:test'
import { faultyFields, ISO_TIME, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'

const { call } = withServer()
const reasoned = { reason: '客户来电要求的处理操作' }
let admin: string
beforeAll(async () => {
  admin = await staffToken((await aStaff('admin')).id)
})

const list = (query: string) => call(`GET /v1/admin/operators?${query}`, { token: admin })
const usernames = (answer: Awaited<ReturnType<typeof list>>) => answer.body.items.map((item) => item.username)

test('the list shows every field of the summary', async () => {
  const operator = await anOperator({ balance: '3.00', category: 'vip', name: '独一无二乐园' })
  const answer = await list('keyword=独一无二')
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    success: true,
    page: 1,
    page_size: 20,
    total: 1,
    items: [
      {
        operator_id: `op_${operator.id}`,
        username: operator.username,
        name: '独一无二乐园',
        phone: '13800138000',
        email: 'a@example.com',
        category: 'vip',
        balance: '3.00',
        total_consumed: '0.00',
        is_deactivated: false,
        is_locked: false,
        created_at: expect.stringMatching(ISO_TIME),
      },
    ],
  } as never)
})

test('the list is paged, newest first, without gap or repetition', async () => {
  for (let index = 0; index < 5; index++) await anOperator({ name: `分页乐园${index}` })
  const pages = await Promise.all([1, 2, 3].map((page) => list(`keyword=分页乐园&page=${page}&page_size=2`)))
  expect(pages.map((page) => page.body.total)).toEqual([5, 5, 5])
  expect(pages.flatMap((page) => page.body.items.map((item) => item.name))).toEqual([4, 3, 2, 1, 0].map((index) => `分页乐园${index}`))
  expect(await list('keyword=分页乐园&page=9')).toMatchObject({ status: 200, body: { total: 5, items: [] } } as never)
})

test('the list is sorted by balance, consumption or name either way', async () => {
  const names = ['张记排序', '阿里排序', '李四排序']
  for (const [index, name] of names.entries()) await anOperator({ name, balance: `${10 - index}.00` })
  const sorted = async (query: string) => (await list(`keyword=排序&${query}`)).body.items.map((item) => item.name)
  expect(await sorted('sort_by=balance')).toEqual(names)
  expect(await sorted('sort_by=balance&sort_order=asc')).toEqual([...names].reverse())
  expect(await sorted('sort_by=name&sort_order=asc')).toEqual(['阿里排序', '李四排序', '张记排序'])
  expect(await sorted('sort_by=total_consumed')).toHaveLength(3)
  expect(await sorted('sort_by=created_at&sort_order=asc')).toEqual(names)
})

test('the list is filtered by tier and lock; closed accounts only on demand', async () => {
  const [plain, locked, closed] = [
    await anOperator({ name: '筛选甲', category: 'vip' }),
    await anOperator({ name: '筛选乙' }),
    await anOperator({ name: '筛选丙' }),
  ]
  await call(`POST /v1/admin/operators/op_${locked.id}/lock`, { token: admin, body: reasoned })
  await call(`POST /v1/admin/operators/op_${closed.id}/deactivate`, { token: admin, body: reasoned })
  expect(usernames(await list('keyword=筛选'))).toEqual([locked.username, plain.username])
  expect(usernames(await list('keyword=筛选&include_deactivated=true'))).toEqual([closed.username, locked.username, plain.username])
  expect(usernames(await list('keyword=筛选&category=vip'))).toEqual([plain.username])
  expect(usernames(await list('keyword=筛选&category=all&is_locked=true'))).toEqual([locked.username])
  expect(usernames(await list('keyword=筛选&is_locked=false'))).toEqual([plain.username])
})

test('the keyword is looked for in username, name, phone and e-mail, and its signs are letters', async () => {
  const person = {
    username: 'finder_1',
    password: 'Passw0rd-1',
    name: '百分百_100%店',
    phone: '13612345678',
    email: 'Search.Me@example.com',
  }
  await call('POST /v1/auth/operators/register', { body: person })
  for (const keyword of [person.username, '百分百', '123456', 'search.me', '100%', '_100']) {
    expect(usernames(await list(`keyword=${encodeURIComponent(keyword)}`))).toEqual([person.username])
  }
  for (const keyword of ["' OR 1=1 --", '%%', '100_店', '\\'])
    expect((await list(`keyword=${encodeURIComponent(keyword)}`)).body.total).toBe(0)
})

test.each([
  ['page=0', 'page'],
  ['page=-1', 'page'],
  ['page=1.5', 'page'],
  ['page_size=0', 'page_size'],
  ['page_size=101', 'page_size'],
  ['sort_by=password_hash', 'sort_by'],
  ['sort_by=name;drop', 'sort_by'],
  ['sort_order=up', 'sort_order'],
  ['category=gold', 'category'],
  ['include_deactivated=1', 'include_deactivated'],
  ['is_locked=yes', 'is_locked'],
])('the list with %s is refused', async (query, field) => {
  const answer = await list(query)
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual([field])
})

test('strange queries are neither pollution nor failure', async () => {
  for (const query of ['page=1&page=2', '__proto__[x]=1', 'constructor=1', 'keyword=%', 'keyword=%E0%A4', 'a'.repeat(500)]) {
    expect([200, 400]).toContain((await list(query)).status)
  }
})

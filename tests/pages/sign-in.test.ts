import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, aStore, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { csrfIn, newVisitor } from '#tests/support/pages'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
})
afterAll(async () => {
  await server.drain(1_000)
  await database.close()
})

const visitor = () => newVisitor(server.url)

async function signedIn(door: 'operator' | 'admin' | 'finance', username: string) {
  const person = visitor()
  const answer = await person.post(`/${door}/login`, { username, password: PASSWORD })
  expect([door, answer.status]).toEqual([door, 303])
  return { person, home: answer.location! }
}

describe('signing in with a plain form', () => {
  test('each role lands on its own home page with true figures', async () => {
    const store = await aStore({ balance: '88.00', price: '10.00' })
    expect((await authorize(server.url, store, { players: 3 })).status).toBe(200)
    const people = [
      ['operator', store.operator.username, '/operator/'],
      ['admin', (await aStaff('super_admin')).username, '/admin/'],
      ['admin', (await aStaff('operator')).username, '/admin/'],
      ['admin', (await aStaff('analyst')).username, '/analytics/'],
      ['finance', (await aStaff('finance')).username, '/finance/'],
    ] as const
    for (const [door, username, expected] of people) {
      const { person, home } = await signedIn(door, username)
      expect(home).toBe(expected)
      const page = await person.get(home)
      expect([home, page.status]).toEqual([home, 200])
      expect(page.html).toContain('30.00')
    }
  })

  test('a wrong password and an unknown name get the same page, keep the name and never the password', async () => {
    const { username } = await anOperator()
    for (const name of [username, 'nobody_here']) {
      const answer = await visitor().post('/operator/login', { username: name, password: 'Wrong-pass1' })
      expect(answer.status).toBe(401)
      expect(answer.html).toContain('用户名或密码错误')
      expect(answer.html).toContain(`value="${name}"`)
      expect(answer.html).not.toContain('Wrong-pass1')
    }
  })

  test('the page that was asked for follows, but only one of our own', async () => {
    const { username } = await anOperator()
    const asked = await visitor().get('/operator/')
    expect([asked.status, asked.location]).toEqual([303, '/operator/login?next=%2Foperator%2F'])
    for (const evil of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/%0d%0aSet-Cookie:x',
      '\\\\evil',
    ]) {
      const answer = await visitor().post('/operator/login', { username, password: PASSWORD, next: evil })
      expect([evil, answer.location]).toEqual([evil, '/operator/'])
    }
  })

  test('the session cookie is HttpOnly, SameSite, and another one at each sign-in', async () => {
    const { username } = await anOperator()
    const values = new Set<string>()
    for (let time = 0; time < 2; time++) {
      const answer = await visitor().post('/operator/login', { username, password: PASSWORD })
      const cookie = answer.headers.getSetCookie()[0]!
      expect(cookie).toMatch(/^mr_session=[0-9a-f]{64}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
      values.add(cookie)
    }
    expect(values.size).toBe(2)
  })

  test('a cookie planted before the sign-in is worth nothing after it', async () => {
    const { username } = await anOperator()
    const victim = visitor()
    victim.cookies.set('mr_session', 'a'.repeat(64))
    await victim.post('/operator/login', { username, password: PASSWORD })
    expect(victim.cookies.get('mr_session')).not.toBe('a'.repeat(64))
    const attacker = visitor()
    attacker.cookies.set('mr_session', 'a'.repeat(64))
    expect((await attacker.get('/operator/')).status).toBe(303)
  })
})

describe('signing out', () => {
  test('ends the session on the server: the old cookie is refused, the back button asks again', async () => {
    const { person, home } = await signedIn('operator', (await anOperator()).username)
    const page = await person.get(home)
    expect(page.headers.get('cache-control')).toBe('no-store')
    const old = person.cookies.get('mr_session')!
    const left = await person.post('/operator/logout', { csrf_token: csrfIn(page.html) })
    expect([left.status, left.location]).toEqual([303, '/operator/login'])
    const thief = visitor()
    thief.cookies.set('mr_session', old)
    expect((await thief.get(home)).status).toBe(303)
  })

  test('a form without its token, with another session’s token, or from another site is refused', async () => {
    const { person } = await signedIn('operator', (await anOperator()).username)
    const other = await signedIn('operator', (await anOperator()).username)
    const foreign = csrfIn((await other.person.get(other.home)).html)
    const own = csrfIn((await person.get('/operator/')).html)
    const attempts: [Record<string, string>, Record<string, string>][] = [
      [{}, { Origin: server.url }],
      [{ csrf_token: foreign }, { Origin: server.url }],
      [{ csrf_token: own }, { Origin: 'https://evil.example' }],
      [{ csrf_token: own }, { Origin: 'null' }],
      [{ csrf_token: own }, {}],
      [{ csrf_token: own }, { Origin: server.url, 'Sec-Fetch-Site': 'cross-site' }],
      [{ csrf_token: own }, { Origin: server.url, 'Sec-Fetch-Site': 'same-site' }],
    ]
    for (const [form, headers] of attempts) expect((await person.post('/operator/logout', form, headers)).status).toBe(403)
    expect((await person.get('/operator/')).status).toBe(200)
  })

  test('a sign-in form of another site is refused', async () => {
    const { username } = await anOperator()
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, {}] as Record<string, string>[]) {
      expect((await visitor().post('/operator/login', { username, password: PASSWORD }, headers)).status).toBe(403)
    }
  })
})

describe('doors', () => {
  test('each role is kept out of the others’ consoles with a page that says so', async () => {
    const doors = [
      ['operator', (await anOperator()).username, '/operator/'],
      ['admin', (await aStaff('admin')).username, '/admin/'],
      ['finance', (await aStaff('finance')).username, '/finance/'],
    ] as const
    for (const [door, username, own] of doors) {
      const { person } = await signedIn(door, username)
      for (const path of ['/operator/', '/admin/', '/finance/']) {
        const page = await person.get(path)
        expect([door, path, page.status]).toEqual([door, path, path === own ? 200 : 403])
        expect(page.headers.get('content-type')).toContain('text/html')
      }
    }
  })

  test('a finance account at the admin door and the reverse stay outside', async () => {
    const finance = await aStaff('finance')
    const admin = await aStaff('admin')
    expect((await visitor().post('/admin/login', { username: finance.username, password: PASSWORD })).status).toBe(403)
    expect((await visitor().post('/finance/login', { username: admin.username, password: PASSWORD })).status).toBe(403)
  })

  test('a bearer token is no cookie and a cookie is no bearer token', async () => {
    const { person } = await signedIn('operator', (await anOperator()).username)
    const secret = person.cookies.get('mr_session')!
    const answer = await fetch(`${server.url}/v1/operators/me`, {
      headers: { Authorization: `Bearer ${secret}`, Cookie: `mr_session=${secret}` },
    })
    expect(answer.status).toBe(401)
  })
})

describe('registering', () => {
  const good = {
    username: 'new_shop',
    password: PASSWORD,
    password_repeat: PASSWORD,
    name: '新店<b>',
    phone: '13912345678',
    email: 'shop@example.com',
  }

  test('shows the key once, to somebody who is then signed in and can play with it', async () => {
    const person = visitor()
    const made = await person.post('/operator/register', good)
    expect(made.status).toBe(201)
    const [key] = made.html.match(/[0-9a-f]{64}/)!
    expect(key).toHaveLength(64)
    const home = await person.get('/operator/')
    expect(home.status).toBe(200)
    expect(home.html).not.toContain(key!)
    expect(home.html).toContain('新店&lt;b>')
  })

  test('faulty fields are named beside themselves and the rest is kept, passwords are not', async () => {
    const answer = await visitor().post('/operator/register', {
      ...good,
      username: 'x!',
      password: 'short',
      password_repeat: 'other',
      phone: '123',
      name: '留下的名字',
    })
    expect(answer.status).toBe(400)
    expect(answer.html).toContain('value="留下的名字"')
    expect(answer.html).toContain('须为11位手机号')
    expect(answer.html).not.toContain('value="short"')
  })

  test('a name that is taken, in any case, is told at its field', async () => {
    const answer = await visitor().post('/operator/register', { ...good, username: 'NEW_SHOP' })
    expect([answer.status, answer.html.includes('用户名已被注册，请更换')]).toEqual([400, true])
  })
})

describe('wrong ways', () => {
  test('an unknown page, a wrong method and a broken form get a page with the request id', async () => {
    const unknown = await visitor().get('/operator/nowhere')
    expect(unknown.status).toBe(404)
    expect(unknown.html).toContain(unknown.headers.get('x-request-id')!)
    expect((await visitor().post('/', {})).status).toBe(405)
    const broken = await fetch(`${server.url}/operator/login`, {
      method: 'POST',
      headers: { Origin: server.url, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new Uint8Array([0xff, 0xfe]),
    })
    expect(broken.status).toBe(400)
    const json = await fetch(`${server.url}/operator/login`, {
      method: 'POST',
      headers: { Origin: server.url, 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect(json.status).toBe(415)
  })

  test('language and theme are kept and lead back to an own page only', async () => {
    const person = visitor()
    const english = await person.get('/language?to=en&next=/operator/login')
    expect([english.status, english.location]).toEqual([303, '/operator/login'])
    expect((await person.get('/operator/login')).html).toContain('<html lang="en"')
    expect((await person.get('/theme?to=dark&next=//evil.example')).location).toBe('/')
    expect((await person.get('/')).html).toContain('data-theme="dark"')
  })
})

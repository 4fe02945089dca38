import { afterAll, expect, test } from 'bun:test'
import { isPrivate, OutgoingFault, postJson } from '#src/platform/outgoing'

const calls: { host: string | null; path: string; body: string }[] = []
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: async (request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    calls.push({ host: request.headers.get('host'), path: pathname + search, body: await request.text() })
    if (pathname === '/away') return Response.redirect(`http://127.0.0.1:${server.port}/secret`, 307)
    if (pathname === '/long') return new Response('x'.repeat(200_000))
    if (pathname === '/never') await Bun.sleep(60_000)
    return new Response('{}')
  },
})
afterAll(() => server.stop(true))
const at = (path: string, host = '127.0.0.1') => new URL(`http://${host}:${server.port}${path}`)
const fault = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    (error) => (error instanceof OutgoingFault ? error.fault : error),
  )

test.each([
  'http://robot.example/',
  'https://127.0.0.1/',
  'https://0x7f.1/',
  'https://2130706433/',
  'https://0177.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fd00::1]/',
  'https://[fe80::1]/',
  'https://10.1.2.3/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.100.100.200/',
  'https://0.0.0.0/',
  'https://localhost/',
])('in production %s is not called', async (address) => {
  const expected = address.startsWith('http:') ? 'not_https' : 'private_address'
  expect(await fault(postJson(new URL(address), {}, { isStrict: true }))).toBe(expected as never)
})

test('a name with one private address among others is not called', async () => {
  const resolve = async () => [
    { address: '93.184.216.34', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]
  expect(await fault(postJson(new URL('https://robot.example/'), {}, { isStrict: true, resolve }))).toBe('private_address')
})

test('a name is resolved once, and the call goes to what was resolved, under its name', async () => {
  let asked = 0
  const resolve = async () => {
    asked++
    return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.9', family: 4 }]
  }
  const { status } = await postJson(at('/once?a=1', 'robot.example'), { text: '你好' }, { isStrict: false, resolve })
  expect([status, asked]).toEqual([200, 1])
  expect(calls.at(-1)).toEqual({ host: `robot.example:${server.port}`, path: '/once?a=1', body: '{"text":"你好"}' })
})

test('an answer that leads elsewhere is not followed', async () => {
  const { status } = await postJson(at('/away'), {}, { isStrict: false })
  expect(status).toBe(307)
  expect(calls.some(({ path }) => path === '/secret')).toBe(false)
})

test('silence, a flood, an unknown name and a closed door each have their word', async () => {
  expect(await fault(postJson(at('/never'), {}, { isStrict: false, timeoutMs: 200 }))).toBe('timeout')
  expect(await fault(postJson(at('/long'), {}, { isStrict: false }))).toBe('too_long')
  expect(await fault(postJson(new URL('http://no-such-host.invalid/'), {}, { isStrict: false }))).toBe('unknown_host')
  expect(await fault(postJson(new URL('http://127.0.0.1:9/'), {}, { isStrict: false }))).toBe('unreachable')
  const never = () => new Promise<never>(() => {})
  expect(await fault(postJson(new URL('http://slow.example/'), {}, { isStrict: false, resolve: never, timeoutMs: 100 }))).toBe('timeout')
})

test('what is not the internet is private, the rest is not', () => {
  for (const address of [
    '127.8.9.1',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'ff02::1',
    '255.255.255.255',
    'nonsense',
  ])
    expect([address, isPrivate(address)]).toEqual([address, true])
  for (const address of ['8.8.8.8', '106.11.34.1', '172.32.0.1', '2400:3200::1', '2606:4700::1111'])
    expect([address, isPrivate(address)]).toEqual([address, false])
})

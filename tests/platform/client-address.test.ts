import { describe, expect, test } from 'bun:test'
import { clientAddress } from '#src/platform/client-address'
import { aScene, loggedCalls } from '#tests/authorize/scene'
import { authorize } from '#tests/support/client'
import { aStore } from '#tests/support/factory'
import { spawnServer } from '#tests/support/http'

const scene = aScene()

/** In tests, as on a laptop, 127.0.0.1 and ::1 are trusted proxies. */
describe('the address of a client', () => {
  test.each([
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['203.0.113.9', '127.0.0.1, 10.0.0.1', '203.0.113.9'],
    ['127.0.0.1', null, '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::1', '2001:db8::7', '2001:db8::7'],
    ['::ffff:127.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', '1.1.1.1, 198.51.100.1, 127.0.0.1', '198.51.100.1'],
    ['127.0.0.1', '127.0.0.1, ::1', '127.0.0.1'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '198.51.100.1, "><script>', '127.0.0.1'],
    ['127.0.0.1', '198.51.100.1:443', '127.0.0.1'],
    ['127.0.0.1', '0x7f.1', '127.0.0.1'],
    ['127.0.0.1', "'; DROP TABLE x; --", '127.0.0.1'],
    ['127.0.0.1', `${'1.1.1.1,'.repeat(5_000)}198.51.100.1`, '198.51.100.1'],
    ['127.0.0.1', 'fe80::1%eth0', 'fe80::1%eth0'],
    ['127.0.0.1', '198.51.100.1, fe80::1%eth0', 'fe80::1%eth0'],
    [undefined, '198.51.100.1', '0.0.0.0'],
  ])('of peer %p with X-Forwarded-For %p is %p', (peer, forwarded, address) => {
    expect(clientAddress(peer, forwarded)).toBe(address)
  })
})

test('a server that does not trust its peer counts every spoofed address as one and the same', async () => {
  await scene.owner`UPDATE system_configs SET value = '5' WHERE key = 'rate_limit_ip_per_minute'`
  const server = await spawnServer(scene.database.url, { TRUSTED_PROXIES: '192.0.2.1' })
  try {
    const store = await aStore({ balance: '100.00', price: '1.00' })
    const answers = []
    for (let turn = 0; turn < 6; turn++)
      answers.push(
        await authorize(server.url, store, {
          headers: { 'X-Forwarded-For': `198.51.100.${turn}`, Forwarded: 'for=1.2.3.4', 'X-Real-IP': '1.2.3.4' },
        }),
      )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429])
    expect(await loggedCalls(scene.owner, answers[0]!.headers.get('x-request-id')!)).toMatchObject([{ ip: '127.0.0.1' }])
  } finally {
    await server.kill()
  }
})

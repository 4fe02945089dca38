import { afterAll, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { aScene } from '#tests/authorize/scene'
import { authorize } from '#tests/support/client'
import { aStore } from '#tests/support/factory'

const scene = aScene()
const sockets: Socket[] = []
const drips: ReturnType<typeof setInterval>[] = []
afterAll(() => {
  for (const drip of drips) clearInterval(drip)
  for (const socket of sockets) socket.destroy()
})

/** Connects and then sends one byte at a time, or nothing at all. */
function open(first: string): Promise<void> {
  const { hostname, port } = new URL(scene.url)
  const socket = connect(Number(port), hostname)
  sockets.push(socket)
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.on('connect', () => {
      socket.write(first, () => resolve())
      if (first) drips.push(setInterval(() => socket.destroyed || socket.write('a'), 500))
      else resolve()
    })
  })
}

test('300 clients that drip their requests byte by byte do not slow the others down', async () => {
  const header = 'POST /v1/auth/game/authorize HTTP/1.1\r\nHost: localhost\r\nX-A: '
  const body = 'POST /v1/auth/game/authorize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n'
  await Promise.all(Array.from({ length: 300 }, (_, turn) => open([header, body, ''][turn % 3]!)))
  const store = await aStore({ balance: '1000.00', price: '1.00' })
  const times: number[] = []
  for (let call = 0; call < 50; call++) {
    const started = performance.now()
    expect((await authorize(scene.url, store, { players: 1 })).status).toBe(200)
    times.push(performance.now() - started)
  }
  const slowest = times.toSorted((a, b) => a - b)[47]!
  expect(slowest).toBeLessThan(500)
})

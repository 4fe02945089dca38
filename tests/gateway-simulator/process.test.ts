import { expect, test } from 'bun:test'
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareGateway } from '#src/gateway-simulator/keys'
import { childEnvironment } from '#src/platform/config'
import { startGateway } from '#tests/support/gateway'
import { freePort } from '#tests/support/http'
import { createNative, openShop, queryRefundWechat, queryWechat, refundWechat } from './merchant'

const folderOf = () => mkdtempSync(join(tmpdir(), 'mr-bank-'))

test('it does not start in production, and makes nothing there', async () => {
  const folder = join(folderOf(), 'bank')
  const words = [process.execPath, 'src/gateway-simulator/main.ts', '--folder', folder, '--port', String(freePort())]
  const child = Bun.spawn(words, {
    cwd: join(import.meta.dir, '../..'),
    env: childEnvironment({
      APP_ENV: 'production',
      DATABASE_URL: 'postgres://nobody@127.0.0.1/none',
      PUBLIC_URL: 'https://shop.example',
      MASTER_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
      JWT_SECRET: 'a-secret-of-the-test-with-enough-characters',
      METRICS_TOKEN: 'a-token-of-the-test',
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect(await child.exited).toBe(1)
  expect(await new Response(child.stderr).text()).toContain('does not start in production')
  expect(existsSync(folder)).toBe(false)
})

test('keys are made once, and fit together', async () => {
  const folder = folderOf()
  try {
    const first = await prepareGateway(folder, { port: 1 })
    const prints = () =>
      readdirSync(folder)
        .filter((name) => name !== 'gateway.json')
        .map((name) =>
          createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex'),
        )
    const before = prints()
    const second = await prepareGateway(folder, { port: 2 })
    expect(prints()).toEqual(before)
    expect({ ...second, WECHAT_BASE_URL: '', ALIPAY_GATEWAY: '' }).toEqual({ ...first, WECHAT_BASE_URL: '', ALIPAY_GATEWAY: '' })
    expect(JSON.parse(readFileSync(join(folder, 'gateway.json'), 'utf8'))).toEqual(second)
    const [serial, file] = second.WECHAT_PLATFORM_KEYS!.split(',')[0]!.split(/:(.*)/s)
    const certificate = new X509Certificate(readFileSync(file!, 'utf8'))
    expect(certificate.serialNumber).toBe(serial!)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(second.WECHAT_PLATFORM_KEYS).toContain(',PUB_KEY_ID_')
    expect(readFileSync(second.WECHAT_API_V3_KEY_FILE!, 'utf8')).toHaveLength(32)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('killed and started again, it goes on with its books, its switches, its clock and what it had to send', async () => {
  const folder = folderOf()
  const shop = openShop()
  try {
    const port = freePort()
    const options = { folder, port, notifyBase: shop.url, pace: 0 }
    const first = await startGateway(options)
    await createNative(first, 'BEFOREKILL1')
    await first.control.pay('wechat', 'BEFOREKILL1')
    await refundWechat(first, 'BEFOREKILL1', 'R1', 50)
    await first.control.chaos('notify.duplicate', { count: 3 })
    await first.control.advance(86_400_000)
    await first.stop('SIGKILL')
    const second = await startGateway(options)
    expect((await queryWechat(second, 'BEFOREKILL1')).body.trade_state).toBe('REFUND')
    expect(await second.control.switches()).toMatchObject([{ name: 'notify.duplicate', remaining: 3 }])
    expect((await second.control.advance(0)).ahead).toBe(86_400_000)
    await second.control.deliver()
    await second.control.deliver()
    expect((await queryRefundWechat(second, 'R1')).body.status).toBe('SUCCESS')
    expect(shop.letters.length).toBe(4)
    await second.stop()
  } finally {
    shop.close()
    rmSync(folder, { recursive: true })
  }
})

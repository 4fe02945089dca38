import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { describeFault, sendToDingtalk, sendToWecom } from '#src/notifications/alert-channels/robots'
import type { AlertMessage } from '#src/notifications/alert-words'
import { startRobot } from '#tests/support/robots'

const ding = startRobot('dingtalk')
const wecom = startRobot('wecom')
afterAll(() => Promise.all([ding.close(), wecom.close()]))
beforeEach(() => {
  for (const robot of [ding, wecom]) {
    robot.state.trouble = 'none'
    robot.messages.length = 0
  }
})

const MESSAGE: AlertMessage = {
  title: '警告：账单未取到',
  lines: [
    { label: '渠道', value: '微信支付' },
    { value: '另有 3 项' },
    { label: '去处理', url: 'http://games.example/finance/reconciliation/days/wechat/2026-03-01' },
  ],
}
const toDing = (message = MESSAGE, more: { webhook?: string; secret?: string } = {}) =>
  sendToDingtalk({ webhook: ding.webhook, secret: ding.secret, isStrict: false, ...more }, message)
const toWecom = (message = MESSAGE, webhook = wecom.webhook) => sendToWecom({ webhook, isStrict: false }, message)
const faultOf = (work: Promise<void>) =>
  work.then(
    () => null,
    (error) => {
      const { fault, detail } = describeFault(error)
      return { fault, detail }
    },
  )

test('both take a message: signed for DingTalk, with title, facts and the link', async () => {
  await toDing()
  await toWecom()
  expect(ding.messages[0]!.title).toBe('警告：账单未取到')
  for (const { text } of [ding.messages[0]!, wecom.messages[0]!]) {
    expect(text).toStartWith('### 警告：账单未取到\n')
    expect(text).toContain('**渠道**：微信支付')
    expect(text).toContain('另有 3 项')
    expect(text).toContain('[去处理](http://games.example/finance/reconciliation/days/wechat/2026-03-01)')
  }
})

test('a wrong secret, token or key is refused, and the words tell nothing secret', async () => {
  const wrong = await faultOf(toDing(MESSAGE, { secret: 'SECwrong-secret-of-somebody' }))
  expect(wrong).toMatchObject({ fault: 'refused', detail: '310000 sign not match: •••' })
  expect(await faultOf(toDing(MESSAGE, { webhook: ding.webhook.replace('a-token', 'b-token') }))).toMatchObject({ fault: 'refused' })
  expect(await faultOf(toWecom(MESSAGE, `${wecom.webhook}0`))).toEqual({ fault: 'refused', detail: '93000 invalid webhook url' })
  expect([ding.messages, wecom.messages]).toEqual([[], []])
})

test('what a robot repeats of its own address is blanked', async () => {
  ding.state.trouble = 'broken'
  wecom.state.trouble = 'broken'
  for (const fault of [await faultOf(toDing()), await faultOf(toWecom())]) {
    expect(fault!.detail).toStartWith('-1 system busy')
    for (const secret of ding.secrets) expect(fault!.detail).not.toContain(secret)
  }
})

describe('a robot that is not well', () => {
  test.each([
    ['down', 'status', /^127\.0\.0\.1:\d+ 502$/],
    ['no_json', 'not_json', /^127\.0\.0\.1:\d+$/],
    ['redirect', 'status', /^127\.0\.0\.1:\d+ 307$/],
  ] as const)('%s is named', async (trouble, fault, detail) => {
    wecom.state.trouble = trouble
    const said = await faultOf(toWecom())
    expect(said!.fault).toBe(fault)
    expect(said!.detail).toMatch(detail)
  })

  test('nobody there is named by host and code alone', async () => {
    const fault = await faultOf(toWecom(MESSAGE, 'http://127.0.0.1:9/cgi-bin/webhook/send?key=secret-key'))
    expect(fault!.fault).toBe('unreachable')
    expect(fault!.detail).toMatch(/^127\.0\.0\.1:9 E?[A-Za-z]+/)
    expect(fault!.detail).not.toContain('secret')
  })
})

test('words from outside stay words: no link, no mention, no line, nothing that turns text round', async () => {
  const name = '[点我](http://evil.example)<@all> `x` **粗** \\ \n### 假标题\u202e'
  await toDing({ title: name, lines: [{ label: '运营商', value: name }] })
  await toWecom({ title: name, lines: [{ label: '运营商', value: name }] })
  for (const { text } of [ding.messages[0]!, wecom.messages[0]!]) {
    const lines = text.split('\n').filter((line) => line !== '')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toStartWith('**运营商**：')
    const words = lines[1]!.slice('**运营商**：'.length)
    expect(words).not.toMatch(/[<>[\]`*\\\u202e]|:\/\//)
    expect(words).toContain('点我')
  }
})

test('what is too long loses its lines, never its title nor its links', async () => {
  const lines = Array.from({ length: 400 }, (_, at) => ({ value: `· 第 ${at} 项告警，运营商名称很长很长很长很长很长` }))
  const long = { title: '告警：400 项新告警', lines: [...lines, { label: '查看全部', url: 'http://games.example/finance/alerts' }] }
  await toDing(long)
  await toWecom(long)
  for (const { text } of [ding.messages[0]!, wecom.messages[0]!]) {
    expect(text).toContain('### 告警：400 项新告警')
    expect(text).toContain('· 第 0 项')
    expect(text).toEndWith('[查看全部](http://games.example/finance/alerts)')
  }
})

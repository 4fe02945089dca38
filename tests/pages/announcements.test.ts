import { describe, expect, test } from 'bun:test'
import { addDays, formatMinute, now } from '#src/core/time'
import { findings, main, unexpected, WAYS, withAdmins } from '#tests/applications/admin-scene'
import { anOperator, PASSWORD } from '#tests/support/factory'
import { newVisitor } from '#tests/support/pages'

const { started, signIn, visitorOf, titlesOf } = withAdmins()

describe.each(WAYS)('at %s', (name, options) => {
  test('an announcement is written, looked at, corrected and published; operators read it and the receipts say so (E60)', async () => {
    const [one, two] = [await anOperator({ name: '公告甲' }), await anOperator({ name: '公告乙' })]
    const { page, complaints } = await signIn(options, 'operator')
    await page.goto('/admin/announcements')
    await page.click('main a:has-text("发布公告")')
    await page.fill('[name=title]', `停机通知 ${name}`)
    await page.fill('[name=content]', '周四凌晨停机两小时。\n期间头显授权可能短暂重试。')
    await page.check('[name=target][value=chosen]')
    await page.fill('[name=operators]', `${one.username}\nnobody_here`)
    await page.click('button:has-text("预览")')
    await page.waitForSelector('#operators-error')
    expect(await page.textContent('#operators-error')).toContain('nobody_here')
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=operators]', `${one.username}\nop_${two.id}`)
    await page.click('button:has-text("预览")')
    await page.waitForSelector('h1:has-text("预览公告")')
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("返回修改")')
    expect(await page.inputValue('[name=title]')).toBe(`停机通知 ${name}`)
    await page.fill('[name=title]', `维护通知 ${name}`)
    await page.click('button:has-text("预览")')
    await page.click('button:has-text("发布给 2 家运营商")')
    await page.waitForSelector('text=公告已发布')
    expect([await titlesOf(one.id), await titlesOf(two.id)]).toEqual([[`维护通知 ${name}`], [`维护通知 ${name}`]])
    const reader = newVisitor(started.url)
    await reader.post('/operator/login', { username: one.username, password: PASSWORD })
    const inbox = await reader.get('/operator/messages')
    expect(inbox.html).toContain(`维护通知 ${name}`)
    await reader.get(/\/operator\/messages\/msg_[0-9a-f-]{36}/.exec(inbox.html)![0])
    await page.reload()
    expect(await main(page)).toContain('1（共 2 家）')
    expect(await findings(page, options)).toEqual([])
    expect(unexpected(complaints)).toEqual([])
    await page.context().close()
  }, 60_000)
})

test('an announcement that waits can be withdrawn, after a question; what is out cannot', async () => {
  const operator = await anOperator()
  const { visitor, csrf_token } = await visitorOf('operator')
  const form = { csrf_token, title: '明天再说', content: '这则公告明天上午十点发布。', target: 'chosen', operators: operator.username }
  const later = { ...form, when: 'later', publish_at: formatMinute(addDays(now(), 1)).replace(' ', 'T'), step: 'publish' }
  const made = await visitor.post('/admin/announcements/new', later)
  expect([made.status, made.location]).toEqual([303, expect.stringMatching(/^\/admin\/announcements\/ann_/)])
  const waiting = (await visitor.get(made.location!)).html
  expect([waiting.includes('待发布'), waiting.includes(operator.username)]).toEqual([true, true])
  expect((await visitor.get(`${made.location}/withdrawal`)).html).toContain('不再发布，没有运营商会收到它')
  expect((await visitor.post(`${made.location}/withdrawal`, { csrf_token })).status).toBe(303)
  const twice = await visitor.post(`${made.location}/withdrawal`, { csrf_token })
  expect([twice.status, twice.html.includes('该申请已处理，无法重复操作')]).toEqual([400, true])
  expect(await titlesOf(operator.id)).toEqual([])
  const again = await visitor.get(`/admin/announcements/new?from=${made.location!.split('/').at(-1)}`)
  expect([again.html.includes('这则公告明天上午十点发布。'), again.html.includes(operator.username)]).toEqual([true, true])
  const past = await visitor.post('/admin/announcements/new', { ...later, publish_at: '2020-01-01T10:00' })
  expect([past.status, past.html.includes('publish_at-error')]).toEqual([400, true])
})

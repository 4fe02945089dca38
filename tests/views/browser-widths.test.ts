import { expect, test } from 'bun:test'
import { looked, open, sideways, withBrowser } from './sample-browser'

withBrowser()

test.each([320, 768, 1100, 1280])('nothing runs off sideways at %p px', async (width) => {
  const { page } = await open({ viewport: { width, height: 800 } }, '/home/en/light')
  for (const name of looked) {
    await page.goto(`/${name}/en/light`)
    expect([name, await sideways(page)]).toEqual([name, 0])
  }
  await page.context().close()
})

test.each([768, 1100, 1440])('ids in tables stay on one line at %p px', async (width) => {
  const { page } = await open({ viewport: { width, height: 800 } }, '/home/zh/light')
  for (const name of ['usage', 'api-key-calls', 'search', 'transactions', 'admin']) {
    await page.goto(`/${name}/zh/light`)
    const heights = await page.locator('.table td .short-id').evaluateAll((ids) => ids.map((id) => id.getBoundingClientRect().height))
    expect([name, heights.length > 0, heights.filter((height) => height > 36)]).toEqual([name, true, []])
  }
  await page.context().close()
})

import { expect, test } from 'bun:test'
import { looked, open, sideways, withBrowser } from './sample-browser'

withBrowser()

const WIDTHS = [320, 768, 1100, 1280] as const

// Loaded once and then made wider: loading is most of the work.
test(`nothing runs off sideways at ${WIDTHS.join(', ')} px`, async () => {
  const { page } = await open({}, '/home/en/light')
  for (const name of looked) {
    await page.goto(`/${name}/en/light`)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      expect([name, width, await sideways(page)]).toEqual([name, width, 0])
    }
  }
  await page.context().close()
}, 120_000)

test.each([768, 1100, 1440])('ids in tables stay on one line at %p px', async (width) => {
  const { page } = await open({ viewport: { width, height: 800 } }, '/home/zh/light')
  for (const name of ['usage', 'api-key-calls', 'search', 'transactions', 'admin']) {
    await page.goto(`/${name}/zh/light`)
    const heights = await page.locator('.table td .short-id').evaluateAll((ids) => ids.map((id) => id.getBoundingClientRect().height))
    expect([name, heights.length > 0, heights.filter((height) => height > 36)]).toEqual([name, true, []])
  }
  await page.context().close()
})

import { describe, expect, test } from 'bun:test'
import { DESK, faultsOf, looked, NONE, open, withBrowser } from './sample-browser'

withBrowser()

const WIDTHS = [1280, 1100, 768, 320] as const

// English words are the longer ones: what has room for them has room for Chinese.
describe('en light 1440', () => {
  test.each(looked)(
    `%s: axe finds nothing, nothing complains, nothing runs off sideways, also at ${WIDTHS.join(', ')} px`,
    async (name) => {
      expect(await faultsOf(name, DESK, 'en/light', WIDTHS)).toEqual(NONE)
    },
  )
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

import { describe, expect, test } from 'bun:test'
import { faultsOf, looked, NONE, PHONE, withBrowser } from './sample-browser'

withBrowser()

describe('zh dark 390', () => {
  test.each(looked)('%s: axe finds nothing, nothing complains, nothing runs off sideways', async (name) => {
    expect(await faultsOf(name, PHONE, 'zh/dark')).toEqual(NONE)
  })
})

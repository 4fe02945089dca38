import { describe, expect, test } from 'bun:test'
import { DESK, faultsOf, looked, NONE, withBrowser } from './sample-browser'

withBrowser()

describe('zh light 1440', () => {
  test.each(looked)('%s: axe finds nothing, nothing complains, nothing runs off sideways', async (name) => {
    expect(await faultsOf(name, DESK, 'zh/light')).toEqual(NONE)
  })
})

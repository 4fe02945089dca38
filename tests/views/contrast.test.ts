import { describe, expect, test } from 'bun:test'

type Tokens = Record<string, string>

const css = await Bun.file(new URL('../../views/assets/tokens.css', import.meta.url)).text()

/** The custom properties of the first block behind `selector`. */
function tokensOf(selector: string, after = ''): Tokens {
  const start = css.indexOf('{', css.indexOf(selector, css.indexOf(after)))
  const block = css.slice(start + 1, css.indexOf('}', start))
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!.trim()]))
}

const light = tokensOf(':root {')
const dark = { ...light, ...tokensOf(':root[data-theme="dark"]') }
const print = { ...light, ...tokensOf(':root {', '@media print') }

const luminance = (hex: string): number => {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function ratio(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter! + 0.05) / (darker! + 0.05)
}

const TEXT: readonly [string, string][] = [
  ['text', 'surface'],
  ['text', 'bg'],
  ['muted', 'surface'],
  ['muted', 'bg'],
  ['accent', 'surface'],
  ['accent', 'bg'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['ok', 'surface'],
  ['ok', 'ok-tint'],
  ['warn', 'surface'],
  ['warn', 'warn-tint'],
  ['bad', 'surface'],
  ['bad', 'bg'],
  ['bad', 'bad-tint'],
  ['info', 'info-tint'],
]

const CONTROLS: readonly [string, string][] = [
  ['control', 'surface'],
  ['control', 'bg'],
  ['accent', 'surface'],
  ['accent', 'bg'],
  ['bad', 'surface'],
]

describe.each([
  ['light', light],
  ['dark', dark],
] as [string, Tokens][])('%s', (_, tokens) => {
  test.each(TEXT)('text: %s on %s is at least 4.5', (front, back) => {
    expect(ratio(tokens[front]!, tokens[back]!)).toBeGreaterThanOrEqual(4.5)
  })
  test.each(CONTROLS)('controls and focus: %s on %s is at least 3', (front, back) => {
    expect(ratio(tokens[front]!, tokens[back]!)).toBeGreaterThanOrEqual(3)
  })
})

test('the values are those of the design', () => {
  expect(ratio(light.text!, light.surface!)).toBeCloseTo(16.2, 1)
  expect(ratio(dark.accent!, dark.surface!)).toBeCloseTo(7.8, 1)
})

test('dark by the system and dark by choice are the same', () => {
  expect(tokensOf(':root:not([data-theme="light"])')).toEqual(tokensOf(':root[data-theme="dark"]'))
  expect(Object.keys(tokensOf(':root[data-theme="dark"]')).every((name) => name in light)).toBe(true)
})

test('paper is black on white', () => {
  expect([print.bg, print.surface]).toEqual(['#ffffff', '#ffffff'])
})

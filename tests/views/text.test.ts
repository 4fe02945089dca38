import { expect, test } from 'bun:test'
import { text } from '#src/core/text'
import { en } from '#src/core/text.en'
import { zh } from '#src/core/text.zh'

const placeholders = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted()

test('both languages have the same keys, in the same order', () => {
  expect(Object.keys(en)).toEqual(Object.keys(zh))
})

test('both languages have the same placeholders, and no key is empty', () => {
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
    expect([key, placeholders(en[key])]).toEqual([key, placeholders(zh[key])])
    expect([key, zh[key].trim() !== '' && en[key].trim() !== '']).toEqual([key, true])
  }
})

test('no key is written in two areas', async () => {
  const root = new URL('../../', import.meta.url).pathname
  for (const [language, words] of [
    ['zh', zh],
    ['en', en],
  ] as const) {
    const sources = await Promise.all(
      [...new Bun.Glob(`src/core/text/${language}/*.ts`).scanSync(root)].map((file) => Bun.file(root + file).text()),
    )
    expect(sources.flatMap((source) => [...source.matchAll(/^ {2}'[\w.:-]+':/gm)])).toHaveLength(Object.keys(words).length)
  }
})

test('every key is used by a view, by the handler of a page or in a file that is taken out', async () => {
  const root = new URL('../../', import.meta.url).pathname
  const files = [
    'views/**/*.{ts,tsx}',
    'src/**/*.pages.ts',
    'src/exports/*.ts',
    'src/reports/*.ts',
    'src/notifications/*.ts',
    'src/core/alert-details.ts',
    'src/office/*.ts',
  ].flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(root)])
  const sources = await Promise.all(files.map((file) => Bun.file(root + file).text()))
  const written = sources.join('\n')
  // Keys put together from parts, such as `problem.${status}.title`, count through their pattern.
  const patterns = [...written.matchAll(/`([\w.]+\$\{[^`]*)`/g)].map(
    ([, parts]) => new RegExp(`^${parts!.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '[\\w:-]+')}$`),
  )
  const unused = Object.keys(zh).filter(
    (key) => !written.includes(`'${key}'`) && !written.includes(`"${key}"`) && !patterns.some((pattern) => pattern.test(key)),
  )
  expect(unused).toEqual([])
})

test('values go in as they are, also where they look like placeholders or replacement patterns', () => {
  expect(text('zh', 'common.asOf', { time: '{time} $& $1' })).toBe('截至 {time} $& $1')
  expect(text('en', 'form.errors', { count: 3 })).toBe('Entries to correct: 3')
})

test('the Chinese words keep the house style', () => {
  for (const [key, words] of Object.entries(zh)) {
    expect([key, words.match(/[!！]|操作成功|[，。；：](?=\s)/)]).toEqual([key, null])
    // A space between Han and Latin or digits, on both sides.
    expect([key, words.match(/\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u)]).toEqual([key, null])
  }
})

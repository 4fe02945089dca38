import { describe, expect, test } from 'bun:test'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS } from '#src/cli/commands'
import { Environment } from '#src/platform/config'
import { SETTINGS } from '#src/settings/settings'
import { JOBS } from '#workers/schedule'
import { containerVariables, exampleVariables } from '../docs/blocks'
import { COMPOSE_FILES, composeOf, textOf } from './files'

const ROOT = join(import.meta.dir, '../..')
const book = textOf('deploy/RUNBOOK.md')
/** What somebody would type: lines of the blocks, and words of code in the sentences. */
const blocks = [...book.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, lines]) => lines!.split('\n'))
const inline = [...book.replace(/^```sh\n[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!)
const typed = [...blocks, ...inline].map((line) => line.replace(/\s+# .*$/, '').trim()).filter(Boolean)

/** The words after `mr`, whichever way it is called. */
const mrCalls = typed.flatMap((line) => {
  const [, words] =
    /^(?:[A-Z_]+=\S+ )?(?:(?:bin\/)?mr|docker compose run --rm (?:-v \S+ )?mr|docker compose exec web bun src\/cli\/main\.ts) (.*)$/.exec(
      line,
    ) ?? []
  return words === undefined || /^(…|--help)$/.test(words) ? [] : [words]
})

describe('every command of the book exists', () => {
  test.each([...new Set(mrCalls)])('mr %s', (words) => {
    const command = COMMANDS.filter(({ name }) => words === name || words.startsWith(`${name} `)).sort(
      (a, b) => b.name.length - a.name.length,
    )[0]
    expect(command?.name, words).toBeDefined()
    const help = [command!.usage, ...(command!.more ?? [])].join('\n')
    for (const [option] of words.matchAll(/--[a-z-]+/g)) expect(help, `${words}: ${option}`).toContain(option)
    const [, job] = /^job (\S+)$/.exec(words) ?? []
    if (job && job !== 'list') expect(JOBS.map(({ name }) => name)).toContain(job)
  })

  test('and there are many of them', () => expect(mrCalls.length).toBeGreaterThan(30))

  const services = new Set(COMPOSE_FILES.flatMap((file) => Object.keys(composeOf(file).services)))
  const VERBS = new Set(['up', 'run', 'exec', 'ps', 'logs', 'restart', 'stop', 'build', 'config'])
  test.each(typed.filter((line) => line.includes('docker compose ')))('%s', (line) => {
    const words = line
      .slice(line.indexOf('docker compose ') + 'docker compose '.length)
      .split(' | ')[0]!
      .split(' ')
    while (words[0] === '-f') expect(existsSync(join(ROOT, words.splice(0, 2)[1]!))).toBe(true)
    const [verb, ...rest] = words
    expect(VERBS).toContain(verb!)
    const named = rest.filter((word, at) => !/^(-|\d)/.test(word) && !['--tail', '-v'].includes(rest[at - 1]!))
    const service = ['run', 'exec'].includes(verb!) ? named.slice(0, 1) : named
    for (const name of service) expect([...services], line).toContain(name)
  })

  test.each(typed.filter((line) => /^(deploy|bin)\//.test(line)).map((line) => line.split(' ')[0]!))('%s', (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true)
    const facts = statSync(join(ROOT, path))
    if (facts.isFile() && /\/[a-z-]+$/.test(path)) expect(facts.mode & 0o111).not.toBe(0)
  })

  test('scripts of package.json, with the rehearsals', async () => {
    const { scripts } = await Bun.file(join(ROOT, 'package.json')).json()
    const calls = typed.flatMap((line) => /^bun run (\w+)(?: (\w+))?/.exec(line)?.slice(1) ?? []).filter(Boolean)
    expect(calls).toEqual(['drill', 'backup', 'drill', 'schema', 'drill', 'deploy'])
    expect(Object.keys(scripts)).toContain('drill')
  })
})

test('every variable and setting that it names exists', () => {
  const variables = new Set([
    ...Object.keys(Environment.entries),
    ...[...exampleVariables(), ...containerVariables()].map(({ key }) => key),
  ])
  const named = [...book.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?:=[^`]*)?`/g)].map(([, name]) => name!)
  expect(named.filter((name) => !variables.has(name) && name !== 'UPSTREAM_HOST')).toEqual([])
  expect(named.length).toBeGreaterThan(15)
  const assigned = [...book.matchAll(/echo "([A-Z_]+)=/g)].map(([, name]) => name!)
  expect(assigned.filter((name) => !variables.has(name))).toEqual([])
  const settings = [...book.matchAll(/`([a-z]+(?:_[a-z0-9]+){2,})`/g)]
    .map(([, name]) => name!)
    .filter((name) => !/^wechat_private/.test(name))
  expect(settings.filter((name) => !(name in SETTINGS))).toEqual([])
})

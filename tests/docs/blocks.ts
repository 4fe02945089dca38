import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { COMMANDS } from '#src/cli/commands'
import { type ProblemKind, problems } from '#src/core/errors'
import { Environment } from '#src/platform/config'
import type { Route } from '#src/platform/route'
import { routes } from '#src/routes'
import { SETTINGS } from '#src/settings/settings'
import { JOBS } from '#workers/schedule'
import { LAYERS } from '../architecture/imports'
import { ROOT } from '../architecture/tree'

/** Part of a document that is made from the code: it stands between `<!-- name -->` and `<!-- /name -->`. */
type Block = { path: string; name: string; lines: () => string[] }

export const BLOCKS: Block[] = [
  { path: 'docs/api.md', name: 'routes', lines: routeTable },
  { path: 'docs/errors.md', name: 'codes', lines: codeTable },
  { path: 'docs/settings.md', name: 'settings', lines: settingTable },
  { path: 'docs/settings.md', name: 'environment', lines: environmentTable },
  { path: 'docs/jobs.md', name: 'jobs', lines: jobTable },
  { path: 'docs/cli.md', name: 'commands', lines: commandTable },
  { path: 'ARCHITECTURE.md', name: 'layers', lines: () => ['```', ...inLines([...LAYERS]), '```'] },
]

/** A document with its blocks made anew. Throws when a block has no place in it. */
export function renewed(path: string, text = readFileSync(join(ROOT, path), 'utf8')): string {
  return BLOCKS.filter((block) => block.path === path).reduce((document, { name, lines }) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`)
    if (!place.test(document)) throw new Error(`${path} has no place for <!-- ${name} -->`)
    return document.replace(place, (_, opening: string, closing: string) => `${opening}${lines().join('\n')}\n${closing}`)
  }, text)
}

function table(head: string[], rows: string[][]): string[] {
  const row = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [row(head), row(head.map(() => '--')), ...rows.map(row)]
}

const code = (text: string | number): string => `\`${text}\``

const AUDIENCES: Record<Route['audience'], string> = {
  public: 'anybody',
  client: 'headset server, signed',
  partner: 'partner platform, signed',
  operator: 'operator',
  admin: 'administrator',
  finance: 'finance',
  analyst: 'analyst',
  staff: 'any member of staff',
  anyone_signed_in: 'anybody signed in',
}

const DOORS: Record<Route['door'], string> = { api: 'JSON', shared: 'JSON', pages: 'page', root: 'monitoring' }

/** The table's own order is the order of reading: API first, by entry file. */
function routeTable(): string[] {
  const order = Object.keys(DOORS)
  const rows = [...routes].sort((a, b) => order.indexOf(a.door) - order.indexOf(b.door))
  return table(
    ['Door', 'Method', 'Path', 'Who', 'Permission'],
    rows.map(({ door, method, path, audience, permission }) => [
      DOORS[door],
      method,
      code(door === 'api' ? `/v1${path}` : path),
      AUDIENCES[audience],
      permission ? code(permission) : '',
    ]),
  )
}

const RETRY: Record<ProblemKind['retry'], string> = { yes: 'yes', no: 'no', cure: 'after the cure' }

function codeTable(): string[] {
  const all = Object.entries(problems) as [string, ProblemKind][]
  const rows = all.flatMap(([name, { status, retry, zh, en }]) => {
    if (typeof zh === 'string') return [[code(name), String(status), RETRY[retry], zh, String(en)]]
    return Object.entries(zh).map(([wording, words], index) => {
      const first = index === 0 ? [code(name), String(status), RETRY[retry]] : ['', '', '']
      return [...first, `${words} ${code(wording)}`, (en as Record<string, string>)[wording] ?? '']
    })
  })
  return table(['Code', 'Status', 'Retry', '中文', 'English'], rows)
}

function settingTable(): string[] {
  return table(
    ['Key', 'Default', 'From', 'To'],
    Object.entries(SETTINGS).map(([key, { fallback, min, max }]) => [
      code(key),
      code(String(fallback)),
      ...[min, max].map((end) => (end === null ? '' : code(end))),
    ]),
  )
}

export type ExampleVariable = { key: string; value: string; words: string }

const exampleParts = (): string[] => readFileSync(join(ROOT, '.env.example'), 'utf8').split('# Below: for containers alone.')

/** The second part of `.env.example`: what containers need and the product does not know. */
export const containerVariables = (): ExampleVariable[] => exampleVariables(exampleParts()[1]!)

/** `.env.example`: each variable of the product with the comment that stands above it. */
export function exampleVariables(text = exampleParts()[0]!): ExampleVariable[] {
  let words: string[] = []
  return text.split('\n').flatMap((line) => {
    const variable = /^#? ?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line)
    if (variable) {
      const found = { key: variable[1]!, value: variable[2]!, words: words.join(' ') }
      words = []
      return [found]
    }
    words = line.startsWith('# ') ? [...words, line.slice(2)] : []
    return []
  })
}

/** What each variable is when nobody sets it; undefined where there is nothing. */
export const environmentDefaults = (): Record<string, unknown> => v.parse(Environment, {})

function environmentTable(): string[] {
  const defaults = environmentDefaults()
  const words = new Map(exampleVariables().map((variable) => [variable.key, variable.words]))
  return table(
    ['Variable', 'Default', 'Meaning'],
    Object.keys(Environment.entries).map((key) => [
      code(key),
      defaults[key] === undefined ? '' : code(String(defaults[key])),
      words.get(key) ?? '',
    ]),
  )
}

function jobTable(): string[] {
  return table(
    ['Job', 'When (second minute hour day month weekday)', 'Longest'],
    JOBS.map(({ name, cron, timeoutSeconds }) => [code(name), code(cron), `${timeoutSeconds} s`]),
  )
}

function commandTable(): string[] {
  return table(
    ['Command', '中文', 'English'],
    COMMANDS.map(({ name, usage, zh, en }) => [code(`mr ${name} ${usage}`.trimEnd()), zh, en]),
  )
}

const LINE = 110

function inLines(words: string[]): string[] {
  const lines: string[] = ['']
  for (const [index, word] of words.entries()) {
    const next = index === words.length - 1 ? word : `${word} →`
    if (`${lines.at(-1)} ${next}`.length > LINE) lines.push(next)
    else lines[lines.length - 1] = `${lines.at(-1)} ${next}`.trim()
  }
  return lines
}

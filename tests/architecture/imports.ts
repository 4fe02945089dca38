import { inFolder, isCode, isEntry, lineAt, type Rule, type SourceFile, type Violation } from './tree'

/**
 * A file imports only from its own layer or one to the left. `import type` is free: it vanishes at run time. A folder of src that is
 * not in this list has no place yet: give it one.
 */
export const LAYERS = [
  'core',
  'schema',
  'platform',
  'embedded-postgres',
  'migrations',
  'permissions',
  'audit-logs',
  'settings',
  'ledger',
  'notifications',
  'accounts',
  'staff',
  'applications',
  'sites',
  'api-keys',
  'usage',
  'balances',
  'service-level',
  'authorize',
  'wallets',
  'payments',
  'refunds',
  'invoices',
  'reconciliation',
  'office',
  'statistics',
  'reports',
  'exports',
  'search',
  'openapi',
  'home',
  'schema-verify',
  'backups',
  'monitoring',
  'releases',
  'views',
  'gateway-simulator',
  'page',
  'entries',
  'app',
  'seed',
  'workers',
  'cli',
  'start',
  'tests',
] as const
type Layer = (typeof LAYERS)[number]

/** What views may use besides themselves and core: the renderer, nothing that knows a machine. */
const VIEW_PACKAGES = /^preact(-render-to-string)?(\/|$)/
/** A script of the developer's, never loaded by a page. */
const VIEW_SCRIPT = 'views/assets/build-icons.ts'

const ALIAS = /^#(src|views|drizzle|workers|tests)\//
const JSX_RUNTIME = /^(react|preact)(\/jsx(-dev)?-runtime)?$/

/** The layer of a file; undefined where the list has no place for it. */
function layerOf(path: string): Layer | undefined {
  if (isEntry({ path })) return 'entries'
  const [top, folder] = path.split('/') as [string, string | undefined]
  if (top === 'src') return srcLayer(path, folder!)
  if (top === 'drizzle') return drizzleLayer(path)
  if (top === 'views' || top === 'workers' || top === 'tests') return top
  return undefined
}

function srcLayer(path: string, folder: string): Layer | undefined {
  if (path === 'src/start.ts') return 'start'
  // What every page handler needs: it renders views and knows the visitor.
  if (/^src\/page(-query|-guard)?\.ts$/.test(path)) return 'page'
  if (/^src\/[\w.-]+$/.test(path)) return 'app'
  return LAYERS.find((layer) => layer === folder)
}

function drizzleLayer(path: string): Layer | undefined {
  if (path.startsWith('drizzle/schema/')) return 'schema'
  return path === 'drizzle/seed.ts' || path.startsWith('drizzle/seed/') ? 'seed' : 'migrations'
}

type Import = { name: string; path: string | undefined; line: number }

/** The values a file imports: `path` of a file of ours, undefined for a package. Types are left out. */
function importsOf(file: SourceFile, known: ReadonlySet<string>): Import[] {
  const loader = file.path.endsWith('x') ? 'tsx' : 'ts'
  const found = new Bun.Transpiler({ loader }).scanImports(file.text)
  return found
    .filter(({ path, kind }) => !(kind === 'require-call' && JSX_RUNTIME.test(path)))
    .map(({ path: name }) => ({ name, path: resolveImport(file.path, name, known), line: lineOf(file.text, name) }))
}

const lineOf = (text: string, name: string): number => lineAt(text, Math.max(0, text.search(new RegExp(`['"]${RegExp.escape(name)}['"]`))))

function resolveImport(from: string, name: string, known: ReadonlySet<string>): string | undefined {
  const alias = ALIAS.test(name)
  if (!alias && !name.startsWith('.')) return undefined
  const base = alias ? name.slice(1) : new URL(name, `file:///${from}`).pathname.slice(1)
  const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`]
  return candidates.find((candidate) => known.has(candidate)) ?? base
}

/** Every import of a value between two files of ours. */
function edges(files: SourceFile[]): { file: SourceFile; target: Import & { path: string } }[] {
  const known = new Set(files.map(({ path }) => path))
  return files
    .filter(isCode)
    .flatMap((file) =>
      importsOf(file, known).flatMap((target) => (target.path === undefined ? [] : [{ file, target: { ...target, path: target.path } }])),
    )
}

/** No import points to the right. */
export const importDirection: Rule = (files) =>
  edges(files).flatMap(({ file, target }) => {
    const [from, to] = [layerOf(file.path), layerOf(target.path)]
    if (to === undefined || from === undefined) return []
    if (LAYERS.indexOf(to) <= LAYERS.indexOf(from)) return []
    return [{ path: file.path, line: target.line, text: `${from} imports ${to}: ${target.name}` }]
  })

/** Every file of code has a layer. */
export const layerKnown: Rule = (files) =>
  files.filter(isCode).flatMap(({ path }) => (layerOf(path) ? [] : [{ path, line: 1, text: 'has no layer: add its folder to LAYERS' }]))

/** Views take values from core, from views and from the renderer. */
export const viewsStandAlone: Rule = (files) => {
  const known = new Set(files.map(({ path }) => path))
  const views = files.filter((file) => isCode(file) && inFolder('views')(file) && file.path !== VIEW_SCRIPT)
  return views.flatMap((file) =>
    importsOf(file, known)
      .filter(({ name, path }) => (path === undefined ? !VIEW_PACKAGES.test(name) : !/^(views|src\/core)\//.test(path)))
      .map(({ name, line }) => ({ path: file.path, line, text: `a view imports ${name}` })),
  )
}

/** The embedded database is the business of whoever starts the machine. */
export const embeddedPostgresStaysAside: Rule = (files) =>
  edges(files)
    .filter(({ target }) => target.path.startsWith('src/embedded-postgres/'))
    .filter(({ file }) => file.path !== 'src/start.ts' && !inFolder('src/embedded-postgres', 'tests')(file))
    .map(({ file, target }) => ({ path: file.path, line: target.line, text: `only src/start.ts and tests may import ${target.name}` }))

/** What starts the simulated bank or tests with it; `main.ts` reads the one thing it has to know of its surroundings. */
const STARTS_THE_BANK = ['src/start.ts']
const BANK_MAY_TAKE = /^(src\/(core|gateway-simulator)|views)\//
const BANK_MAIN_MAY_TAKE = ['src/platform/config.ts', 'src/platform/supervised.ts']

/** The simulated bank meets the product over HTTP alone: it takes words and pages, and nobody takes anything of it. */
export const simulatorStaysAside: Rule = (files) =>
  edges(files).flatMap(({ file, target }) => {
    const inside = inFolder('src/gateway-simulator')
    if (inside(file)) {
      const isMain = file.path === 'src/gateway-simulator/main.ts' && BANK_MAIN_MAY_TAKE.includes(target.path)
      return isMain || BANK_MAY_TAKE.test(target.path)
        ? []
        : [{ path: file.path, line: target.line, text: `the simulated bank imports ${target.name}` }]
    }
    if (!inside(target) || inFolder('tests')(file) || STARTS_THE_BANK.includes(file.path)) return []
    return [{ path: file.path, line: target.line, text: `only src/start.ts and tests may import ${target.name}` }]
  })

/** An entry is a door of its own: another entry has nothing that it needs. */
export const entriesStandAlone: Rule = (files) =>
  edges(files)
    .filter(({ file, target }) => isEntry(file) && isEntry(target))
    .map(({ file, target }) => ({ path: file.path, line: target.line, text: `an entry imports the entry ${target.name}` }))

/** No file needs itself, by whatever way round. Each ring is named once, at its first file. */
export const noRings: Rule = (files) => {
  const next = new Map<string, (Import & { path: string })[]>()
  for (const { file, target } of edges(files)) next.set(file.path, [...(next.get(file.path) ?? []), target])
  const rings = new Map<string, Violation>()
  const done = new Set<string>()
  const walk = (path: string, way: string[]) => {
    if (way.includes(path)) {
      const ring = way.slice(way.indexOf(path))
      const first = [...ring].sort()[0]!
      rings.set([...ring].sort().join(), { path: first, line: 1, text: `imports itself: ${[...ring, path].join(' → ')}` })
    } else if (!done.has(path)) {
      for (const target of next.get(path) ?? []) walk(target.path, [...way, path])
      done.add(path)
    }
  }
  for (const path of next.keys()) walk(path, [])
  return [...rings.values()]
}

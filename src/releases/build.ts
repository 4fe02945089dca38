import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { iso, now } from '#src/core/time'
import { faultPoint } from '#src/platform/fault-point'
import { currentVersion, factsOf, type Home, type ReleaseFacts, rootOf, writeFacts } from './home'
import { firstChange, writeManifest } from './manifest'
import { run } from './program'
import { findSource, type Source, unpack } from './source'

const INSTALL_SECONDS = 600
/** Of a folder that is being made; `removeOld` clears such away. */
const UNFINISHED = '.part'

/**
 * Makes a whole release in the home from a source: unpacked, each file's SHA-256 written down, packages installed as the lock file says.
 * The same source gives the same version and is made once. Whatever fails leaves no release behind. Throws an Error.
 */
export async function build(
  home: Home,
  from: { source: string; sha256?: string | undefined },
  env: Record<string, string>,
): Promise<ReleaseFacts> {
  const source = await findSource(from.source, from.sha256, env)
  const part = `${rootOf(home, `${process.pid}`)}${UNFINISHED}`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  try {
    await unpack(source, part, env)
    const version = await versionOf(part, source)
    const known = factsOf(home, version)
    if (known && !(await firstChange(rootOf(home, version)))) return known
    rmSync(rootOf(home, version), { recursive: true, force: true })
    faultPoint('release:unpacked')
    await install(home, source, part, env)
    symlinkSync('../../shared/.env', join(part, '.env'))
    symlinkSync('../../data', join(part, '.data'))
    const facts = await describe(part, version, source, env)
    renameSync(part, rootOf(home, version))
    return facts
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

/** The product's version with the commit it was made from, or with the contents where there is none. */
async function versionOf(root: string, source: Source): Promise<string> {
  const digest = await writeManifest(root)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version?: string }
  if (!version || !/^[\w.+-]{1,64}$/.test(version)) throw new Error('package.json 没有可用的版本号 / package.json has no usable version')
  return `${version}-${('commit' in source && source.commit) || digest.slice(0, 7)}`
}

/** What an installation leaves in a folder, and what shows that it is there. */
const INSTALLED = [
  ['node_modules', '.installed'],
  ['.tools/node_modules', 'bun'],
] as const

/**
 * Packages and the pinned Bun of another folder are taken over by links where they are those of the same lock file; bin/setup then finds
 * nothing to do, or installs what is missing.
 */
async function install(home: Home, source: Source, root: string, env: Record<string, string>): Promise<void> {
  const current = currentVersion(home)
  const others = ['folder' in source ? [source.folder] : [], current ? [rootOf(home, current)] : []].flat()
  const same = others.filter((other) => existsSync(join(other, 'package.json')) && sameLock(other, root))
  for (const [folder, sign] of INSTALLED) {
    const from = same.map((other) => join(other, folder)).find((place) => existsSync(join(place, sign)))
    if (from) await takeOver(from, join(root, folder), env)
  }
  await run(['sh', join(root, 'bin/setup')], { cwd: root, env, seconds: INSTALL_SECONDS })
  const changed = await firstChange(root)
  if (changed) throw new Error(`安装依赖时改动了 ${changed} / installing changed ${changed}`)
}

function sameLock(one: string, other: string): boolean {
  const text = (root: string) =>
    ['package.json', 'bun.lock', ...patchesOf(root)].map((path) => readFileSync(join(root, path), 'utf8')).join('\n')
  return text(one) === text(other)
}

const patchesOf = (root: string): string[] =>
  existsSync(join(root, 'patches'))
    ? readdirSync(join(root, 'patches'))
        .sort()
        .map((name) => `patches/${name}`)
    : []

/** Links where the file system has them, copies elsewhere. */
async function takeOver(from: string, to: string, env: Record<string, string>): Promise<void> {
  mkdirSync(dirname(to), { recursive: true })
  const script = 'cp -al "$0" "$1" 2>/dev/null || { rm -rf "$1"; cp -a "$0" "$1"; }'
  await run(['sh', '-c', script, realpathSync(from), to], { cwd: '/', env, seconds: INSTALL_SECONDS })
}

async function describe(root: string, version: string, source: Source, env: Record<string, string>): Promise<ReleaseFacts> {
  const script = '. "$0" && printf %s "$(command -v "$BUN")"'
  const bun = await run(['sh', '-c', script, join(root, 'bin/setup')], { cwd: root, env, seconds: INSTALL_SECONDS })
  const heads = readdirSync(join(root, 'drizzle/migrations')).filter((name) => /^\d{4}_\w+\.sql$/.test(name))
  const facts = {
    version,
    commit: 'commit' in source ? source.commit : null,
    // A Bun inside the release moves with it.
    bun: bun.startsWith(root) ? bun.replace(root, root.replace(/\d+\.part$/, version)) : bun,
    schemaHead: heads.sort().at(-1)!.slice(0, -4),
    builtAt: iso(now()),
    runSince: null,
  }
  writeFacts(root, facts)
  return facts
}

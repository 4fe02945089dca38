import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Release } from './generation'

/**
 * A folder that a machine runs releases from:
 *
 *     current → releases/0.2.0-1f448c0     what runs, and what the next start runs
 *     releases/<version>/                  a whole checkout with its packages; .env and .data lead to the two below
 *     shared/.env  data/                   settings and files that outlive releases
 *     deploy.json  deploy.log  deploy.lock what is under way, what was, who holds it
 */
export type Home = { folder: string }

export type ReleaseFacts = {
  version: string
  commit: string | null
  /** The Bun it is run with. */
  bun: string
  /** Its newest migration. */
  schemaHead: string
  builtAt: string
  /** When it last became what runs; null for one that never did. */
  runSince: string | null
}

export const pathsOf = ({ folder }: Home) => ({
  current: join(folder, 'current'),
  releases: join(folder, 'releases'),
  settings: join(folder, 'shared', '.env'),
  data: join(folder, 'data'),
  state: join(folder, 'deploy.json'),
  log: join(folder, 'deploy.log'),
  lock: join(folder, 'deploy.lock'),
  socket: socketPath(folder),
})

/** A socket's path may have 104 bytes on macOS, 108 on Linux, both with the closing NUL. */
const LONGEST_SOCKET_PATH_BYTES = 103

function socketPath(folder: string): string {
  const inside = join(folder, 'machine.sock')
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_PATH_BYTES) return inside
  return `/tmp/mr-game-ops-${new Bun.CryptoHasher('sha256').update(inside).digest('hex').slice(0, 16)}.machine.sock`
}

/** Makes what is missing of a home. */
export function openHome(folder: string): Home {
  const absolute = resolve(folder)
  for (const part of ['releases', 'shared', 'data']) mkdirSync(join(absolute, part), { recursive: true })
  return { folder: realpathSync(absolute) }
}

/** The home that a checkout stands in as one of its releases; undefined for any other checkout. */
export function homeAround(root: string): Home | undefined {
  const real = realpathSync(root)
  if (basename(dirname(real)) !== 'releases' || !existsSync(join(real, FACTS))) return undefined
  return { folder: dirname(dirname(real)) }
}

const FACTS = 'release.json'

export const rootOf = (home: Home, version: string): string => join(pathsOf(home).releases, version)

/** The facts of a release that is whole; undefined for a folder that is none. */
export function factsOf(home: Home, version: string): ReleaseFacts | undefined {
  try {
    return JSON.parse(readFileSync(join(rootOf(home, version), FACTS), 'utf8')) as ReleaseFacts
  } catch {
    return undefined
  }
}

/** Written last: a folder with this file in it is a whole release. */
export function writeFacts(root: string, facts: ReleaseFacts): void {
  const path = join(root, FACTS)
  writeFileSync(`${path}.part`, `${JSON.stringify(facts, null, 2)}\n`)
  renameSync(`${path}.part`, path)
}

/** What the machine runs after its next start; null in a home without a release. */
export function currentVersion(home: Home): string | null {
  try {
    return basename(readlinkSync(pathsOf(home).current))
  } catch {
    return null
  }
}

/** Lets `current` lead to a release, in one step. */
export function makeCurrent(home: Home, version: string, at: string): void {
  const { current } = pathsOf(home)
  rmSync(`${current}.next`, { force: true })
  symlinkSync(join('releases', version), `${current}.next`)
  renameSync(`${current}.next`, current)
  const facts = factsOf(home, version)
  if (facts) writeFacts(rootOf(home, version), { ...facts, runSince: at })
}

/** How a version of a home is run. Throws an Error for one that is not there or not whole. */
export function releaseOf(home: Home, version: string): Release {
  const facts = factsOf(home, version)
  if (!facts) throw new Error(`没有版本 ${version} / there is no release ${version}`)
  return { version, root: rootOf(home, version), bun: existsSync(facts.bun) ? facts.bun : process.execPath }
}

/** The whole releases of a home, what ran last first. */
export function releasesOf(home: Home): ReleaseFacts[] {
  return readdirSync(pathsOf(home).releases)
    .flatMap((version) => factsOf(home, version) ?? [])
    .sort((one, other) => (other.runSince ?? '').localeCompare(one.runSince ?? '') || other.builtAt.localeCompare(one.builtAt))
}

/** The last three stay, and whatever is named besides: enough to go back to. */
const KEPT = 3

/** Removes releases that nobody goes back to any more, and parts of such that were never finished; gives their names. */
export function removeOld(home: Home, running: readonly (string | null)[]): string[] {
  const kept = new Set([
    currentVersion(home),
    ...running,
    ...releasesOf(home)
      .slice(0, KEPT)
      .map(({ version }) => version),
  ])
  const old = readdirSync(pathsOf(home).releases).filter((name) => !kept.has(name))
  for (const name of old) rmSync(join(pathsOf(home).releases, name), { recursive: true, force: true })
  return old
}

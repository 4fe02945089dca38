import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MANIFEST = 'manifest.sha256'
/** What a home and an installation add to a checkout. */
const BESIDE = new Set([MANIFEST, 'release.json', 'node_modules', '.tools', '.data', '.env'])

/** Every file of an unpacked release with its SHA-256, as sha256sum writes and checks it. */
export async function writeManifest(root: string): Promise<string> {
  const text = await manifestOf(root)
  writeFileSync(join(root, MANIFEST), text)
  return new Bun.CryptoHasher('sha256').update(text).digest('hex')
}

/** Whether a release is what was unpacked; gives the first file that is not. */
export async function firstChange(root: string): Promise<string | undefined> {
  const [kept, found] = [readFileSync(join(root, MANIFEST), 'utf8'), await manifestOf(root)]
  if (kept === found) return undefined
  const known = new Set(kept.split('\n'))
  const there = new Set(found.split('\n'))
  return [...there].find((line) => !known.has(line))?.slice(66) ?? [...known].find((line) => !there.has(line))?.slice(66)
}

async function manifestOf(root: string): Promise<string> {
  const files = readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !BESIDE.has(path.split('/')[0]!))
    .sort()
  const lines: string[] = []
  for (const path of files) lines.push(`${await digestOf(join(root, path))}  ${path}\n`)
  return lines.join('')
}

async function digestOf(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const part of createReadStream(path)) hasher.update(part as Uint8Array)
  return hasher.digest('hex')
}

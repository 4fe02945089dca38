import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One file of the project; rules see nothing else, so a planted file is as good as a real one. */
export type SourceFile = { path: string; text: string }

/** Something a rule forbids, where it stands. */
export type Violation = { path: string; line: number; text: string }

export type Rule = (files: SourceFile[]) => Violation[]

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Everything that people write in this project; what tools write (lock file, sprite, fingerprint, patch) is left out. */
const WRITTEN = '{src,views,drizzle,workers,tests,bin,deploy,docs}/**/*'
const GENERATED = /(^drizzle\/expected-schema\.json|\.svg)$/

/** The files of the project in order of path, with their text. */
export function projectFiles(): SourceFile[] {
  const inFolders = [...new Bun.Glob(WRITTEN).scanSync({ cwd: ROOT, onlyFiles: true })]
  const atTop = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && entry.name !== 'bun.lock' ? [entry.name] : [],
  )
  return [...inFolders, ...atTop]
    .filter((path) => !GENERATED.test(path) && isText(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

/** Pictures and traces of a test run are not written by people either. */
const isText = (path: string): boolean =>
  /\.(tsx?|js|css|sql|md|json|ya?ml|toml|sh)$/.test(path) ||
  /^(bin|deploy)\//.test(path) ||
  path.startsWith('.env') ||
  path === '.gitignore'

export const isCode = ({ path }: SourceFile): boolean => /(?<!\.d)\.tsx?$/.test(path)

export const inFolder =
  (...folders: string[]) =>
  ({ path }: { path: string }): boolean =>
    folders.some((folder) => path.startsWith(`${folder}/`))

/** A door of the product: JSON for machines or pages for people. */
export const isEntry = ({ path }: { path: string }): boolean => /^src\/.*\.(api|pages)\.tsx?$/.test(path)

export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** Every match of `pattern` in `text` as a violation; `text` may be a blanked form of the file, its places are the same. */
export function matches(path: string, text: string, pattern: RegExp, words: (found: string) => string): Violation[] {
  return [...text.matchAll(new RegExp(pattern, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`))].map((match) => ({
    path,
    line: lineAt(text, match.index),
    text: words(match[0].trim().replace(/\s+/g, ' ').slice(0, 80)),
  }))
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { childEnvironment } from '#src/platform/config'
import { writeManifest } from './manifest'
import { run } from './program'
import { findSource, unpack } from './source'

const SECONDS = 120

/** Makes an archive of what a release of `source` would be made from, and beside it `<archive>.sha256` as sha256sum checks it. */
export async function pack(source: string, archive: string): Promise<{ sha256: string; files: number }> {
  const [env, target] = [childEnvironment({}), resolve(archive)]
  const folder = mkdtempSync(join(tmpdir(), 'mr-pack-'))
  try {
    await unpack(await findSource(source, undefined, env), folder, env)
    await writeManifest(folder)
    const files = readFileSync(join(folder, 'manifest.sha256'), 'utf8').trim().split('\n').length
    await run(['tar', '-czf', target, '-C', folder, '.'], { cwd: folder, env, seconds: SECONDS })
    const hasher = new Bun.CryptoHasher('sha256')
    for await (const part of Bun.file(target).stream()) hasher.update(part)
    const sha256 = hasher.digest('hex')
    writeFileSync(`${target}.sha256`, `${sha256}  ${basename(target)}\n`)
    return { sha256, files }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

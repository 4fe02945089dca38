import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { addSeconds, type Instant, instant } from '#src/core/time'

export type WrittenFile = { bytes: number; sha256: string }

/** Writes a file whole or not at all: beside its place first, under a name of its own, then moved. Memory holds one chunk. */
export async function writeFileWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${crypto.randomUUID()}${UNFINISHED}`
  const hasher = new Bun.CryptoHasher('sha256')
  const sink = Bun.file(beside).writer({ highWaterMark: 1_048_576 })
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      hasher.update(chunk)
      bytes += chunk.byteLength
      sink.write(chunk)
      await sink.flush()
    }
    await sink.end()
    await rename(beside, path)
  } catch (error) {
    await Promise.resolve(sink.end()).catch(() => {})
    await removeFile(beside)
    throw error
  }
  return { bytes, sha256: hasher.digest('hex') }
}

const UNFINISHED = '.part'

/** Removes a file; one that is not there is fine. */
export const removeFile = (path: string): Promise<void> => rm(path, { force: true })

/** Names of the files in a folder, those being written marked as such; none when there is no folder. */
export async function filesIn(folder: string): Promise<{ name: string; changedAt: Instant; unfinished: boolean }[]> {
  const names = await Array.fromAsync(new Bun.Glob('*').scan({ cwd: folder, onlyFiles: true })).catch(() => [])
  const files = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(`${folder}/${name}`).catch(() => undefined)
      return facts && { name, changedAt: instant(facts.mtimeMs), unfinished: name.endsWith(UNFINISHED) }
    }),
  )
  return files.filter((file) => file !== undefined)
}

/** Whether somebody may still be writing it. */
export const isStale = ({ changedAt }: { changedAt: Instant }, now: Instant, seconds: number): boolean =>
  changedAt < addSeconds(now, -seconds)

/** Headers under which a browser keeps an answer as a file. Names are ASCII, made by us. */
export const attachment = (name: string, type: string): Record<string, string> => ({
  'Content-Type': type,
  'Content-Disposition': `attachment; filename="${name}"`,
})

/** An answer that is written while it is read: chunks are made only as fast as the reader takes them, and no more after it left. */
export function streamed(chunks: AsyncIterable<Uint8Array>, headers: Record<string, string>): Response {
  const iterator = chunks[Symbol.asyncIterator]()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
  return new Response(body, { headers })
}

/**
 * Reads on without waiting for whoever takes the chunks: a slow reader must not hold the database connection that feeds them. For what
 * is bounded only, since everything may come to lie in memory.
 */
export async function* readAhead(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = []
  let state: { done: boolean; error?: unknown } = { done: false }
  let left = false
  let wake = Promise.withResolvers<void>()
  const pump = async () => {
    for await (const chunk of chunks) {
      if (left) return
      made.push(chunk)
      wake.resolve()
    }
  }
  void pump()
    .then(
      () => ({ done: true }),
      (error: unknown) => ({ done: true, error }),
    )
    .then((end) => {
      state = end
      wake.resolve()
    })
  try {
    for (;;) {
      while (made.length > 0) yield made.shift()!
      if (state.done) break
      await wake.promise
      wake = Promise.withResolvers()
    }
    if (state.error !== undefined) throw state.error
  } finally {
    left = true
  }
}

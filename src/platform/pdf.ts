import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'

/** Templates, with the fonts that they name; nothing outside can be read by one. */
const FOLDER = fileURLToPath(new URL('../../views/pdf', import.meta.url))

let compiler: Promise<NodeCompiler> | undefined

/** Loaded with the first document: it is 50 MB of machine code that most processes never need. */
const opened = (): Promise<NodeCompiler> => {
  compiler ??= import('@myriaddreamin/typst-ts-node-compiler').then((typst) =>
    typst.NodeCompiler.create({ workspace: FOLDER, fontArgs: [{ fontPaths: [`${FOLDER}/fonts`] }] }),
  )
  return compiler
}

/** A document from a template and its data. Data is data: whatever words it holds are set as they are and never read as markup. */
export async function pdfBytes(template: 'statement' | 'invoice' | 'report' | 'office', data: object): Promise<Uint8Array<ArrayBuffer>> {
  const typst = await opened()
  const mainFileContent = readFileSync(`${FOLDER}/${template}.typ`, 'utf8')
  try {
    return new Uint8Array(typst.pdf({ mainFileContent, inputs: { data: JSON.stringify(data, printable) } }))
  } catch (error) {
    // What typst says sits in `code`, as an object of its own.
    throw new Error(`typst: ${String((error as { code?: unknown }).code ?? error).slice(0, 500)}`)
  } finally {
    // Otherwise every document stays in memory.
    typst.evictCache(0)
  }
}

/** Marks that turn the direction of the words after them have no end on paper; control characters have no shape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

const printable = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replace(UNPRINTABLE, ' ') : value

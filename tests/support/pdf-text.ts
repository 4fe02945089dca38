import { inflateSync } from 'node:zlib'

/** The words of a PDF as a reader or a search engine finds them: page by page, one line per piece of text, in the order they were drawn. */
export function pdfPages(pdf: Uint8Array): string[] {
  const objects = objectsOf(Buffer.from(pdf))
  const maps = new Map<number, Map<string, string>>()
  const mapOf = (font: number) => {
    const known = maps.get(font) ?? characterMap(streamOf(objects, reference(objects.get(font)?.head, 'ToUnicode')))
    maps.set(font, known)
    return known
  }
  return pagesInOrder(objects).map(({ head }) => {
    const fonts = new Map([...fontsIn(objects, head)].map(([name, id]) => [name, mapOf(id)]))
    return drawn(streamOf(objects, reference(head, 'Contents')), fonts)
  })
}

/** All of it, without the blanks that a paper puts where it likes. */
export const pdfText = (pdf: Uint8Array): string => pdfPages(pdf).join('\n')

type PdfObject = { head: string; stream: Buffer | null }

/** Every object by its number, also those that are packed into a stream together. */
function objectsOf(pdf: Buffer): Map<number, PdfObject> {
  const objects = new Map<number, PdfObject>()
  const text = pdf.toString('latin1')
  for (const match of text.matchAll(/(?:^|\n)(\d+) 0 obj\s/g)) {
    const from = match.index + match[0].length
    const end = text.indexOf('endobj', from)
    const at = text.slice(from, end).search(/>>\s*stream\r?\n/)
    if (at < 0) {
      objects.set(Number(match[1]), { head: text.slice(from, end), stream: null })
      continue
    }
    const head = text.slice(from, from + at + 2)
    const start = text.indexOf('\n', text.indexOf('stream', from + at)) + 1
    const length = Number(/\/Length (\d+)/.exec(head)![1])
    const raw = pdf.subarray(start, start + length)
    objects.set(Number(match[1]), { head, stream: head.includes('/FlateDecode') ? inflateSync(raw) : raw })
  }
  for (const { head, stream } of [...objects.values()]) if (stream && /\/Type\s*\/ObjStm/.test(head)) unpack(head, stream, objects)
  return objects
}

function unpack(head: string, stream: Buffer, objects: Map<number, PdfObject>): void {
  const [count, first] = [Number(/\/N (\d+)/.exec(head)![1]), Number(/\/First (\d+)/.exec(head)![1])]
  const text = stream.toString('latin1')
  const numbers = text.slice(0, first).trim().split(/\s+/).map(Number)
  for (let n = 0; n < count; n++) {
    const [from, to] = [first + numbers[2 * n + 1]!, n + 1 < count ? first + numbers[2 * n + 3]! : text.length]
    objects.set(numbers[2 * n]!, { head: text.slice(from, to), stream: null })
  }
}

const reference = (head: string | undefined, name: string): number =>
  Number(new RegExp(`/${name}\\s+(\\d+) 0 R`).exec(head ?? '')?.[1] ?? -1)
const streamOf = (objects: Map<number, PdfObject>, id: number): string => objects.get(id)?.stream?.toString('latin1') ?? ''

function pagesInOrder(objects: Map<number, PdfObject>): PdfObject[] {
  const walk = (id: number): PdfObject[] => {
    const node = objects.get(id)
    const kids = /\/Kids\s*\[([^\]]*)\]/.exec(node?.head ?? '')?.[1]
    return kids === undefined ? (node ? [node] : []) : [...kids.matchAll(/(\d+) 0 R/g)].flatMap(([, kid]) => walk(Number(kid)))
  }
  const catalog = [...objects.values()].find(({ head }) => /\/Type\s*\/Catalog/.test(head))
  return walk(reference(catalog?.head, 'Pages'))
}

/** The fonts of a page by the names its drawing calls them. */
function fontsIn(objects: Map<number, PdfObject>, head: string): Map<string, number> {
  const resources = /\/Resources\s+(\d+) 0 R/.test(head) ? objects.get(reference(head, 'Resources'))!.head : head
  const table = /\/Font\s*<<([^>]*)>>/.exec(resources)?.[1] ?? objects.get(reference(resources, 'Font'))?.head ?? ''
  return new Map([...table.matchAll(/\/(\w+)\s+(\d+) 0 R/g)].map(([, name, id]) => [name!, Number(id)]))
}

/** Code in four hex digits → characters. */
function characterMap(cmap: string): Map<string, string> {
  const map = new Map<string, string>()
  for (const [, block] of cmap.matchAll(/beginbfchar(.*?)endbfchar/gs))
    for (const [, code, to] of block!.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g)) map.set(code!.toLowerCase(), utf16(to!))
  for (const [, block] of cmap.matchAll(/beginbfrange(.*?)endbfrange/gs))
    for (const [, from, to, start] of block!.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g))
      for (let code = Number.parseInt(from!, 16), n = 0; code <= Number.parseInt(to!, 16); code++, n++)
        map.set(code.toString(16).padStart(4, '0'), utf16((Number.parseInt(start!, 16) + n).toString(16).padStart(4, '0')))
  return map
}

const utf16 = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le')

/** One line for each text object of a drawing. */
function drawn(content: string, fonts: Map<string, Map<string, string>>): string {
  let font = new Map<string, string>()
  const lines: string[] = []
  const tokens = /\/(\w+) [\d.]+ Tf|(BT)\b|<([0-9A-Fa-f\s]*)>|\(((?:\\[\s\S]|[^\\()])*)\)/g
  for (const [, name, begin, hex, literal] of content.matchAll(tokens)) {
    if (name) font = fonts.get(name) ?? new Map()
    else if (begin) lines.push('')
    else if (lines.length > 0) lines[lines.length - 1] += decoded(hex?.replace(/\s/g, '') ?? hexOf(literal!), font)
  }
  return lines.filter((line) => line !== '').join('\n')
}

const decoded = (hex: string, font: Map<string, string>): string =>
  (hex.match(/.{4}/g) ?? []).map((code) => font.get(code.toLowerCase()) ?? '').join('')

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** A string in parentheses, its escapes undone. */
const hexOf = (literal: string): string =>
  Buffer.from(
    literal.replace(/\\(?:([0-7]{1,3})|\r?\n|([\s\S]))/g, (_, octal?: string, other?: string) =>
      octal ? String.fromCharCode(Number.parseInt(octal, 8)) : other ? (ESCAPES[other] ?? other) : '',
    ),
    'latin1',
  ).toString('hex')

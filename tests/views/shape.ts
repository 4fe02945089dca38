/** One start tag as a browser's tokenizer reads it: its name and its attributes. */
export type Tag = { name: string; attributes: Map<string, string> }

/** Every start tag of a document, read by an HTML parser that follows the standard. */
export function tagsOf(html: string): Tag[] {
  const tags: Tag[] = []
  const rewriter = new HTMLRewriter().on('*', {
    element(element) {
      tags.push({ name: element.tagName, attributes: new Map(element.attributes as Iterable<[string, string]>) })
    },
  })
  rewriter.transform(html)
  return tags
}

const ADDRESSES: ReadonlySet<string> = new Set(['href', 'action', 'src', 'formaction', 'xlink:href'])

/** A page without its words, and where it leads: tag names and attribute names in order, and every address among the values. */
export function structureOf(html: string): { shape: string; addresses: string[] } {
  const addresses: string[] = []
  let shape = ''
  const rewriter = new HTMLRewriter().on('*', {
    element(element) {
      shape += `\n${element.tagName}[`
      for (const [name, value] of element.attributes as Iterable<[string, string]>) {
        shape += `${name} `
        if (ADDRESSES.has(name)) addresses.push(value)
      }
    },
  })
  rewriter.transform(html)
  return { shape, addresses }
}

export const shapeOf = (html: string): string => structureOf(html).shape

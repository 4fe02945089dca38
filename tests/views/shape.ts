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

/** The page's structure without its words: tag names and attribute names in order. */
export const shapeOf = (html: string): string =>
  tagsOf(html)
    .map((tag) => `${tag.name}[${[...tag.attributes.keys()].join(' ')}]`)
    .join('\n')

/** Which parts of a source are blanked: comments only, or the contents of strings too. */
type Kept = 'strings' | 'code'

const cache = new Map<string, Record<Kept, string>>()

/** The text with comments blanked; every character keeps its place. */
export const withoutComments = (text: string): string => blanked(text).strings

/** The text with comments and the contents of strings, templates and patterns blanked; `${code}` inside a template stays. */
export const codeOnly = (text: string): string => blanked(text).code

function blanked(text: string): Record<Kept, string> {
  let found = cache.get(text)
  if (!found) {
    const parts = partsOf(text)
    found = { strings: render(text, parts, 'strings'), code: render(text, parts, 'code') }
    cache.set(text, found)
  }
  return found
}

type Part = { kind: 'comment' | 'string'; from: number; to: number }

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')

function render(text: string, parts: Part[], kept: Kept): string {
  let out = ''
  let at = 0
  for (const { kind, from, to } of parts) {
    out += text.slice(at, from)
    out += kind === 'string' && kept === 'strings' ? text.slice(from, to) : blank(text.slice(from, to))
    at = to
  }
  return out + text.slice(at)
}

/** A `/` after one of these begins a pattern; after a name, a number or a closing bracket it divides. */
const BEFORE_PATTERN = /(?:[=(,:[!&|?{;+\-*%~^]|=>|\b(?:return|typeof|case|in|of|do|else|await|yield))$/
const LOOK_BACK = 200

const beginsPattern = (text: string, at: number): boolean => BEFORE_PATTERN.test(text.slice(Math.max(0, at - LOOK_BACK), at).trimEnd())

/**
 * Finds comments and the insides of strings. A scanner, no parser: text between JSX tags is taken for code, and a lone quote in it
 * ends at its line.
 */
function partsOf(text: string): Part[] {
  const parts: Part[] = []
  const templates: number[] = []
  let depth = 0
  let at = 0
  const take = (kind: Part['kind'], from: number, to: number) => {
    if (to > from) parts.push({ kind, from, to })
    return to
  }
  while (at < text.length) {
    const two = text.slice(at, at + 2)
    const one = text[at]!
    if (two === '//') at = take('comment', at, endOf(text, at, '\n'))
    else if (two === '/*') at = take('comment', at, endOf(text, at + 2, '*/') + 2)
    else if (one === "'" || one === '"') at = take('string', at + 1, endOfQuoted(text, at + 1, one)) + 1
    else if (one === '/' && beginsPattern(text, at)) at = take('string', at + 1, endOfPattern(text, at + 1)) + 1
    else if (one === '`' || (one === '}' && templates.at(-1) === depth)) {
      if (one === '}') templates.pop()
      const end = endOfTemplate(text, at + 1)
      take('string', at + 1, end)
      if (text[end] === '$') {
        templates.push(depth)
        at = end + 2
      } else at = end + 1
    } else {
      if (one === '{') depth++
      if (one === '}') depth--
      at++
    }
  }
  return parts
}

function endOf(text: string, from: number, closing: string): number {
  const end = text.indexOf(closing, from)
  return end < 0 ? text.length : end
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote || text[at] === '\n') return at
  }
  return text.length
}

function endOfPattern(text: string, from: number): number {
  let inSet = false
  for (let at = from; at < text.length; at++) {
    const one = text[at]
    if (one === '\n') return at
    if (one === '\\') at++
    else if (one === '[') inSet = true
    else if (one === ']') inSet = false
    else if (one === '/' && !inSet) return at
  }
  return text.length
}

/** The closing backtick, or the `$` of the next `${`. */
function endOfTemplate(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`' || (text[at] === '$' && text[at + 1] === '{')) return at
  }
  return text.length
}

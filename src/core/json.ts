/** Deeper bodies are refused before they are parsed: nothing we accept is nested more than a few levels. */
const MAX_DEPTH = 32

export type ParsedJson = { ok: true; value: unknown } | { ok: false; fault: 'syntax' | 'depth' | 'duplicate_key' | 'text' }

/**
 * Parses a request body more strictly than JSON.parse: no duplicate keys (whose meaning depends on the reader), no NUL and no lone
 * surrogates (which the database would refuse or silently replace), bounded depth.
 */
export function parseJson(text: string): ParsedJson {
  const fault = scan(text)
  if (fault) return { ok: false, fault }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, fault: 'syntax' }
  }
}

/** One pass over the text; leaves grammar to JSON.parse and looks only at nesting, keys and strings. */
function scan(text: string): 'syntax' | 'depth' | 'duplicate_key' | 'text' | undefined {
  const keys: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      if (keys.push(char === OPEN_OBJECT ? new Set() : undefined) > MAX_DEPTH) return 'depth'
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) keys.pop()
    else if (char === QUOTE) {
      const end = closingQuote(text, at)
      if (end < 0) return 'syntax'
      const value = stringValue(text.slice(at, end + 1))
      if (value === undefined) return 'syntax'
      if (!value.isWellFormed() || value.includes('\0')) return 'text'
      const object = keys.at(-1)
      if (object && nextChar(text, end + 1) === COLON) {
        if (object.has(value)) return 'duplicate_key'
        object.add(value)
      }
      at = end
    }
  }
  return undefined
}

const [QUOTE, BACKSLASH, COLON] = [34, 92, 58]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [123, 125, 91, 93]

function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === BACKSLASH) at++
    else if (char === QUOTE) return at
  }
  return -1
}

function stringValue(quoted: string): string | undefined {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted) as string
  } catch {
    return undefined
  }
}

function nextChar(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++
  return text.charCodeAt(at)
}

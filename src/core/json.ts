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
  if (!text.isWellFormed()) return 'text'
  const keys: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      if (keys.push(char === OPEN_OBJECT ? new Set() : undefined) > MAX_DEPTH) return 'depth'
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) keys.pop()
    else if (char === QUOTE) {
      const end = closingQuote(text, at)
      if (end < 0) return 'syntax'
      const fault = checkString(text, at, end, keys[keys.length - 1])
      if (fault) return fault
      at = end
    }
  }
  return undefined
}

/** A string's content is looked at only where it can hide something: behind an escape, or as a key. */
function checkString(
  text: string,
  open: number,
  end: number,
  object: Set<string> | undefined,
): 'syntax' | 'duplicate_key' | 'text' | undefined {
  const isKey = object !== undefined && nextChar(text, end + 1) === COLON
  const isEscaped = end > open + 1 && text.slice(open + 1, end).includes('\\')
  if (!isKey && !isEscaped) return undefined
  const value = isEscaped ? unescaped(text.slice(open, end + 1)) : text.slice(open + 1, end)
  if (value === undefined) return 'syntax'
  if (isEscaped && (!value.isWellFormed() || value.includes('\0'))) return 'text'
  if (!isKey) return undefined
  if (object.has(value)) return 'duplicate_key'
  object.add(value)
  return undefined
}

const [QUOTE, BACKSLASH, COLON, SPACE] = [34, 92, 58, 32]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [123, 125, 91, 93]

function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === BACKSLASH) at++
    else if (char === QUOTE) return at
  }
  return -1
}

function unescaped(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return undefined
  }
}

/** The next character that is no white space. */
function nextChar(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= SPACE) at++
  return text.charCodeAt(at)
}

import type { Fingerprint } from './fingerprint'

/** `text not null default …` → `text`: what a statement has to know of a column. */
const typeOf = (definition: string): string => definition.split(/ (?:not null|default|identity|generated|collate)/)[0]!

/**
 * What code that was made for `expected` lacks in a schema that newer migrations have made of it; each a sentence, none is the good
 * answer. Such migrations only add, so tables, columns with their types, functions and rights have to be there still; whether the rest is
 * right is for the release to say that brought it. A new column that old code does not fill may not insist on being filled.
 */
export function lackingForOlderCode(expected: Fingerprint, actual: Fingerprint): string[] {
  const lacking = Object.entries(expected).flatMap(([object, definition]) => {
    const found = actual[object]
    if (/^(table|view|sequence|function) /.test(object)) return found === undefined ? [`${object} is gone`] : []
    if (object.startsWith('column '))
      return found !== undefined && typeOf(found) === typeOf(definition) ? [] : [`${object} is gone or has another type`]
    if (object.startsWith('grant ')) return hasAll(found, definition) ? [] : [`${object} lost a right`]
    return []
  })
  const demanding = Object.entries(actual).filter(
    ([object, definition]) =>
      isNewColumnOf(expected, object) && definition.includes(' not null') && !/ (default|identity|generated) /.test(definition),
  )
  return [...lacking, ...demanding.map(([object]) => `${object} has to be filled`)]
}

function isNewColumnOf(expected: Fingerprint, object: string): boolean {
  const table = /^column ([^.]+)\./.exec(object)?.[1]
  return table !== undefined && !(object in expected) && `table ${table}` in expected
}

function hasAll(found: string | undefined, wanted: string): boolean {
  const rights = new Set(found?.split(','))
  return wanted.split(',').every((right) => rights.has(right))
}

import { Problem } from '#src/core/problem'
import { readBody, requireMediaType } from './http'

/** The fields of a form, the first of each name. Throws INVALID_PARAMS for bytes that are not text, 415 for another kind of body. */
export async function readForm(request: Request): Promise<Record<string, string>> {
  requireMediaType(request, 'application/x-www-form-urlencoded')
  const body = await readBody(request)
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(decoded(body))) if (!(name in fields)) fields[name] = value
  return fields
}

function decoded(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Problem('INVALID_PARAMS', [{ field: 'form', message: { zh: '须为UTF-8文本', en: 'must be UTF-8 text' } }], 'shape')
  }
}

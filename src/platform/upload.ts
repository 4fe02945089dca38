import { Problem } from '#src/core/problem'
import { requireMediaType } from './http'

/** Of one file, as people are told; the form around it needs a little more. */
export const MOST_UPLOAD_BYTES = 5 * 1_048_576
const MOST_FORM_BYTES = MOST_UPLOAD_BYTES + 65_536

/** What may be handed in as proof. */
export type DocumentType = 'image/png' | 'image/jpeg' | 'application/pdf'
export const FILE_ENDINGS: Readonly<Record<DocumentType, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'application/pdf': 'pdf' }

type Upload = { bytes: Uint8Array; name: string }
const uploads = new WeakMap<Request, Map<string, Upload>>()

/**
 * The fields of a form that may hold files; the files wait for `uploadOf`. Throws PAYLOAD_TOO_LARGE, INVALID_PARAMS for a body that is no
 * such form, 415 for another kind of body.
 */
export async function readUploadForm(request: Request): Promise<Record<string, string>> {
  requireMediaType(request, 'multipart/form-data')
  if (Number(request.headers.get('content-length') ?? 0) > MOST_FORM_BYTES) throw tooLarge()
  const body = await request.arrayBuffer().catch(() => {
    throw tooLarge()
  })
  if (body.byteLength > MOST_FORM_BYTES) throw tooLarge()
  const parsed = await new Response(body, { headers: { 'Content-Type': request.headers.get('content-type') ?? '' } })
    .formData()
    .catch(() => {
      throw new Problem('INVALID_PARAMS', [{ field: 'form', message: { zh: '须为完整的表单', en: 'must be a whole form' } }], 'shape')
    })
  const fields: Record<string, string> = Object.create(null)
  const files = new Map<string, Upload>()
  for (const [name, value] of parsed as Iterable<[string, string | Blob]>) {
    if (typeof value === 'string') fields[name] ??= value
    else if (!files.has(name)) files.set(name, { bytes: new Uint8Array(await value.arrayBuffer()), name: (value as File).name ?? '' })
  }
  uploads.set(request, files)
  return fields
}

const tooLarge = (): Problem => new Problem('PAYLOAD_TOO_LARGE', { max_bytes: MOST_UPLOAD_BYTES })

/** The bytes of a file that came with the form; undefined when none was chosen. */
export function uploadOf(request: Request, name: string): Uint8Array | undefined {
  const bytes = uploads.get(request)?.get(name)?.bytes
  return bytes && bytes.byteLength > 0 ? bytes : undefined
}

/** What the person's machine calls the file: anybody's words, to be checked before they are kept. */
export const uploadNameOf = (request: Request, name: string): string => uploads.get(request)?.get(name)?.name ?? ''

const BEGINNINGS: readonly (readonly [DocumentType, readonly number[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
]

/** What a file is by its first bytes; its name and what the browser calls it are anybody's words. */
export const documentType = (bytes: Uint8Array): DocumentType | undefined =>
  BEGINNINGS.find(([, beginning]) => beginning.every((byte, at) => bytes[at] === byte))?.[0]

/** Headers for a file that somebody handed in: shown as what it was found to be. Every answer forbids guessing, scripts and keeping. */
export const strangersFile = (name: string, type: DocumentType): Record<string, string> => ({
  'Content-Type': type,
  'Content-Disposition': `inline; filename="${name}"`,
})

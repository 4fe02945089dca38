import { join } from 'node:path'
import { newId } from '#src/core/ids'
import { invalidField, Problem } from '#src/core/problem'
import { config } from '#src/platform/config'
import { removeFile, writeFileWhole } from '#src/platform/files'
import { type DocumentType, documentType, FILE_ENDINGS, MOST_UPLOAD_BYTES, strangersFile } from '#src/platform/upload'

/** What somebody handed in to show why, checked and not yet kept. */
export type Proof = { file: Uint8Array; type: DocumentType; sha256: string }
/** The same on the disk, as a row names it. */
export type KeptProof = { path: string; type: DocumentType; bytes: number; sha256: string }

/** Throws INVALID_PARAMS for a file that is too large or no picture or PDF; nothing chosen is nothing. */
export function checkedProof(file: Uint8Array | undefined): Proof | null {
  if (!file) return null
  if (file.byteLength > MOST_UPLOAD_BYTES) throw invalidField('proof', '文件最大 5 MB', 'may have at most 5 MB')
  const type = documentType(file)
  if (!type) throw invalidField('proof', '须为 PNG、JPEG 图片或 PDF', 'must be a PNG or JPEG picture or a PDF')
  return { file, type, sha256: new Bun.CryptoHasher('sha256').update(file).digest('hex') }
}

/** Writes the file before the row that names it; `drop` takes it away again when there will be no row. */
export async function keepProof(proof: Proof | null): Promise<{ kept: KeptProof | null; drop: () => Promise<void> }> {
  if (!proof) return { kept: null, drop: async () => {} }
  const path = `${newId()}.${FILE_ENDINGS[proof.type]}`
  const chunks = (async function* () {
    yield proof.file
  })()
  const { bytes, sha256 } = await writeFileWhole(proofFile(path), chunks)
  return { kept: { path, type: proof.type, bytes, sha256 }, drop: () => removeFile(proofFile(path)) }
}

/** Below the data folder, never below what is served, under a name of ours. */
const proofFile = (path: string): string => join(config().DATA_DIR, 'adjustment-proofs', path)

/** The proof as it was handed in. Throws RESOURCE_NOT_FOUND where there is none. */
export async function proofResponse(adjustment: { id: string; proofPath: string | null; proofType: string | null }): Promise<Response> {
  const { id, proofPath, proofType } = adjustment
  const file = proofPath && Bun.file(proofFile(proofPath))
  if (!file || !(await file.exists())) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  const type = proofType as DocumentType
  return new Response(file, { headers: strangersFile(`adjustment_proof_${id}.${FILE_ENDINGS[type]}`, type) })
}

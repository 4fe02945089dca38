import { Problem } from '#src/core/problem'
import { type DocumentType, FILE_ENDINGS, strangersFile } from '#src/platform/upload'
import { proofFile } from './manual-payout'

/** The proof of a transfer as it was handed in. Throws RESOURCE_NOT_FOUND for a transfer or a file that is not there. */
export async function proofResponse(
  transfer: { id: string; proofPath: string; proofType: string } | undefined,
  id: string,
): Promise<Response> {
  const file = transfer && Bun.file(proofFile(transfer.proofPath))
  if (!file || !(await file.exists())) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  const type = transfer.proofType as DocumentType
  return new Response(file, { headers: strangersFile(`refund_proof_${transfer.id}.${FILE_ENDINGS[type]}`, type) })
}

import { h } from 'preact'
import * as v from 'valibot'
import { EXPORT_FORMATS, EXPORT_KINDS } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { keysetQuery } from '#src/core/keyset'
import { invalidFields, Problem } from '#src/core/problem'
import { validate } from '#src/core/validation'
import { done, type FormCall, languageOf, type PageCall, problemWords, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { attachment } from '#src/platform/files'
import { type OperatorCaller, page, pathId } from '#src/platform/route'
import { ExportsPage } from '#views/operator/exports'
import { exportResponse } from './download'
import { listExports, repeatExport, requestExport, requireExport } from './exports'
import { mediaType } from './file'
import { exportFile } from './place'

type OwnCall = PageCall & { caller: OperatorCaller }

const PATH = '/operator/exports'
const Asked = v.object({
  kind: v.picklist(EXPORT_KINDS),
  format: v.picklist(EXPORT_FORMATS),
  background: v.optional(v.literal('true')),
})

/** Taking out what pages show: short files at once, long ones in the background with their progress. */
export const exportsOperatorPages = [
  page(`GET ${PATH}`, { audience: 'operator' }, (call) => showExports(call, null)),

  page(`POST ${PATH}`, { audience: 'operator' }, (call) =>
    orRefused(call, async () => {
      const { kind, format, background } = asked(call)
      const wanted = { kind, format, filter: call.form, language: languageOf(call), background: background === 'true' }
      const made = await requestExport(call.caller.id, wanted, actOf(call.caller, call.info))
      return 'queued' in made ? redirect(PATH, done('exports.done.queued')) : exportResponse(made, format)
    }),
  ),

  page(`POST ${PATH}/:export_id/again`, { audience: 'operator' }, (call) =>
    orRefused(call, async () => {
      await repeatExport(call.caller.id, pathId('export', call.params, 'export_id'), actOf(call.caller, call.info))
      return redirect(PATH, done('exports.done.queued'))
    }),
  ),

  page(`GET ${PATH}/:export_id/file`, { audience: 'operator' }, async (call) => {
    const id = pathId('export', call.params, 'export_id')
    const row = await requireExport(call.caller.id, id)
    const file = Bun.file(await exportFile(row))
    if (row.status !== 'ready' || !(await file.exists())) throw new Problem('RESOURCE_NOT_FOUND', { id })
    return new Response(file, { headers: attachment(row.fileName, mediaType(row.format)) })
  }),
]

function asked({ form }: FormCall): v.InferOutput<typeof Asked> {
  const parsed = validate(Asked, { ...form })
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return parsed.value
}

/** A refusal is told above the list of what there is. */
async function orRefused(call: OwnCall & FormCall, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    const { status, message } = refusalOf(error, call, [])
    return showExports(call, message ?? problemWords(error as Problem, call), status)
  }
}

async function showExports(call: OwnCall, refusal: string | null, status = 200): Promise<Response> {
  const keyset = call.request.method === 'GET' ? pageQuery(call.request, v.object(keysetQuery)) : { size: 20 as const }
  return showPage(call, h(ExportsPage, { exports: await listExports(call.caller.id, keyset), refusal }), { status })
}

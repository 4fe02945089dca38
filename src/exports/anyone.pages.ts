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
import { type OperatorCaller, page, pathId, type StaffCaller } from '#src/platform/route'
import { ExportsPage } from '#views/operator/exports'
import { exportResponse } from './download'
import { listExports, repeatExport, requestExport, requireReadyExport } from './exports'
import { mediaType } from './file'
import type { ExportKind } from './filters'
import { exportFile } from './place'
import { STAFF_EXPORT_KINDS, staffExportOf } from './staff-exports'

type OwnCall = PageCall & { caller: OperatorCaller | StaffCaller }

const PATHS = { operator: '/operator/exports', staff: '/staff/exports' } as const
const KINDS = { operator: EXPORT_KINDS, staff: STAFF_EXPORT_KINDS } as const

/** Taking out what pages show: short files at once, long ones in the background with their progress. Operators and our people alike. */
export const exportsPages = [...exportPagesOf('operator'), ...exportPagesOf('staff')]

function exportPagesOf(audience: keyof typeof PATHS) {
  const path = PATHS[audience]
  return [
    page(`GET ${path}`, { audience }, (call) => showExports(call, null)),

    page(`POST ${path}`, { audience }, (call) =>
      orRefused(call, async () => {
        const { kind, format, background } = asked(call)
        const wanted = { kind, format, filter: call.form, language: languageOf(call), background: background === 'true' }
        const made = await requestExport(call.caller, wanted, actOf(call.caller, call.info))
        return 'queued' in made ? redirect(path, done('exports.done.queued')) : exportResponse(made, format)
      }),
    ),

    page(`POST ${path}/:export_id/again`, { audience }, (call) =>
      orRefused(call, async () => {
        await repeatExport(call.caller, pathId('export', call.params, 'export_id'), actOf(call.caller, call.info))
        return redirect(path, done('exports.done.queued'))
      }),
    ),

    page(`GET ${path}/:export_id/file`, { audience }, async (call) => {
      const id = pathId('export', call.params, 'export_id')
      const row = await requireReadyExport(call.caller, id)
      const file = Bun.file(await exportFile(row))
      if (!(await file.exists())) throw new Problem('RESOURCE_NOT_FOUND', { id })
      return new Response(file, { headers: attachment(row.fileName, mediaType(row.format)) })
    }),
  ]
}

function asked({ form, caller }: FormCall & OwnCall) {
  const parsed = validate(
    v.object({
      kind: v.picklist(KINDS[caller.kind]),
      format: v.picklist(EXPORT_FORMATS),
      background: v.optional(v.literal('true')),
    }),
    { ...form },
  )
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return parsed.value
}

/** A refusal is told above the list of what there is; what somebody may not take out at all has a page of its own. */
async function orRefused(call: OwnCall & FormCall, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem && error.code === 'PERMISSION_DENIED') throw error
    const { status, message } = refusalOf(error, call, [])
    return showExports(call, message ?? problemWords(error as Problem, call), status)
  }
}

async function showExports(call: OwnCall, refusal: string | null, status = 200): Promise<Response> {
  const { kind } = call.caller
  const keyset = call.request.method === 'GET' ? pageQuery(call.request, v.object(keysetQuery)) : { size: 20 as const }
  const exports = await listExports(call.caller, keyset)
  const rows = exports.rows.map((row) => ({
    ...row,
    title: kind === 'staff' ? staffExportOf(row.kind).title : (`export.kind.${row.kind as ExportKind}` as const),
  }))
  return showPage(call, h(ExportsPage, { at: PATHS[kind], exports: { ...exports, rows }, refusal }), { status })
}

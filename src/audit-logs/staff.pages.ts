import { h } from 'preact'
import * as v from 'valibot'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { bareUuid, text } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { done, type FormCall, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { AuditChecksPage } from '#views/staff/audit-checks'
import { AuditLogPage } from '#views/staff/audit-log'
import { AuditLogsPage } from '#views/staff/audit-logs'
import { actOf } from './audit-log'
import { latestChecks, requestCheck } from './checks'
import { ACTOR_KINDS, auditPage, auditPeople, auditScopeOf, requireAuditEntry } from './entries'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const word = (most: number) => v.fallback(v.optional(text(0, most), ''), '')
const Query = v.object({
  ...keysetQuery,
  ...dayRangeQuery,
  who: v.fallback(v.optional(v.union([v.picklist(ACTOR_KINDS), bareUuid])), undefined),
  operation: word(64),
  about: word(100),
})

/** The last checks that are listed. */
const CHECKS = 20

/** The audit log of both consoles: administrators see all of it, finance what concerns finance, a specialist the own actions. */
export const auditStaffPages = (['admin', 'finance'] as const).flatMap((audience) => {
  const look = { audience, permission: 'audit:view' } as const
  const checksPath = `/${audience}/audit-checks` as const
  return [
    page(`GET /${audience}/audit-logs`, look, showLogs),

    page(`GET /${audience}/audit-logs/:log_id`, look, async (call) => {
      const scope = auditScopeOf(call.caller)
      const entry = await requireAuditEntry(scope, pathId('log', call.params, 'log_id'))
      return showPage(call, h(AuditLogPage, { entry, seesOthers: scope.of !== 'own' }))
    }),

    page(`GET ${checksPath}`, look, (call) => showChecks(call)),

    page(`POST ${checksPath}`, look, async (call) => {
      try {
        await requestCheck(actOf(call.caller, call.info))
      } catch (error) {
        const { status, message } = refusalOf(error, call, [])
        return showChecks(call, message, status)
      }
      return redirect(checksPath, done('audit.done.check'))
    }),
  ]
})

async function showLogs(call: StaffCall): Promise<Response> {
  const { caller, request, info } = call
  const { who, operation, about, range: named, from, to, ...keyset } = pageQuery(request, Query)
  const range = dayRange({ range: named, from, to }, info.now)
  const kind = ACTOR_KINDS.find((one) => one === who)
  const filter = {
    ...(range.stretch ?? {}),
    operation: operation || undefined,
    refusals: true,
    about: about || undefined,
    actorKind: kind,
    actorId: kind ? undefined : who,
  }
  const scope = auditScopeOf(caller)
  const [rows, people] = await Promise.all([auditPage(scope, filter, keyset), auditPeople(scope)])
  return showPage(call, h(AuditLogsPage, { rows, people, scope: scope.of, filter: { who: who ?? '', operation, about }, range }))
}

async function showChecks(call: StaffCall, message: string | null = null, status = 200): Promise<Response> {
  return showPage(call, h(AuditChecksPage, { checks: await latestChecks(CHECKS), message }), { status })
}

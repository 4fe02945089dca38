import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { bareUuid } from '#src/core/fields'
import { Problem } from '#src/core/problem'
import { ledgerState } from '#src/ledger/audit-state'
import { requestOwnRun, scheduledJobs } from '#src/monitoring/scheduled-jobs'
import { done, type FormCall, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, type StaffCaller } from '#src/platform/route'
import type { CheckJob } from '#views/admin/run-check'
import { SchemaChecksPage } from '#views/admin/schema-checks'
import { findCheck, lastCheck, listChecks } from './checks'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const CHECKS = 20
const JOBS: readonly CheckJob[] = ['schema-verify', 'ledger-audit']

const Query = v.object({
  drift: v.fallback(v.optional(v.picklist(['true', '']), ''), ''),
  older: v.fallback(v.optional(bareUuid), undefined),
  check: v.fallback(v.optional(bareUuid), undefined),
})

/** Whether schema and books are as they should be: every administrator may look, whoever holds the key may ask for a run. */
export const schemaChecksAdminPages = [
  page('GET /admin/schema-checks', { audience: 'admin' }, (call) => showChecks(call)),

  page('POST /admin/schema-checks', { audience: 'admin', permission: 'job:run' }, async (call) => {
    const job = JOBS.find((one) => one === call.form.job)
    if (!job) throw new Problem('RESOURCE_NOT_FOUND', { id: String(call.form.job).slice(0, 64) }, 'resource')
    try {
      await requestOwnRun(job, actOf(call.caller, call.info))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showChecks(call, message, status)
    }
    return redirect('/admin/schema-checks', done('checks.done.requested'))
  }),
]

async function showChecks(call: StaffCall, message: string | null = null, status = 200): Promise<Response> {
  const { drift, older, check: wanted } = pageQuery(call.request, Query)
  const filter = { drift: drift !== '' }
  const [latest, asked, found, ledger, jobs] = await Promise.all([
    lastCheck(),
    wanted ? findCheck(wanted) : undefined,
    listChecks(filter, { size: CHECKS, before: older }),
    ledgerState(),
    scheduledJobs(call.info.now),
  ])
  const history = found.slice(0, CHECKS)
  const check = asked ?? latest ?? null
  const isOpen = (name: string): boolean => ['requested', 'running'].includes(jobs.find((job) => job.name === name)?.last?.state ?? '')
  const props = {
    check,
    isLatest: check?.id === latest?.id,
    ledger,
    history,
    older: found.length > CHECKS ? (history.at(-1)?.id ?? null) : null,
    filter,
    underWay: JOBS.filter(isOpen),
    message,
  }
  return showPage(call, h(SchemaChecksPage, props), { status })
}

import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { reason, text } from '#src/core/fields'
import { Problem } from '#src/core/problem'
import { instant } from '#src/core/time'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, type StaffCaller } from '#src/platform/route'
import { DeliveriesPage, DropDeliveryPage, ReplayAllPage, ReplayDeliveryPage } from '#views/admin/deliveries'
import { JobsPage, RunJobPage } from '#views/admin/jobs'
import {
  countDeliveries,
  DELIVERY_STATES,
  dropDelivery,
  listDeliveries,
  replayDeadDeliveries,
  replayDelivery,
  requireDeadDelivery,
} from './deliveries/queue'
import { adviseOnKeys, masterKeyStandings } from './master-keys/standing'
import { jobRuns, type RunCursor, requestRun, type ScheduledJob, scheduledJobs } from './scheduled-jobs'
import { workerProcesses } from './worker-processes'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const RUNS = 50

const RunsQuery = v.object({
  job: v.fallback(v.optional(text(0, 64), ''), ''),
  failed: v.fallback(v.optional(v.picklist(['true', '']), ''), ''),
  older: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{13}~[\w-]{1,64}$/))), undefined),
})

const DELIVERIES = '/admin/deliveries'
const ACT = { audience: 'admin', permission: 'job:run' } as const
const DELIVERIES_SHOWN = 50

const DeliveriesQuery = v.object({
  state: v.fallback(v.optional(v.picklist(DELIVERY_STATES), 'dead'), 'dead'),
  older: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{1,18}$/))), undefined),
})
const Drop = v.object({ reason })

/** What the clock does and what is sent: every administrator may look, whoever holds the key may ask for a run, try again or give up. */
export const jobsAdminPages = [
  page('GET /admin/jobs', { audience: 'admin' }, async (call) => {
    const { job, failed, older } = pageQuery(call.request, RunsQuery)
    const { now } = call.info
    const filter = { job: job || undefined, state: failed ? ('failed' as const) : undefined }
    const [jobs, found, workers, keys] = await Promise.all([
      scheduledJobs(now),
      jobRuns(filter, now, { size: RUNS, before: cursorOf(older) }),
      workerProcesses(now),
      masterKeyStandings(),
    ])
    const runs = found.slice(0, RUNS)
    const last = runs.at(-1)
    const props = {
      jobs,
      runs,
      older: found.length > RUNS && last ? `${last.scheduledFor.getTime()}~${last.job}` : null,
      filter: { job, failed: failed !== '' },
      workers,
      masterKeys: { keys, advice: adviseOnKeys(keys, now) },
      mayRun: call.caller.permissions.has('job:run'),
    }
    return showPage(call, h(JobsPage, props))
  }),

  page('GET /admin/jobs/:name/run', { audience: 'admin', permission: 'job:run' }, async (call) =>
    showPage(call, h(RunJobPage, { job: await requireJob(call), message: null })),
  ),

  page('POST /admin/jobs/:name/run', { audience: 'admin', permission: 'job:run' }, async (call) => {
    const job = await requireJob(call)
    try {
      await requestRun(job.name, actOf(call.caller, call.info))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showPage(call, h(RunJobPage, { job, message }), { status })
    }
    return redirect(`/admin/jobs?job=${encodeURIComponent(job.name)}`, done('jobs.done.requested'))
  }),

  page(`GET ${DELIVERIES}`, { audience: 'admin' }, async (call) => {
    const { state, older } = pageQuery(call.request, DeliveriesQuery)
    const before = older === undefined ? undefined : BigInt(older)
    const [counts, found] = await Promise.all([countDeliveries(), listDeliveries(state, { before, size: DELIVERIES_SHOWN })])
    const deliveries = found.slice(0, DELIVERIES_SHOWN)
    const next = found.length > DELIVERIES_SHOWN ? String(deliveries.at(-1)!.id) : null
    const mayAct = call.caller.permissions.has('job:run')
    return showPage(call, h(DeliveriesPage, { counts, deliveries, state, older: next, mayAct }))
  }),

  page(`GET ${DELIVERIES}/replay`, ACT, async (call) => showPage(call, h(ReplayAllPage, { dead: (await countDeliveries()).dead }))),

  page(`POST ${DELIVERIES}/replay`, ACT, async (call) => {
    await transaction((tx) => replayDeadDeliveries(tx, actOf(call.caller, call.info)))
    return redirect(`${DELIVERIES}?state=waiting`, done('deliveries.done.replayed'))
  }),

  page(`GET ${DELIVERIES}/:id/replay`, ACT, async (call) =>
    showPage(call, h(ReplayDeliveryPage, { delivery: await requireDeadDelivery(idOf(call)) })),
  ),

  page(`POST ${DELIVERIES}/:id/replay`, ACT, async (call) => {
    await transaction((tx) => replayDelivery(tx, idOf(call), actOf(call.caller, call.info)))
    return redirect(DELIVERIES, done('deliveries.done.replayed'))
  }),

  page(`GET ${DELIVERIES}/:id/drop`, ACT, async (call) => showDrop(call, {})),

  page(`POST ${DELIVERIES}/:id/drop`, ACT, async (call) => {
    const typed = { reason: (call.form.reason ?? '').slice(0, 400) }
    const checked = validate(Drop, typed)
    if (!checked.ok) return showDrop(call, { values: typed, errors: fieldErrors(checked.faults, call) }, 400)
    try {
      await transaction((tx) => dropDelivery(tx, idOf(call), checked.value.reason, actOf(call.caller, call.info)))
    } catch (error) {
      const { status, errors } = refusalOf(error, call, ['reason'])
      return showDrop(call, { values: typed, errors }, status)
    }
    return redirect(DELIVERIES, done('deliveries.done.dropped'))
  }),
]

/** Runs have no id: a page begins after a time and a name. */
function cursorOf(older: string | undefined): RunCursor | undefined {
  const [time, job] = older?.split('~') ?? []
  return time && job ? { scheduledFor: instant(Number(time)), job } : undefined
}

async function requireJob({ params, info }: StaffCall): Promise<ScheduledJob> {
  const found = (await scheduledJobs(info.now)).find(({ name }) => name === params.name)
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { id: params.name?.slice(0, 64) }, 'resource')
  return found
}

type Typed = { values: { reason: string }; errors: { reason?: string } }

async function showDrop(call: StaffCall, shown: Partial<Typed>, status = 200): Promise<Response> {
  const delivery = await requireDeadDelivery(idOf(call))
  return showPage(call, h(DropDeliveryPage, { delivery, values: { reason: '' }, errors: {}, ...shown }), { status })
}

/** The queue numbers its work. Throws RESOURCE_NOT_FOUND for anything but a number. */
function idOf({ params }: StaffCall): bigint {
  const text = params.id!
  if (!/^\d{1,18}$/.test(text)) throw new Problem('RESOURCE_NOT_FOUND', { id: text.slice(0, 64) }, 'resource')
  return BigInt(text)
}

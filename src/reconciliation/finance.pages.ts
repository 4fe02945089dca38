import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { invalidFields, Problem } from '#src/core/problem'
import { addDays, addMs, type BusinessDay, businessDay, isCalendarDay, startOfDay } from '#src/core/time'
import { validate } from '#src/core/validation'
import { recordExport } from '#src/exports/exports'
import { fileBytes, mediaType } from '#src/exports/file'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { CHANNELS, type Channel } from '#src/payments/gateways/gateway'
import { configuredChannels, gateway } from '#src/payments/gateways/registry'
import { transaction } from '#src/platform/database'
import { attachment, readAhead, streamed } from '#src/platform/files'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { ReconciliationPage, UnbilledPage } from '#views/finance/reconciliation'
import { BillDayPage } from '#views/finance/reconciliation-day'
import type { DecisionProps } from '#views/finance/reconciliation-decision'
import { DifferencePage } from '#views/finance/reconciliation-difference'
import { DifferencesPage } from '#views/finance/reconciliation-differences'
import { dayPath, differencePath } from '#views/finance/reconciliation-parts'
import { closeDays, fetchBill, matchAgain } from './close-day'
import {
  actionsFor,
  approveResolution,
  Carrying,
  carryDifference,
  Proposal,
  proposeResolution,
  Rejection,
  rejectResolution,
} from './differences'
import { differencesTable } from './differences-table'
import { billPath } from './import-bill'
import { clearingProof, unbilledRows } from './proof'
import {
  billDays,
  DIFFERENCE_FILTER,
  feeLines,
  keptBill,
  listDifferences,
  monthDays,
  openCounts,
  requireBill,
  requireDifference,
  sumDifferences,
} from './queries'

type FinanceCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const VIEW = { audience: 'finance', permission: 'transaction:view' } as const
const RESOLVE = { audience: 'finance', permission: 'recharge:resolve' } as const
/** Money may move over it. */
const SETTLE = { ...RESOLVE, stepUp: true } as const
const AT = '/finance/reconciliation/differences/:difference_id' as const

const MonthQuery = v.object({ month: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^20\d{2}-(0[1-9]|1[0-2])$/))), undefined) })
const ListQuery = v.object({ ...keysetQuery, ...DIFFERENCE_FILTER })

/** Finance compares the channels' bills with the books, and closes what differs. */
export const reconciliationFinancePages = [
  page('GET /finance/reconciliation', VIEW, async (call) => {
    const { now } = call.info
    const month = pageQuery(call.request, MonthQuery).month ?? businessDay(addDays(now, -1)).slice(0, 7)
    const { first, last } = monthDays(month)
    const [days, counts, proofs] = await Promise.all([billDays(first, last), openCounts(now), Promise.all(CHANNELS.map(clearingProof))])
    const monthAfter = businessDay(addDays(startOfDay(last), 1)).slice(0, 7)
    const next = monthAfter > businessDay(now).slice(0, 7) ? null : monthAfter
    return showPage(
      call,
      h(ReconciliationPage, { now, month, previous: businessDay(addDays(startOfDay(first), -1)).slice(0, 7), next, days, counts, proofs }),
    )
  }),

  page('GET /finance/reconciliation/unbilled/:channel', VIEW, async (call) => {
    const channel = channelIn(call)
    return showPage(call, h(UnbilledPage, { channel, rows: await unbilledRows(channel) }))
  }),

  page('GET /finance/reconciliation/days/:channel/:day', VIEW, (call) => showDay(call)),

  page('GET /finance/reconciliation/days/:channel/:day/file', VIEW, async (call) => {
    const [channel, day] = [channelIn(call), dayIn(call)]
    const kept = await keptBill(channel, day)
    const file = kept && Bun.file(billPath(kept))
    if (!kept || !(await file!.exists())) throw new Problem('RESOURCE_NOT_FOUND', { channel, day }, 'resource')
    await transaction((tx) => recordExport(tx, { kind: 'provider_bill', channel, day, name: kept.name }, actOf(call.caller, call.info)))
    return new Response(file, { headers: attachment(kept.name, 'application/octet-stream') })
  }),

  page('POST /finance/reconciliation/days/:channel/:day/match', RESOLVE, async (call) => {
    const [channel, day, { now }] = [channelIn(call), dayIn(call), call.info]
    const bill = await requireBill(channel, day)
    const source = gateway(channel)
    if (bill.state === 'waiting' && source) await fetchBill(source, day, now)
    await rematch(channel, now)
    return redirect(dayPath(bill), done('reconcile.done.matched'))
  }),

  page('GET /finance/reconciliation/differences', VIEW, async (call) => {
    const { channel, kind, state, day, ...keyset } = pageQuery(call.request, ListQuery)
    const filter = { channel, kind, state, day }
    const [differences, sums] = await Promise.all([listDifferences(filter, keyset, call.info.now), sumDifferences(filter, call.info.now)])
    return showPage(call, h(DifferencesPage, { differences, sums, filter: { channel, kind, state } }))
  }),

  page('POST /finance/reconciliation/differences/export', VIEW, async (call) => {
    const { form, info } = call
    const parsed = validate(v.object({ ...DIFFERENCE_FILTER, format: v.picklist(['excel', 'csv']) }), { ...form })
    if (!parsed.ok) throw invalidFields(parsed.faults)
    const { format, ...filter } = parsed.value
    await transaction((tx) => recordExport(tx, { kind: 'bill_differences', format, filter }, actOf(call.caller, info)))
    const name = `differences_${businessDay(info.now).replaceAll('-', '')}.${format === 'csv' ? 'csv' : 'xlsx'}`
    const table = differencesTable(filter, languageOf(call), info.now)
    return streamed(readAhead(fileBytes(format, table)), attachment(name, mediaType(format)))
  }),

  page(`GET ${AT}`, VIEW, (call) => showDifference(call)),

  page(`POST ${AT}/proposal`, SETTLE, (call) => {
    const { action = '', reason = '', operator = '' } = call.form
    const checked = validate(Proposal, { action, reason, operator })
    if (!checked.ok) return showDifference(call, { errors: fieldErrors(checked.faults, call) }, 400)
    return decided(call, 'reconcile.done.proposed', ['action', 'reason', 'operator'], (id) =>
      transaction((tx) => proposeResolution(tx, id, checked.value, actOf(call.caller, call.info))),
    )
  }),

  page(`POST ${AT}/approval`, SETTLE, (call) =>
    decided(call, 'reconcile.done.approved', [], (id) => transaction((tx) => approveResolution(tx, id, actOf(call.caller, call.info)))),
  ),

  page(`POST ${AT}/rejection`, RESOLVE, (call) => {
    const checked = validate(v.object({ rejection: Rejection.entries.reason }), { rejection: call.form.rejection ?? '' })
    if (!checked.ok) return showDifference(call, { errors: fieldErrors(checked.faults, call) }, 400)
    return decided(call, 'reconcile.done.rejected', [], (id) =>
      transaction((tx) => rejectResolution(tx, id, checked.value.rejection, actOf(call.caller, call.info))),
    )
  }),

  page(`POST ${AT}/carrying`, RESOLVE, (call) => {
    const { owner = '', due_on = '', carry_reason = '' } = call.form
    const form = v.object({ owner: Carrying.entries.owner, due_on: Carrying.entries.due_on, carry_reason: text(10, 500) })
    const checked = validate(form, { owner, due_on, carry_reason })
    if (!checked.ok) return showDifference(call, { errors: fieldErrors(checked.faults, call) }, 400)
    const input = { owner: checked.value.owner, due_on: checked.value.due_on, reason: checked.value.carry_reason }
    return decided(call, 'reconcile.done.carried', ['owner', 'due_on'], (id) =>
      transaction((tx) => carryDifference(tx, id, input, actOf(call.caller, call.info))),
    )
  }),

  page(`POST ${AT}/settlement`, SETTLE, (call) =>
    decided(call, 'reconcile.done.settled', [], async (id) => rematch((await requireDifference(id)).channel, call.info.now)),
  ),
]

function channelIn({ params }: FinanceCall): Channel {
  const found = CHANNELS.find((channel) => channel === params.channel)
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { channel: params.channel }, 'resource')
  return found
}

function dayIn({ params }: FinanceCall): BusinessDay {
  if (!isCalendarDay(params.day ?? '')) throw new Problem('RESOURCE_NOT_FOUND', { day: params.day }, 'resource')
  return params.day!
}

/** Matches a channel once more and closes what is done; the channel is asked where it is switched on. */
async function rematch(channel: Channel, now: Date): Promise<void> {
  await matchAgain(channel, now)
  await closeDays(channel, addMs(now, 2))
}

async function showDay(call: FinanceCall): Promise<Response> {
  const [channel, day] = [channelIn(call), dayIn(call)]
  const bill = await requireBill(channel, day)
  const { rows } = await listDifferences({ channel, day }, { size: 100 }, call.info.now)
  return showPage(
    call,
    h(BillDayPage, { bill, differences: rows, mayResolve: call.caller.permissions.has('recharge:resolve'), message: null }),
  )
}

async function decided(
  call: FinanceCall,
  told: Parameters<typeof done>[0],
  fields: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<Response> {
  const id = pathId('difference', call.params, 'difference_id')
  try {
    await work(id)
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, fields)
    return showDifference(call, { errors, message }, status)
  }
  return redirect(differencePath({ id }), done(told))
}

async function showDifference(
  call: FinanceCall,
  { errors = {}, message = null }: Partial<Pick<DecisionProps, 'errors' | 'message'>> = {},
  status = 200,
): Promise<Response> {
  const { caller, form, info } = call
  const difference = await requireDifference(pathId('difference', call.params, 'difference_id'))
  const lineKind = difference.line?.kind ?? null
  const hasLeftQuarantine = difference.quarantineStatus !== null && difference.quarantineStatus !== 'open'
  const actions = actionsFor({ ...difference, lineKind, hasLeftQuarantine })
  const { action = actions[0]!, reason = '', operator = '', owner = caller.username, due_on = '', rejection = '', carry_reason = '' } = form
  const isPayment = lineKind === 'payment' && (difference.kind === 'long' || difference.kind === 'duplicate')
  const props = {
    difference,
    ageDays: Math.max(0, Math.floor((info.now.getTime() - startOfDay(difference.billDate).getTime()) / 86_400_000)),
    feeLines: difference.kind === 'fee' ? await feeLines(difference.id) : [],
    actions,
    asksOperator: isPayment && difference.operatorName === null,
    maySettle: isPayment && configuredChannels().includes(difference.channel),
    mayResolve: caller.permissions.has('recharge:resolve'),
    isOwn: difference.proposerId === caller.id,
    typed: { action, reason, operator, owner, due_on, rejection, carry_reason },
    errors,
    message,
  }
  return showPage(call, h(DifferencePage, props), { status })
}

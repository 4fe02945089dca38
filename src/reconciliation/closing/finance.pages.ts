import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { Problem } from '#src/core/problem'
import { addDays, type BusinessDay, businessDay, isCalendarDay, startOfDay } from '#src/core/time'
import { requestOwnRun } from '#src/monitoring/scheduled-jobs'
import { done, type FormCall, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, type StaffCaller } from '#src/platform/route'
import { ClosingPage } from '#views/finance/closing'
import { ClosingDayPage } from '#views/finance/closing-day'
import { closingPath } from '#views/finance/closing-parts'
import { ProofsPage } from '#views/finance/proofs'
import { monthDays } from '../queries'
import { accountsOf, closedAccounts, movedKinds } from './accounts'
import { billsOf, checksOf, evidenceOf } from './checks'
import { closeDay, isIntact } from './close'
import { balanceDays, closingState, findClosing, recentProofs } from './queries'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/finance/closing'
const VIEW = { audience: 'finance', permission: 'transaction:view' } as const
const RESOLVE = { audience: 'finance', permission: 'recharge:resolve' } as const

/** The night's own: asked for by day it does the same. */
const PROOF_JOB = 'ledger-audit'

const MonthQuery = v.object({ month: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^20\d{2}-(0[1-9]|1[0-2])$/))), undefined) })

/** Finance closes its books day by day. */
export const closingFinancePages = [
  page(`GET ${PATH}`, VIEW, async (call) => {
    const { now } = call.info
    const today = businessDay(now)
    const asked = pageQuery(call.request, MonthQuery).month
    const month = asked && `${asked}-01` <= today ? asked : today.slice(0, 7)
    const { first, last } = monthDays(month)
    const [days, state] = await Promise.all([balanceDays(first, earlier(last, today)), closingState(now)])
    const [previous, after] = [businessDay(addDays(startOfDay(first), -1)), businessDay(addDays(startOfDay(last), 1))]
    const neighbours = { previous: previous.slice(0, 7), next: after > today ? null : after.slice(0, 7) }
    return showPage(call, h(ClosingPage, { now, month, days, state, ...neighbours, mayClose: mayClose(call) }))
  }),

  page(`GET ${PATH}/proofs`, VIEW, (call) => showProofs(call, null)),

  page(`POST ${PATH}/proofs`, RESOLVE, async (call) => {
    try {
      await requestOwnRun(PROOF_JOB, actOf(call.caller, call.info))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showProofs(call, message, status)
    }
    return redirect(`${PATH}/proofs`, done('closing.done.proving'))
  }),

  page(`GET ${PATH}/days/:day`, VIEW, (call) => showDay(call, null)),

  page(`POST ${PATH}/days/:day/closing`, { ...RESOLVE, stepUp: true }, async (call) => {
    const day = dayIn(call)
    try {
      await closeDay(day, actOf(call.caller, call.info))
    } catch (error) {
      const { status, message, errors } = refusalOf(error, call, ['day'])
      return showDay(call, message ?? errors.day ?? null, status)
    }
    return redirect(closingPath(day), done('closing.done.closed'))
  }),
]

const earlier = (...days: [BusinessDay, BusinessDay]): BusinessDay => days.sort()[0]!

const mayClose = ({ caller }: StaffCall): boolean => caller.permissions.has('recharge:resolve')

async function showProofs(call: StaffCall, message: string | null, status = 200): Promise<Response> {
  return showPage(call, h(ProofsPage, { proofs: await recentProofs(), mayProve: mayClose(call), message }), { status })
}

/** A day that has begun. Throws RESOURCE_NOT_FOUND. */
function dayIn({ params, info }: StaffCall): BusinessDay {
  const { day = '' } = params
  if (!isCalendarDay(day) || day > businessDay(info.now) || day < '2000-01-01') throw new Problem('RESOURCE_NOT_FOUND', { day }, 'resource')
  return day
}

async function showDay(call: StaffCall, message: string | null, status = 200): Promise<Response> {
  const day = dayIn(call)
  const { now } = call.info
  const closing = await findClosing(day)
  if (closing) {
    const accounts = await closedAccounts(day)
    return showPage(call, h(ClosingDayPage, { day, now, message, accounts, closing, isIntact: await isIntact(day, accounts) }), { status })
  }
  const [accounts, evidence, bills, kinds] = await Promise.all([accountsOf(day), evidenceOf(day), billsOf(day), movedKinds(day)])
  const checks = checksOf({ day, accounts, evidence, bills, now })
  const open = { checks, evidence, bills, kinds, mayClose: mayClose(call) }
  return showPage(call, h(ClosingDayPage, { day, now, message, accounts, closing: null, open }), { status })
}

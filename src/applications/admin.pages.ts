import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { keyword, minute } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { parseYuan, yuan } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { ApplicationPage, ApplicationStatePage, CancelPricePage } from '#views/admin/application'
import { APPLICATION_FIELDS, ApplicationFormPage, type ApplicationFormProps } from '#views/admin/application-form'
import { PRICE_FIELDS, PriceConfirmPage, PriceFormPage, type PriceFormProps } from '#views/admin/application-price'
import { ApplicationsPage } from '#views/admin/applications'
import { applicationPath } from '#views/admin/game-paths'
import {
  ApplicationChange,
  ApplicationInput,
  changeApplication,
  createApplication,
  type ListedApplication,
  requireApplication,
  setOnSale,
} from './applications'
import { APPLICATION_STATES, affectedOperators, applicationsPage, countApplications, priceHistory, waitingPrice } from './catalogue'
import { cancelScheduledPrice, schedulePrice } from './price-schedules'
import { changePrice, PriceChange } from './prices'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/admin/applications'
const LOOK = { audience: 'admin', permission: 'application:view' } as const
const MANAGE = { audience: 'admin', permission: 'application:manage' } as const
const PRICE = { audience: 'admin', permission: 'application:price' } as const

const ListQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  state: v.fallback(v.optional(v.picklist([...APPLICATION_STATES, 'all']), 'all'), 'all'),
})

/** Administrators and the games: list, one game, its words, its state and its price. */
export const applicationsAdminPages = [
  page(`GET ${PATH}`, LOOK, async (call) => {
    const { state, keyword: words, ...keyset } = pageQuery(call.request, ListQuery)
    const filter = { state, keyword: words }
    const [applications, total] = await Promise.all([applicationsPage(filter, keyset, call.info.now), countApplications(filter)])
    return showPage(
      call,
      h(ApplicationsPage, { applications, filter, total, mayManage: call.caller.permissions.has('application:manage') }),
    )
  }),

  page(`GET ${PATH}/new`, MANAGE, (call) => showForm(call, { application: null, values: BLANK })),

  page(`POST ${PATH}/new`, MANAGE, async (call) => {
    const values = valuesOf(call.form)
    const checked = validate(ApplicationInput, { ...typed(values), unit_price: values.unit_price.trim() })
    if (!checked.ok) return showForm(call, { application: null, values, errors: fieldErrors(checked.faults, call) }, 400)
    return orForm(call, { application: null, values }, async () => {
      const id = await transaction((tx) => createApplication(tx, checked.value, actOf(call.caller, call.info)))
      return redirect(applicationPath(id), done('catalogue.done.created'))
    })
  }),

  page(`GET ${PATH}/:app_id`, LOOK, (call) => showApplication(call)),

  page(`GET ${PATH}/:app_id/edit`, MANAGE, async (call) => {
    const application = await wanted(call)
    return showForm(call, { application, values: valuesFrom(application) })
  }),

  page(`POST ${PATH}/:app_id/edit`, MANAGE, async (call) => {
    const application = await wanted(call)
    const values = valuesOf(call.form)
    const checked = validate(ApplicationChange, typed(values))
    if (!checked.ok) return showForm(call, { application, values, errors: fieldErrors(checked.faults, call) }, 400)
    return orForm(call, { application, values }, async () => {
      await transaction((tx) => changeApplication(tx, application.id, checked.value, actOf(call.caller, call.info)))
      return redirect(applicationPath(application.id), done('catalogue.done.changed'))
    })
  }),

  page(`GET ${PATH}/:app_id/state`, MANAGE, async (call) =>
    showPage(call, h(ApplicationStatePage, { application: await wanted(call), message: null })),
  ),

  page(`POST ${PATH}/:app_id/state`, MANAGE, async (call) => {
    const { id } = await wanted(call)
    const isActive = call.form.is_active === 'true'
    try {
      await transaction((tx) => setOnSale(tx, id, isActive, actOf(call.caller, call.info)))
      return redirect(applicationPath(id), done(isActive ? 'catalogue.done.restored' : 'catalogue.done.retired'))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showPage(call, h(ApplicationStatePage, { application: await wanted(call), message }), { status })
    }
  }),

  page(`GET ${PATH}/:app_id/price`, PRICE, (call) => showPriceForm(call, {})),

  page(`GET ${PATH}/:app_id/price/confirmation`, PRICE, async (call) => {
    const { searchParams } = new URL(call.request.url)
    if (!searchParams.has('unit_price')) return redirect(`${applicationPath((await wanted(call)).id)}/price`)
    const values = priceValues(Object.fromEntries(searchParams))
    const checked = validate(priceForm(values.when), values)
    if (!checked.ok) return showPriceForm(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
    const application = await wanted(call)
    const { unit_price: newPrice, effective_at: effectiveAt, reason = '' } = checked.value
    // A GET form tells what would be refused as the transaction will.
    if (newPrice === application.unitPrice) return refuseSame(call, values)
    const fields = {
      unit_price: yuan(newPrice),
      when: values.when,
      effective_at: values.effective_at,
      reason,
      seen: yuan(application.unitPrice),
    }
    const [affected, viewGrants] = [await affectedBy(call), viewsGrants(call)]
    return showPage(call, h(PriceConfirmPage, { application, affected, viewGrants, newPrice, effectiveAt, reason: reason || null, fields }))
  }),

  page(`POST ${PATH}/:app_id/price`, PRICE, async (call) => {
    const values = priceValues(call.form)
    const checked = validate(priceForm(values.when), values)
    if (!checked.ok) return showPriceForm(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
    const id = pathId('application', call.params, 'app_id')
    const { unit_price: newPrice, effective_at: effectiveAt, reason } = checked.value
    const [seen, act] = [parseYuan(call.form.seen ?? ''), actOf(call.caller, call.info)]
    try {
      if (!effectiveAt) await transaction((tx) => changePrice(tx, id, { unit_price: newPrice, reason, seen }, act))
      else await transaction((tx) => schedulePrice(tx, id, { newPrice, effectiveAt, reason: reason || null, seen }, act))
      return redirect(applicationPath(id), done(effectiveAt ? 'catalogue.done.scheduled' : 'catalogue.done.priced'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, PRICE_FIELDS)
      return showPriceForm(call, { values, errors, message }, status)
    }
  }),

  page(`GET ${PATH}/:app_id/schedules/:schedule_id/cancellation`, PRICE, (call) => showCancellation(call)),

  page(`POST ${PATH}/:app_id/schedules/:schedule_id/cancellation`, PRICE, async (call) => {
    const { id } = await wanted(call)
    const scheduleId = pathId('session', call.params, 'schedule_id')
    try {
      await transaction((tx) => cancelScheduledPrice(tx, scheduleId, actOf(call.caller, call.info)))
      return redirect(applicationPath(id), done('catalogue.done.cancelled'))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showCancellation(call, message, status)
    }
  }),
]

const BLANK = { app_name: '', unit_price: '', min_players: '1', max_players: '8', description: '' }

const wanted = (call: StaffCall): Promise<ListedApplication> =>
  requireApplication(pathId('application', call.params, 'app_id'), call.info.now)

const affectedBy = (call: StaffCall) =>
  affectedOperators(pathId('application', call.params, 'app_id'), pageQuery(call.request, v.object(keysetQuery)), call.info.now)

const viewsGrants = ({ caller }: StaffCall): boolean => caller.permissions.has('authorization:view')

type FormValues = ApplicationFormProps['values']

const valuesOf = (form: Record<string, string>): FormValues =>
  Object.fromEntries(APPLICATION_FIELDS.map((name) => [name, form[name] ?? ''])) as FormValues

const valuesFrom = ({ appName, unitPrice, minPlayers, maxPlayers, description }: ListedApplication): FormValues => ({
  app_name: appName,
  unit_price: yuan(unitPrice),
  min_players: String(minPlayers),
  max_players: String(maxPlayers),
  description: description ?? '',
})

/** The words of a form as the API's values; a number that is none is left as words and refused by the schema. */
const typed = ({ app_name, min_players, max_players, description }: FormValues) => ({
  app_name,
  min_players: wholeNumber(min_players),
  max_players: wholeNumber(max_players),
  description: description.trim() || null,
})
const wholeNumber = (words: string): number | string => (/^\d{1,6}$/.test(words.trim()) ? Number(words.trim()) : words)

function showForm(
  call: StaffCall,
  shown: Pick<ApplicationFormProps, 'application' | 'values'> & Partial<ApplicationFormProps>,
  status = 200,
) {
  return showPage(call, h(ApplicationFormPage, { errors: {}, message: null, ...shown }), { status })
}

/** A refusal is told in the form. */
async function orForm(call: StaffCall, shown: Parameters<typeof showForm>[1], run: () => Promise<Response>): Promise<Response> {
  try {
    return await run()
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, APPLICATION_FIELDS)
    return showForm(call, { ...shown, errors, message }, status)
  }
}

const atOnce = v.pipe(
  v.unknown(),
  v.transform((): Instant | null => null),
)
const priceForm = (when: 'now' | 'later') => v.object({ ...PriceChange.entries, effective_at: when === 'later' ? minute : atOnce })

const priceValues = (form: Record<string, string>): PriceFormProps['values'] => ({
  unit_price: (form.unit_price ?? '').trim(),
  when: form.when === 'later' ? 'later' : 'now',
  effective_at: form.effective_at ?? '',
  reason: form.reason ?? '',
})

async function showPriceForm(call: StaffCall, shown: Partial<PriceFormProps>, status = 200): Promise<Response> {
  const application = await wanted(call)
  const [waiting, affected] = await Promise.all([waitingPrice(application.id), affectedBy(call)])
  const usual = { values: priceValues({}), errors: {}, message: null }
  return showPage(call, h(PriceFormPage, { application, waiting, affected, viewGrants: viewsGrants(call), ...usual, ...shown }), { status })
}

function refuseSame(call: StaffCall, values: PriceFormProps['values']): Promise<Response> {
  const { status, errors } = refusalOf(brokenRule('PRICE_UNCHANGED', 'unit_price'), call, PRICE_FIELDS)
  return showPriceForm(call, { values, errors }, status)
}

async function showApplication(call: StaffCall, message: string | null = null, status = 200): Promise<Response> {
  const application = await wanted(call)
  const [waiting, history, affected] = await Promise.all([waitingPrice(application.id), priceHistory(application.id), affectedBy(call)])
  const { permissions } = call.caller
  const may = { manage: permissions.has('application:manage'), price: permissions.has('application:price'), viewGrants: viewsGrants(call) }
  return showPage(call, h(ApplicationPage, { application, waiting, history, affected, may, message }), { status })
}

/** A plan that waits no more has no page that asks; what became of it stands in the history of the game. */
async function showCancellation(call: StaffCall, message: string | null = null, status = 200): Promise<Response> {
  const application = await wanted(call)
  const id: Uuid = pathId('session', call.params, 'schedule_id')
  const waiting = await waitingPrice(application.id)
  if (waiting?.id === id) return showPage(call, h(CancelPricePage, { application, waiting, message }), { status })
  if (message === null) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return showApplication(call, message, status)
}

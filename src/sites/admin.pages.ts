import { h } from 'preact'
import * as v from 'valibot'
import { requireOpenAccount } from '#src/accounts/lock'
import { findOperator, findOperatorByName, requireOperator } from '#src/accounts/operators'
import { actOf } from '#src/audit-logs/audit-log'
import { idOf, keyword } from '#src/core/fields'
import { parseId, showId, type Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { text } from '#src/core/text'
import { comparedStretches } from '#src/core/time'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { AdminSitePage } from '#views/admin/site'
import { AdminSiteFormPage, type SiteFormProps } from '#views/admin/site-form'
import { AdminSitesPage, adminSitePath } from '#views/admin/sites'
import { countSites, everySitePage, figuresOfSites, NEVER_PLAYED, requireAnySite } from './everywhere'
import { siteDays } from './figures'
import { changeSite, createSite, requireLiveSite, SiteInput } from './sites'

type AdminCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/admin/sites'
const VIEW = { audience: 'admin', permission: 'site:view' } as const
const MANAGE = { audience: 'admin', permission: 'site:manage' } as const

const ListQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  deleted: v.fallback(v.optional(v.literal('true')), undefined),
  operator: v.optional(idOf('operator')),
})

/** Administrators and the sites of all operators; the rules are those of the operators themselves. */
export const sitesAdminPages = [
  page(`GET ${PATH}`, VIEW, async (call) => {
    const { deleted, keyword: words, operator: operatorId, ...keyset } = pageQuery(call.request, ListQuery)
    const filter = { operatorId, keyword: words, includeDeleted: deleted === 'true' }
    const [operator, sites, counts] = await Promise.all([
      operatorId ? requireOperator(operatorId) : null,
      everySitePage(filter, keyset),
      countSites(filter),
    ])
    const figures = await figuresOfSites(sites.rows, comparedStretches(call.info.now).month)
    const rows = sites.rows.map((site) => ({ ...site, ...(figures.get(site.id) ?? NEVER_PLAYED) }))
    const shown = { sites: { ...sites, rows }, counts, keyword: words, showDeleted: deleted === 'true', operator }
    return showPage(call, h(AdminSitesPage, shown))
  }),

  page(`GET ${PATH}/new`, MANAGE, (call) => {
    const operator = new URL(call.request.url).searchParams.get('operator') ?? ''
    const known = parseId('operator', operator)
    return showForm(call, null, { values: { ...BLANK, operator: known ? showId('operator', known) : '' } })
  }),

  page(`POST ${PATH}/new`, MANAGE, (call) => create(call)),

  page(`GET ${PATH}/:site_id`, VIEW, async (call) => {
    const site = await requireAnySite(pathId('site', call.params, 'site_id'))
    const { now } = call.info
    const [figures, days] = await Promise.all([
      figuresOfSites([site], comparedStretches(now).month),
      siteDays(site.operatorId, site.id, now, 30),
    ])
    return showPage(call, h(AdminSitePage, { site, month: figures.get(site.id) ?? NEVER_PLAYED, days }))
  }),

  page(`GET ${PATH}/:site_id/edit`, MANAGE, async (call) => {
    const site = await liveSite(call)
    const values = { operator: '', name: site.name, address: site.address, description: site.description ?? '' }
    return showForm(call, site, { values })
  }),

  page(`POST ${PATH}/:site_id/edit`, MANAGE, async (call) => {
    const site = await liveSite(call)
    const checked = checkedForm(call)
    if (!checked.ok) return showForm(call, site, { values: valuesOf(call), errors: fieldErrors(checked.faults, call) }, 400)
    await transaction((tx) => changeSite(tx, site.operatorId, site.id, checked.value, actOf(call.caller, call.info)))
    return redirect(adminSitePath(site.id), done('sites.done.changed'))
  }),
]

const BLANK = { operator: '', name: '', address: '', description: '' }

const valuesOf = ({ form }: FormCall): SiteFormProps['values'] => {
  const { operator = '', name = '', address = '', description = '' } = form
  return { operator, name, address, description }
}

/** An empty note is none. */
const checkedForm = ({ form }: FormCall) =>
  validate(SiteInput, { name: form.name ?? '', address: form.address ?? '', description: form.description?.trim() || null })

/** A deleted site is no more to be changed: like one that was never there. */
async function liveSite({ params }: AdminCall) {
  const found = await requireAnySite(pathId('site', params, 'site_id'))
  await requireLiveSite(found.operatorId, found.id)
  return found
}

async function create(call: AdminCall): Promise<Response> {
  const values = valuesOf(call)
  const [checked, operatorId] = [checkedForm(call), await operatorNamed(values.operator.trim())]
  const errors: Record<string, string> = checked.ok ? {} : fieldErrors(checked.faults, call)
  if (!operatorId) errors.operator = text(languageOf(call), 'adminSites.operator.unknown')
  if (!checked.ok || !operatorId) return showForm(call, null, { values, errors }, 400)
  try {
    const site = await transaction(async (tx) => {
      await requireOpenAccount(tx, operatorId)
      return createSite(tx, operatorId, checked.value, actOf(call.caller, call.info))
    })
    return redirect(adminSitePath(site.id), done('sites.done.created'))
  } catch (error) {
    const refused = refusalOf(error, call, ['operator_id', ...Object.keys(BLANK)])
    const { operator_id: closed, ...others } = refused.errors
    const shown = { values, errors: closed === undefined ? others : { ...others, operator: closed }, message: refused.message }
    return showForm(call, null, shown, refused.status)
  }
}

/** By number, with or without its prefix, or by username. */
async function operatorNamed(typed: string): Promise<Uuid | undefined> {
  const id = parseId('operator', typed)
  return (await (id ? findOperator(id) : findOperatorByName(typed)))?.id
}

function showForm(
  call: AdminCall,
  site: SiteFormProps['site'],
  shown: Pick<SiteFormProps, 'values'> & Partial<SiteFormProps>,
  status = 200,
) {
  return showPage(call, h(AdminSiteFormPage, { site, errors: {}, message: null, ...shown }), { status })
}

import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { keyword } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { comparedStretches, type Instant } from '#src/core/time'
import { type Validated, validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { type OperatorCaller, page, pathId } from '#src/platform/route'
import { SitePage } from '#views/operator/site'
import { DeleteSitePage, SiteFormPage } from '#views/operator/site-form'
import { SitesPage, sitePath } from '#views/operator/sites'
import { lastStartAt, NOTHING, playedAtSites, siteDays } from './figures'
import { changeSite, createSite, deleteSite, requireLiveSite, requireSite, type Site, SiteInput, sitesPage } from './sites'

type OwnCall = FormCall & { caller: OperatorCaller; params: Record<string, string> }

const ListQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  deleted: v.fallback(v.optional(v.literal('true')), undefined),
})

/** An operator's sites in the browser; the rules are those of the API. */
export const sitesOperatorPages = [
  page('GET /operator/sites', { audience: 'operator' }, async (call) => {
    const { deleted, ...query } = pageQuery(call.request, ListQuery)
    const sites = await sitesPage(call.caller.id, { ...query, includeDeleted: deleted === 'true' })
    const played = await playedAtSites(
      call.caller.id,
      sites.rows.map((site) => site.id),
      thisMonth(call.info.now),
    )
    const rows = sites.rows.map((site) => ({ ...site, isDeleted: site.deletedAt !== null, ...(played.get(site.id) ?? NOTHING) }))
    return showPage(call, h(SitesPage, { sites: { ...sites, rows }, keyword: query.keyword, showDeleted: deleted === 'true' }))
  }),

  page('GET /operator/sites/new', { audience: 'operator' }, (call) =>
    showPage(call, h(SiteFormPage, { site: null, values: { name: '', address: '', description: '' }, errors: {}, message: null })),
  ),

  page('POST /operator/sites/new', { audience: 'operator' }, async (call) => {
    const checked = checkedForm(call)
    if (!checked.ok) return formAgain(call, null, checked)
    const site = await transaction((tx) => createSite(tx, call.caller.id, checked.value, actOf(call.caller, call.info)))
    return redirect(sitePath(site.id), done('sites.done.created'))
  }),

  page('GET /operator/sites/:site_id', { audience: 'operator' }, async (call) => {
    const { caller, info } = call
    const site = await requireSite(caller.id, pathId('site', call.params, 'site_id'))
    const [played, days, lastStart] = await Promise.all([
      playedAtSites(caller.id, [site.id], thisMonth(info.now)),
      siteDays(caller.id, site.id, info.now, 30),
      lastStartAt(caller.id, site.id),
    ])
    return showPage(call, h(SitePage, { site, month: played.get(site.id) ?? NOTHING, days, lastStart }))
  }),

  page('GET /operator/sites/:site_id/edit', { audience: 'operator' }, async (call) => {
    const site = await liveSite(call)
    const values = { name: site.name, address: site.address, description: site.description ?? '' }
    return showPage(call, h(SiteFormPage, { site, values, errors: {}, message: null }))
  }),

  page('POST /operator/sites/:site_id/edit', { audience: 'operator' }, async (call) => {
    const site = await liveSite(call)
    const checked = checkedForm(call)
    if (!checked.ok) return formAgain(call, site, checked)
    await transaction((tx) => changeSite(tx, call.caller.id, site.id, checked.value, actOf(call.caller, call.info)))
    return redirect(sitePath(site.id), done('sites.done.changed'))
  }),

  page('GET /operator/sites/:site_id/delete', { audience: 'operator' }, async (call) => {
    const { id, name } = await liveSite(call)
    const played = await playedAtSites(call.caller.id, [id], thisMonth(call.info.now))
    return showPage(call, h(DeleteSitePage, { site: { id, name, games: played.get(id)?.games ?? 0 } }))
  }),

  page('POST /operator/sites/:site_id/delete', { audience: 'operator' }, async ({ caller, params, info }) => {
    const id = pathId('site', params, 'site_id')
    await transaction((tx) => deleteSite(tx, caller.id, id, actOf(caller, info)))
    return redirect('/operator/sites', done('sites.done.deleted'))
  }),
]

const thisMonth = (now: Instant) => comparedStretches(now).month

/** A deleted site is no more to be changed: like one that was never there. */
const liveSite = (call: OwnCall): Promise<Site> => requireLiveSite(call.caller.id, pathId('site', call.params, 'site_id'))

/** An empty note is none. */
const checkedForm = ({ form }: FormCall) =>
  validate(SiteInput, { name: form.name ?? '', address: form.address ?? '', description: form.description?.trim() || null })

function formAgain(call: OwnCall, site: Site | null, checked: Extract<Validated<unknown>, { ok: false }>): Promise<Response> {
  const { name = '', address = '', description = '' } = call.form
  const props = { site, values: { name, address, description }, errors: fieldErrors(checked.faults, call), message: null }
  return showPage(call, h(SiteFormPage, props), { status: 400 })
}

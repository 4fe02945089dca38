import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { flag, keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { iso } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { ChangedSiteAnswer, CreatedSiteAnswer, DeletedSiteAnswer, SitesAnswer } from './answers'
import { changeSite, createSite, deleteSite, listSites, type Site, SiteChange, SiteInput } from './sites'

const ListQuery = v.object({ include_deleted: v.optional(flag, 'false'), keyword })

/** An operator and its own sites (API 4). */
export const sitesOperatorApi = [
  api('GET /operators/me/sites', { audience: 'operator', answer: SitesAnswer, query: ListQuery }, async ({ caller, query }) => {
    const sites = await listSites(caller.id, { includeDeleted: query.include_deleted, keyword: query.keyword })
    return success({ sites: sites.map(siteJson) })
  }),

  api('POST /operators/me/sites', { audience: 'operator', answer: CreatedSiteAnswer, body: SiteInput }, async ({ caller, body, info }) => {
    const site = await transaction((tx) => createSite(tx, caller.id, body, actOf(caller, info)))
    return success(siteJson(site), { status: 201, message: '运营点创建成功' })
  }),

  api(
    'PUT /operators/me/sites/:site_id',
    { audience: 'operator', answer: ChangedSiteAnswer, body: SiteChange },
    async ({ caller, params, body, info }) => {
      const id = pathId('site', params, 'site_id')
      const site = await transaction((tx) => changeSite(tx, caller.id, id, body, actOf(caller, info)))
      return success(siteJson(site), { message: '运营点信息已更新' })
    },
  ),

  api('DELETE /operators/me/sites/:site_id', { audience: 'operator', answer: DeletedSiteAnswer }, async ({ caller, params, info }) => {
    const id = pathId('site', params, 'site_id')
    await transaction((tx) => deleteSite(tx, caller.id, id, actOf(caller, info)))
    return success(null, { message: '运营点已删除' })
  }),
]

const siteJson = (site: Site) => ({
  site_id: showId('site', site.id),
  name: site.name,
  address: site.address,
  description: site.description,
  is_deleted: site.deletedAt !== null,
  created_at: iso(site.createdAt),
  updated_at: iso(site.updatedAt),
})

import { h } from 'preact'
import * as v from 'valibot'
import { keysetQuery } from '#src/core/keyset'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId } from '#src/platform/route'
import { ReleasePage } from '#views/admin/release'
import { ReleasesPage } from '#views/admin/releases'
import { listDeploys, presentDeploy, requireDeploy } from './queries'

const Query = v.object(keysetQuery)

/** What was released and taken back; releasing itself is done at the machine, so there is nothing to press. */
export const releasesAdminPages = [
  page('GET /admin/releases', { audience: 'admin' }, async (call) => {
    const [list, present] = await Promise.all([listDeploys(pageQuery(call.request, Query)), presentDeploy()])
    return showPage(call, h(ReleasesPage, { list, present: present ?? null }))
  }),

  page('GET /admin/releases/:release_id', { audience: 'admin' }, async (call) => {
    // Its id has no prefix: nobody meets it outside these pages.
    const deploy = await requireDeploy(pathId('session', call.params, 'release_id'))
    return showPage(call, h(ReleasePage, { deploy }))
  }),
]

import { h } from 'preact'
import { showPage } from '#src/page'
import { page } from '#src/platform/route'
import { pagesNamed } from '#views/navigation'
import { type Hit, SearchPage } from '#views/operator/search'
import { findEverywhere } from './everywhere'
import { wantedBy } from './wanted'

/** Our people look for operators, sites and applications, each kind for those who may view it. */
export const searchStaffPages = [
  page('GET /staff/search', { audience: 'staff' }, async (call) => {
    const typed = new URL(call.request.url).searchParams.get('q') ?? ''
    const wanted = wantedBy(typed)
    const { permissions, audience } = call.caller
    const found = await findEverywhere(permissions, wanted)
    const hits: Hit[] = [
      ...pagesNamed(audience, wanted.by === 'words' ? wanted.words : ''),
      ...found.map((row) => ({ ...row, href: null })),
    ]
    return showPage(call, h(SearchPage, { action: '/staff/search', typed, hits }))
  }),
]

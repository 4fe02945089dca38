import { h } from 'preact'
import * as v from 'valibot'
import { keyword } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page } from '#src/platform/route'
import { KeysPage } from '#views/admin/api-keys'
import { KEY_STATES, keysPage, keyTotals, OLD_KEY_DAYS } from './key-overview'

const Query = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  state: v.fallback(v.optional(v.picklist(KEY_STATES)), undefined),
})

/** Administrators watch how keys are used; showing or resetting one is done on the account's own page. */
export const keysAdminPages = [
  page('GET /admin/api-keys', { audience: 'admin', permission: 'operator:view' }, async (call) => {
    const { keyword: words, state, ...keyset } = pageQuery(call.request, Query)
    const { now } = call.info
    const [keys, totals] = await Promise.all([keysPage({ keyword: words, state }, now, keyset), keyTotals(now)])
    return showPage(call, h(KeysPage, { now, keys, totals, oldDays: OLD_KEY_DAYS, filter: { keyword: words, state: state ?? '' } }))
  }),
]

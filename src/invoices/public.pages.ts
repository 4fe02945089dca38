import { h } from 'preact'
import * as v from 'valibot'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { requireAddressToken } from '#src/platform/rate-limit'
import { page } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { PaperCheckPage } from '#views/public/paper-check'
import { checkPaper } from './check-paper'

/** As people type them: small letters, spaces between the digits. */
const typed = v.fallback(
  v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text.replace(/\s/g, '').toUpperCase().slice(0, 32)),
    ),
    '',
  ),
  '',
)
const CheckQuery = v.object({ number: typed, code: typed })

/** Whoever holds a paper sees whether it is good; the code on it leads here. */
export const invoicesPublicPages = [
  page('GET /invoices/check', { audience: 'public' }, async (call) => {
    const { number, code } = pageQuery(call.request, CheckQuery)
    if (!number || !code) return showPage(call, h(PaperCheckPage, { number, code, paper: undefined }))
    requireAddressToken(call.info, setting('rate_limit_ip_per_minute'))
    return showPage(call, h(PaperCheckPage, { number, code, paper: (await checkPaper(number, code)) ?? null }))
  }),
]

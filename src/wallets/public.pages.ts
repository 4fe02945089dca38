import { h } from 'preact'
import { showPage } from '#src/page'
import { page } from '#src/platform/route'
import { PartnerWalletCheckPage } from '#views/public/wallet-check'

/** Where a partner's technician tries the own key; the check itself runs in the browser. */
export const walletsPublicPages = [
  page('GET /integration/wallet-check', { audience: 'public' }, (call) => showPage(call, h(PartnerWalletCheckPage, {}))),

  // Only a browser without scripts sends the form: it is shown again, with the words that say so, and what was typed is not read.
  page('POST /integration/wallet-check', { audience: 'public' }, (call) => showPage(call, h(PartnerWalletCheckPage, {}))),
]

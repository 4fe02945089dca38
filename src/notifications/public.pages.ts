import { h } from 'preact'
import { parseId } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { showPage } from '#src/page'
import { config } from '#src/platform/config'
import { page } from '#src/platform/route'
import { SimulatedMailPage, SimulatedMailsPage } from '#views/simulator/mails'
import { findSimulatedMail, listSimulatedMails } from './simulated-mails'

/** The mailbox of a machine without a mail server; in production there is no such page. */
export const simulatorPages = [
  page('GET /simulator/mails', { audience: 'public' }, async (call) => {
    refuseInProduction()
    return showPage(call, h(SimulatedMailsPage, { mails: await listSimulatedMails() }))
  }),

  page('GET /simulator/mails/:mail_id', { audience: 'public' }, async (call) => {
    refuseInProduction()
    const id = parseId('message', call.params.mail_id ?? '')
    const mail = id && (await findSimulatedMail(id))
    if (!mail) throw new Problem('RESOURCE_NOT_FOUND', undefined, 'resource')
    return showPage(call, h(SimulatedMailPage, { mail }))
  }),
]

function refuseInProduction(): void {
  if (config().production) throw new Problem('ROUTE_NOT_FOUND')
}

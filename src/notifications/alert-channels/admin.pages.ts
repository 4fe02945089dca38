import { h } from 'preact'
import * as v from 'valibot'
import { ALERT_CHANNELS } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { keysetQuery } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { done, type FormCall, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { config } from '#src/platform/config'
import { transaction } from '#src/platform/database'
import { page, type StaffCaller } from '#src/platform/route'
import { AlertChannelsPage, TestChannelPage } from '#views/admin/alert-channels'
import { requestTest } from '../alert-notices'
import { type ChannelState, channelStates, deliveriesPage } from './deliveries'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/admin/alert-channels'
const TEST = { audience: 'admin', permission: 'job:run' } as const

const Query = v.object({
  ...keysetQuery,
  channel: v.fallback(v.optional(v.picklist([...ALERT_CHANNELS, ''])), ''),
  undelivered: v.fallback(v.optional(v.picklist(['true', '']), ''), ''),
})

/** How people hear of alerts: every administrator may look, whoever runs jobs may send a test. */
export const alertChannelsAdminPages = [
  page(`GET ${PATH}`, { audience: 'admin' }, async (call) => {
    const { channel, undelivered, ...keyset } = pageQuery(call.request, Query)
    const filter = { channel: channel || undefined, undelivered: undelivered !== '' }
    const [channels, deliveries] = await Promise.all([channelStates(call.info.now), deliveriesPage(filter, keyset)])
    const { permissions } = call.caller
    const props = {
      channels,
      deliveries,
      filter: { channel: channel ?? '', undelivered: filter.undelivered },
      mails: mailServer(),
      mayTest: permissions.has('job:run'),
      maySet: permissions.has('config:manage'),
    }
    return showPage(call, h(AlertChannelsPage, props))
  }),

  page(`GET ${PATH}/:channel/test`, TEST, async (call) =>
    showPage(call, h(TestChannelPage, { channel: await requireChannel(call), message: null })),
  ),

  page(`POST ${PATH}/:channel/test`, TEST, async (call) => {
    const channel = await requireChannel(call)
    try {
      await transaction((tx) => requestTest(tx, channel.channel, actOf(call.caller, call.info)))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showPage(call, h(TestChannelPage, { channel, message }), { status })
    }
    return redirect(`${PATH}?channel=${channel.channel}`, done('alertChannels.done.tested'))
  }),
]

function mailServer(): 'server' | 'simulated' | 'none' {
  const { SMTP_URL, production } = config()
  return SMTP_URL ? 'server' : production ? 'none' : 'simulated'
}

async function requireChannel({ params, info }: StaffCall): Promise<ChannelState> {
  const found = (await channelStates(info.now)).find(({ channel }) => channel === params.channel)
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { id: params.channel?.slice(0, 64) }, 'resource')
  return found
}
